"""The rows of the course's contents that the lessons of this version cover, by lesson."""

ROWS = {
    "00": ("D0",),
    "01": tuple(f"A{number}" for number in range(1, 13)),
    "02": tuple(f"R{number}" for number in range(1, 9)),
    "05": ("T0", "T1", "T2", "T8", "T11", "T13", "T14"),
    "10": ("C1", "C2", "C3", "C4", "C5", "C6", "U7"),
    "11": ("S3", "S6", "S10", "S12"),
    "12": ("S2", "S4", "S5", "S7", "S8"),
    "13": ("S1", "S9", "S11", "S13"),
}
ABOUT_THE_COURSE = ("00",)
"""Lessons that teach, besides their rows, how the course itself is used."""
FURTHER = ("R8", "T13", "C2")
"""Set apart in the lesson, and skipped by the closing questions unless all are asked for."""
