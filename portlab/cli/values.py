"""What may stand behind an option: text into a value, or a sentence that says what is wrong."""

import os
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence

from portlab.errors import PortlabError
from portlab.wording import listed

WORLDS = ("model", "kernel", "loopback")
FIGURES = (".png", ".svg", ".pdf")
CAPTURES = (".pcapng", ".pcap")


def world(text: str) -> str:
    if text in WORLDS:
        return text
    raise ArgumentTypeError(f"there is no world {text!r} here: it is model, kernel or loopback")


def port(text: str) -> int:
    from portlab.ports import check_port

    try:
        return check_port(int(text) if text.lstrip("-").isdecimal() else text, zero=True)
    except PortlabError as error:
        raise ArgumentTypeError(str(error).rstrip(".")) from error


def number(text: str) -> int:
    if text.isdecimal() and int(text) >= 1:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a number from 1: counting begins at 1")


def whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a whole number") from None


def within(least: int, most: int) -> Callable[[str], int]:
    """A whole number from `least` to `most`."""

    def value(text: str) -> int:
        if text.isascii() and text.isdecimal() and len(text) < 12 and least <= int(text) <= most:
            return int(text)
        raise ArgumentTypeError(f"{text!r} is not a whole number from {least} to {most}")

    return value


def share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if 0 <= share <= 1:  # not so for nan
        return share
    raise ArgumentTypeError(f"{text!r} is not a probability from 0 to 1 (all packets)")


def figure(text: str) -> str:
    return _with_ending(text, FIGURES)


def capture(text: str) -> str:
    return _with_ending(text, CAPTURES)


def _with_ending(path: str, endings: Sequence[str]) -> str:
    """Checked before anything runs, so that no work is lost to a slip at the end."""
    if os.path.splitext(path)[1].lower() not in endings:
        known = listed(endings, "or")
        raise ArgumentTypeError(f"{path!r} must end in {known}, which says its format")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise ArgumentTypeError(f"there is no folder {folder!r} for {path!r}")
    return path
