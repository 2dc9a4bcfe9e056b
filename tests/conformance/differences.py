"""Where the model and Linux answer one segment differently, and why. The list is exact.

Each row: in these states, on these arrivals, what Linux does and what the model does, as
`test_kernel_segments.summary` puts it: what is sent at once, whether the connection is still
there afterwards, and what the program is told.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """One row for one state and one arrival."""

    linux: str
    model: str
    why: str


def _table():
    half_closed = ("CLOSE-WAIT", "CLOSING", "LAST-ACK")
    yield (
        ("LISTEN",),
        ("SYN,FIN",),
        "nothing, gone",
        "SYN,ACK, open",
        "Linux drops what only a port scanner sends; 9293 3.10.7.2 answers the SYN.",
    )
    yield (
        ("SYN-RECEIVED",),
        ("SYN", "SYN with data", "SYN,FIN"),
        "RST,ACK, gone",
        "nothing, gone",
        "9293 3.10.7.4, fourth: back to LISTEN, and no RST. Linux keeps the RST of RFC 793.",
    )
    yield (
        ("SYN-RECEIVED",),
        ("SYN,ACK",),
        "RST, gone",
        "nothing, gone",
        "As for a bare SYN: 9293 looks at the SYN before it looks at the ACK.",
    )
    yield (
        ("SYN-RECEIVED",),
        ("SYN,ACK of something never sent",),
        "RST, open",
        "nothing, gone",
        "Linux looks at the ACK first; 9293 3.10.7.4 at the SYN (fourth) before the ACK (fifth).",
    )
    yield (
        ("ESTABLISHED", "FIN-WAIT-1", *half_closed),
        ("ACK of the past",),
        "ACK, open",
        "nothing, open",
        "The oldest ACK that passes: 9293 goes back MAX.SND.WND from SND.UNA (RFC 5961 5.2), "
        "Linux never further than the bytes that were ever acknowledged.",
    )
    yield (
        half_closed,
        ("RST before the window",),
        "nothing, gone, reset",
        "nothing, open",
        "After a FIN Linux takes a RST one below RCV.NXT too, since some systems count so; "
        "9293 3.10.7.4 drops it.",
    )
    yield (
        half_closed,
        ("data that begins before the window",),
        "RST, gone, reset",
        "nothing, open",
        "Data past the peer's own FIN: Linux resets; 9293 3.10.7.4, seventh, ignores the text.",
    )
    yield (
        ("TIME-WAIT",),
        ("SYN beyond the window",),
        "SYN,ACK, gone",
        "ACK, open",
        "Linux lets a new connection begin (9293 3.6.1, MAY-2); the model challenges every SYN "
        "(RFC 5961 4.2).",
    )
    yield (
        ("TIME-WAIT",),
        ("RST further into the window",),
        "nothing, open",
        "ACK, open",
        "Linux keeps no window in TIME-WAIT; 9293 3.10.7.4, second, challenges in every state.",
    )
    yield (
        ("TIME-WAIT",),
        ("ACK of one more", "ACK of something never sent", "ACK of the far past"),
        "nothing, open",
        "ACK, open",
        "Linux looks at no ACK number in TIME-WAIT; 9293 3.10.7.4, fifth, before the states.",
    )
    yield (
        ("TIME-WAIT",),
        (
            "data",
            "data after a hole",
            "data that begins before the window",
            "data without ACK",
            "FIN",
            "FIN with data",
            "FIN after a hole",
            "FIN without ACK",
        ),
        "ACK, open",
        "nothing, open",
        "Linux acknowledges whatever takes up numbers; 9293 only the peer's FIN come again, and "
        "ignores what lies after it.",
    )


DIFFERENCES = {
    (state, arrival): Difference(linux, model, why)
    for states, arrivals, linux, model, why in _table()
    for state in states
    for arrival in arrivals
}
