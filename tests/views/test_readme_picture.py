"""The README's picture is what the command beside it draws, on this very day."""

from pathlib import Path

from PIL import Image

from portlab.cli import main

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "ladder.png"


def test_the_picture_shows_what_the_command_shows_now(tmp_path):
    """Compared by the words in it: matplotlib's own bytes differ from version to version."""
    again = tmp_path / "ladder.png"
    assert not main(["handshake", "--figure", str(again)])
    shown, expected = (Image.open(path).text["Description"] for path in (PICTURE, again))
    assert shown == expected, "run: portlab handshake --figure docs/images/ladder.png"
