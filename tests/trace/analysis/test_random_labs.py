"""Labs in which everything is drawn, seen from above and from both ends: tshark says the same."""

from pathlib import Path

import pytest

from portlab.trace.analysis import analyse
from portlab.trace.capture import load, save
from tests.requires import needs
from tests.trace.analysis.differences import DIFFERENCES, differences
from tests.trace.analysis.random_labs import views


@pytest.mark.parametrize("seed", range(20))
def test_tshark_says_the_same_but_for_the_list(tmp_path: Path, seed: int) -> None:
    needs("tshark")
    for view, trace in views(seed).items():
        if not len(trace):
            continue
        path = tmp_path / f"{view}.pcap"
        save(trace, path)
        found = differences(path)
        assert set(found) <= set(DIFFERENCES), (view, found)


@pytest.mark.parametrize("seed", range(100, 110))
def test_a_file_says_no_less_than_the_trace_that_it_was_saved_from(
    tmp_path: Path, seed: int
) -> None:
    trace = views(seed)["from above"]
    save(trace, tmp_path / "lab.pcapng")
    ours, files = analyse(trace), analyse(load(tmp_path / "lab.pcapng"))
    assert list(ours) == list(files)
    assert [one.states for one in ours.observed] == [one.states for one in files.observed]
