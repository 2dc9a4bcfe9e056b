"""What an observer concludes: from hand-made conversations, and tshark beside him."""

from pathlib import Path

import pytest

from portlab.trace.analysis import KINDS, analyse
from portlab.trace.capture import load
from tests.requires import needs
from tests.trace.analysis.differences import DIFFERENCES, differences
from tests.trace.analysis.stories import FROM_EITHER_SIDE, HANDSHAKE, WHOLE
from tests.trace.analysis.story import lines, mirrored, write

STORIES = (
    WHOLE
    | {name: HANDSHAKE + story for name, story in FROM_EITHER_SIDE.items()}
    | {f"{name}, mirrored": HANDSHAKE + mirrored(s) for name, s in FROM_EITHER_SIDE.items()}
)


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_understood(tmp_path: Path, name: str, version: int) -> None:
    path = write(tmp_path / "story.pcap", [STORIES[name]], version)
    analysis = analyse(load(path))
    for number, line in enumerate(lines(STORIES[name]), start=1):
        labels = analysis.of(number)
        assert {label.kind for label in labels} == line.expected, (number, line)
        for label in labels:
            assert label.record == number
            assert label.about is None or label.about < number
            assert label.sentence[0].isupper()
            assert label.sentence.endswith(".")


def test_every_label_has_a_story() -> None:
    told = {kind for story in STORIES.values() for line in lines(story) for kind in line.expected}
    assert told == set(KINDS)


@pytest.mark.parametrize("version", [4, 6])
def test_tshark_says_the_same_of_them_but_for_exactly_the_list(
    tmp_path: Path, version: int
) -> None:
    needs("tshark")
    path = write(tmp_path / "stories.pcap", STORIES.values(), version)
    assert set(differences(path)) == set(DIFFERENCES)
