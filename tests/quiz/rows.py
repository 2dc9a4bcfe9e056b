"""The rows of the course's contents, by lesson; not all of these lessons are written yet."""

ROWS = {
    "00": ("D0",),
    "01": tuple(f"A{number}" for number in range(1, 13)),
    "02": tuple(f"R{number}" for number in range(1, 9)),
    "03": ("L1", "L2", "L6", "L8", "L10", "L11"),
    "04": ("L3", "L4", "L5", "L7", "L9", "L12"),
    "05": ("T0", "T1", "T2", "T8", "T11", "T13", "T14"),
    "06": ("T9", "T10"),
    "07": ("T3", "T4", "T5", "T12"),
    "08": ("T6", "T7"),
    "09": tuple(f"U{number}" for number in range(1, 7)),
    "10": ("C1", "C2", "C3", "C4", "C5", "C6", "U7", "M1"),
    "11": ("S3", "S6", "S10", "S12"),
    "12": ("S2", "S4", "S5", "S7", "S8"),
    "13": ("S1", "S9", "S11", "S13"),
    "14": ("F1", "F2", "F3", "F4", "F5", "F6", "F9", "F10", "M2"),
    "15": ("F7", "F8"),
    "16": ("P1", "P2", "P3"),
    "17": tuple(f"D{number}" for number in range(1, 9)),
    "18": ("D9",),
    "19": tuple(f"E{number}" for number in range(1, 6)),
}
ABOUT_THE_COURSE = ("00",)
"""Lessons that teach, besides their rows, how the course itself is used."""
ABOUT_EVERY_ROW = ("20",)
"""Lessons that go through what is commonly said, of any row."""
FURTHER = ("R8", "L9", "T13", "U6", "C2")
"""Set apart in the lesson, and skipped by the closing questions unless all are asked for."""
