"""`doctor()`: what this computer can do for the course, for notebooks; doctor.py checks it."""

from typing import Any

from portlab.course.doctor import LAB_PORT, Finding, examine, table
from portlab.system import is_static
from portlab.wording import literal, wrapped

ABOUT_THE_LAB = (
    "model world",
    "loopback world on 127.0.0.1",
    "loopback world on ::1",
    "further loopback addresses",
    "ports under 1024",
    "ports for clients",
    "capture by Python",
)
"""What a learner has use for in lessons."""

BEHIND_US = (
    "kernel world",
    f"port {LAB_PORT} for JupyterLab",
    "a browser window",
    "tshark (Wireshark)",
)
"""What no lesson needs, or who reads this in a notebook has already. Of all else (libraries,
folders) only what does not work is shown."""

ENOUGH = "The model world is all that the course needs; every lesson runs in it."


class Report:
    """What was found. As a cell's value, or printed, it is a table."""

    def __init__(self, findings: list[Finding], note: str = ENOUGH) -> None:
        self.findings = findings
        self.note = note

    def __getitem__(self, what: str) -> Finding:
        """One finding by its name in the table. Raises KeyError for one that is not there."""
        for finding in self.findings:
            if finding.what == what:
                return finding
        raise KeyError(what)

    @property
    def shown(self) -> list[Finding]:
        """What the table shows: all that concerns lessons, and what does not work."""
        return [
            one
            for one in self.findings
            if one.what in ABOUT_THE_LAB or not (one.works or one.what in BEHIND_US)
        ]

    def __str__(self) -> str:
        return f"{table(self.shown)}\n\n{wrapped(self.note)}"

    __repr__ = __str__

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        rows = ["| works | what | seen | remedy |", "|---|---|---|---|"]
        rows += [
            f"| {'yes' if one.works else 'no'} | **{one.what}** | {literal(one.seen, code=True)} "
            f"| {'' if one.works else literal(one.remedy or '', code=True)} |"
            for one in self.shown
        ]
        return {"text/plain": str(self), "text/markdown": "\n".join([*rows, "", self.note])}


EXAMPLE = Report(
    [
        Finding("model world", True, "a handshake of 3 packets"),
        Finding("loopback world on 127.0.0.1", True, "a connection was made"),
        Finding("loopback world on ::1", True, "a connection was made"),
        Finding("further loopback addresses", True, "127.0.0.2 is there"),
        Finding(
            "ports under 1024",
            False,
            "kept for administrators",
            "Not needed: use ports from 1024 in the loopback world; model hosts have all.",
        ),
        Finding(
            "ports for clients",
            True,
            "32768 to 60999, chosen by the system for outgoing connections",
        ),
        Finding(
            "capture by Python",
            False,
            "packet sockets: Operation not permitted",
            "Not needed: the model world shows every packet.",
        ),
    ],
    "This is an example: a laptop with Linux, and an ordinary user. Run the cell to see what your "
    f"own computer can do. {ENOUGH}",
)


def doctor() -> Report:
    """Try what this computer can do for the course; takes about two seconds, changes nothing.

    `portlab doctor` in a terminal shows all of it. Where outputs are stored for others to see
    (`PORTLAB_STATIC=1`) it is an example, marked as one.
    """
    return EXAMPLE if is_static() else Report(examine())
