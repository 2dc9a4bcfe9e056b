"""What an observer says of a packet beyond what its header says, and why he thinks so.

None of it stands in the packet: it follows from packets before it, and the observer may be wrong,
for he sees what passes one place and not what arrives. Every Label is therefore *inferred*.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from portlab.wording import count

Kind = Literal[
    "retransmission",
    "fast retransmission",
    "spurious retransmission",
    "out of order",
    "lost segment",
    "ACK of unseen segment",
    "duplicate ACK",
    "zero window",
    "zero-window probe",
    "zero-window probe ACK",
    "window full",
    "window update",
    "keep-alive",
    "keep-alive ACK",
    "refused",
    "reset: opening given up",
    "reset: no such connection",
    "reset: data after close",
    "reset: abort",
    "half-open",
    "ports reused",
]
"""What a packet can be; `docs/analysis.md` says of each how it is told."""

KINDS: tuple[Kind, ...] = get_args(Kind)

RETRANSMISSIONS: tuple[Kind, ...] = (
    "retransmission",
    "fast retransmission",
    "spurious retransmission",
)
"""Each says that the segment's bytes were sent before."""

_SENTENCES: dict[Kind, str] = {
    "retransmission": "What it carries ({bytes}) was sent before{where}, and no ACK for it was "
    "seen.",
    "fast retransmission": "What it carries ({bytes}) was sent before{where}, and the other side "
    "has just said {times} times more that it waits for exactly this: no need to wait for a timer.",
    "spurious retransmission": "What it carries ({bytes}) was sent before{where}, and has been "
    "acknowledged since: it was not needed. The ACK may have been lost, or come late.",
    "out of order": "It carries {bytes} that belong before what {other} brought. They were not "
    "seen before, and so little time has passed that they were overtaken rather than repeated.",
    "lost segment": "{bytes} are missing between {other} and this one: they were not captured, or "
    "are late.",
    "ACK of unseen segment": "It acknowledges {bytes} that were not seen: they did arrive, and "
    "the capture lacks them.",
    "duplicate ACK": "It says for the {times}th time what {other} said: the same number, the same "
    "window, no data. Something arrived that does not fit on behind it.",
    "zero window": "Its window is 0: the sender's buffer is full, and the other side has to wait.",
    "zero-window probe": "The window that {other} gave is 0, and yet {bytes} are sent, to learn "
    "whether it is still so.",
    "zero-window probe ACK": "It answers the probe in {other}: the window is still 0.",
    "window full": "Its last byte is the last that the window in {other} allows: the sender has to "
    "wait for an ACK.",
    "window update": "Nothing new is acknowledged since {other}, only the window is another one.",
    "keep-alive": "All before was acknowledged in {other}, and it begins one number earlier: it "
    "asks whether the other side is still there.",
    "keep-alive ACK": "It answers the keep-alive in {other}: still here.",
    "refused": "It answers the SYN in {other}: nothing listens on that port.",
    "reset: opening given up": "It answers {other} although the connection was only half made: "
    "whoever asked for it does not want it (any more).",
    "reset: no such connection": "It answers {other}, and its number is the one acknowledged "
    "there: its sender knows nothing of such a connection.",
    "reset: data after close": "Its sender had closed, and {other} brought data that nobody there "
    "can read any more.",
    "reset: abort": "Its sender ends the connection at once, without FIN: a program aborted it, "
    "ended, or left data unread.",
    "half-open": "Its sender begins anew, while the other side still holds the connection of "
    "{other}: one of them must have forgotten it.",
    "ports reused": "The same two ends had a connection before, in conversation {times}: this SYN "
    "has another first number, so it is a new one.",
}


@dataclass(frozen=True, slots=True)
class Label:
    """One conclusion about record number `record`.

    `about` is the record that it follows from above all (None where that was not captured or is
    none), `times` and `size` (bytes) the numbers in its sentence.
    """

    kind: Kind
    record: int
    conversation: int
    about: int | None = None
    times: int = 0
    size: int = 0

    inferred: bool = True
    """Always: no header says any of this."""

    @property
    def sentence(self) -> str:
        """Why an observer thinks so.

        >>> print(Label("retransmission", 9, 1, about=7, size=1460).sentence)
        What it carries (1,460 bytes) was sent before, in record 7, and no ACK for it was seen.
        """
        about = self.about
        return _SENTENCES[self.kind].format(
            bytes=count(self.size, "byte") if self.size else "a SYN or FIN",
            where="" if about is None else f", in record {about}",
            other="what came before" if about is None else f"record {about}",
            times=self.times,
        )

    def __str__(self) -> str:
        return f"{self.kind}*: {self.sentence}"
