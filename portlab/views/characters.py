"""The characters that text ladders are drawn with: those that look best, those everybody has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Characters:
    """What lines, lanes, heads, marks and signs are made of."""

    line: str
    lane: str
    right: str
    left: str
    mark: str
    to: str
    differs: str


UNICODE = Characters("─", "│", "►", "◄", "●", "→", "≠")
ASCII = Characters("-", "|", ">", "<", "o", "->", "!=")
