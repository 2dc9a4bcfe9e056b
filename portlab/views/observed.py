"""What is written beside packets of which nobody knows why they were sent: what an observer infers.

A model host gives its own reasons, so its packets need none of this. Of packets from a file or a
real kernel there is only what they show.
"""

from collections.abc import Iterable, Mapping, Sequence

from portlab.trace.analysis import RETRANSMISSIONS, Label, analyse
from portlab.trace.trace import Trace
from portlab.views.shapes import INFERRED, Piece

_ORIGINS = ("recorded", "captured")
SOURCE = "inferred"
"""What stands as the source of such a reason."""


def labels_by_record(trace: Trace) -> Mapping[int, tuple[Label, ...]]:
    """The labels of every packet whose sender cannot be asked; () for one that has none."""
    numbers = [record.number for record in trace if record.origin in _ORIGINS]
    if not numbers:
        return {}
    analysis = analyse(trace)
    return {number: analysis.of(number) for number in numbers}


def repeated(labels: Iterable[Label]) -> int | None:
    """The record whose bytes are sent again, if that is what they say."""
    return next((label.about for label in labels if label.kind in RETRANSMISSIONS), None)


def label_pieces(labels: Iterable[Label]) -> list[Piece]:
    """`fast retransmission of 12*`, `window update*`."""
    return [
        Piece(
            "label",
            f"{label.kind}{INFERRED}"
            if label.kind not in RETRANSMISSIONS or label.about is None
            else f"{label.kind} of {label.about}{INFERRED}",
        )
        for label in labels
    ]


def reason(labels: Sequence[Label]) -> str | None:
    """Why an observer says so, all in one."""
    return " ".join(label.sentence for label in labels) or None
