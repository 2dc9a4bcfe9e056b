"""Our own scripts, found in the folders beside this file."""

from pathlib import Path

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.rglob("*.pkt"))
NAMES = [path.relative_to(FOLDER).with_suffix("").as_posix() for path in FILES]

STATES = (
    "closed",
    "listen",
    "syn-sent",
    "syn-received",
    "established",
    "fin-wait-1",
    "fin-wait-2",
    "close-wait",
    "closing",
    "last-ack",
    "time-wait",
)


def text(name: str) -> str:
    return (FOLDER / f"{name}.pkt").read_text(encoding="utf-8")
