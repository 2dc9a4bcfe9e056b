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
    "has said {times} times more that it waits for exactly this, just now: no timer had to run out "
    "first.",
    "spurious retransmission": "What it carries ({bytes}) was sent before{where}, and has been "
    "acknowledged since: it was not needed. The ACK may have been lost, or come late.",
    "out of order": "What it carries ({bytes}) belongs before what {other} brought and was not "
    "seen yet; so little time has passed that it was overtaken rather than sent again.",
    "lost segment": "Between {other} and this one something is missing ({bytes}): it was not "
    "captured, or comes later.",
    "ACK of unseen segment": "It acknowledges something that was not seen ({bytes}): that did "
    "arrive, and the capture lacks it.",
    "duplicate ACK": "Once more (repetition {times}) what {other} said: the same number, the same "
    "window, no data. Most often something arrived that does not follow on it.",
    "zero window": "Its window is 0: there is no room in its sender's buffer, and the other side "
    "has to wait.",
    "zero-window probe": "{other} closed the window, and yet a little is sent, to learn whether it "
    "is still closed.",
    "zero-window probe ACK": "It answers the probe in {other}: the window is still closed.",
    "window full": "Its last byte is the last that the window in {other} allows: its sender has to "
    "wait for an ACK.",
    "window update": "Nothing new is acknowledged since {other}; only the window is another one.",
    "keep-alive": "All that was sent is acknowledged, in {other} at the latest, and it begins one "
    "number before what would come next: it only asks whether the other side is still there.",
    "keep-alive ACK": "It answers the keep-alive in {other}: still here.",
    "refused": "It answers the SYN in {other}: nothing listens on that port.",
    "reset: opening given up": "The connection was only half made when its sender dropped it.",
    "reset: no such connection": "It answers {other}, and takes its own number from there: its "
    "sender knows nothing of such a connection (any more).",
    "reset: data after close": "Its sender had closed, and then {other} brought data that nobody "
    "there can read any more.",
    "reset: abort": "Its sender ends the connection at once, without FIN: its program aborted it, "
    "ended, or left data unread.",
    "half-open": "Its sender begins anew, though the connection of {other} was not closed: it must "
    "have forgotten that, while the other side still holds it.",
    "ports reused": "The same two ends were at it before, from {other} on: this SYN has another "
    "first number, so it asks for a new connection.",
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
        text = _SENTENCES[self.kind].format(
            bytes=count(self.size, "byte") if self.size else "a SYN or FIN",
            where="" if about is None else f", in record {about}",
            other="what came before" if about is None else f"record {about}",
            times=self.times,
        )
        return text[0].upper() + text[1:]

    def __str__(self) -> str:
        return f"{self.kind}*: {self.sentence}"
