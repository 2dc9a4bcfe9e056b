"""Where portlab's TCP and Linux's leave other packets on the wire, and why. The list is exact.

Each row: in this scenario, with the model as the client or as the server, what is missing (`-`)
and what is there instead (`+`), held against Linux at both ends. A difference that is not in the
list fails the tests, and so does a row whose difference has gone.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Difference:
    scenario: str
    model_is: Literal["client", "server"]
    changes: tuple[str, ...]
    why: str


ABORT = (
    "RFC 9293 3.10.5 (ABORT) sends <SEQ=SND.NXT><CTL=RST>. Linux sets the ACK bit as well; the "
    "receiver of a RST in a synchronized state looks at its SEQ alone (3.10.7.4, second)."
)
UNREAD = (
    "Unread data turns a close into a RST on both (RFC 9293 3.6.1); the form is that of an abort, "
    "with an ACK bit on Linux."
)
NAGLE = (
    "RFC 9293 3.7.4 holds a small segment back while anything is unacknowledged, so the full one "
    "before it is acknowledged alone. Linux holds it only while another small one is "
    "(Minshall's form of Nagle's algorithm)."
)
INITIAL_WINDOW = (
    "The model begins with the initial window of RFC 5681 3.1, three segments of 1460 bytes. Linux "
    "begins with the ten of RFC 6928, and soon sends one more as a tail loss probe (RFC 8985 7.3)."
)
SYN_TIMER = (
    "The model's SYNs follow RFC 6298: 1 s, then twice as long each time. Linux since 6.5 sends "
    "the first four repetitions a second apart (tcp_syn_linear_timeouts), and then doubles."
)
PROBE = (
    "RFC 9293 3.8.6.1 probes with at least one byte of new data. Linux sends an old number and no "
    "data, which must be answered too (3.10.7.4, first)."
)

DIFFERENCES = [
    Difference(
        "the client aborts",
        "client",
        ("- > RST,ACK seq=11 ack=1", "+ > RST seq=11"),
        ABORT,
    ),
    Difference(
        "the server aborts",
        "server",
        ("- < RST,ACK seq=1 ack=6", "+ < RST seq=1"),
        ABORT,
    ),
    Difference(
        "the client closes with unread data",
        "client",
        ("- > RST,ACK seq=1 ack=18", "+ > RST seq=1"),
        UNREAD,
    ),
    Difference(
        "the server closes with unread data",
        "server",
        ("- < RST,ACK seq=1 ack=18", "+ < RST seq=1"),
        UNREAD,
    ),
    Difference(
        "one byte more than a segment",
        "server",
        ("+ > ACK seq=1461 ack=1461",),
        NAGLE,
    ),
    Difference(
        "much at once",
        "client",
        ("- > 11 segments at once", "+ > 3 segments at once"),
        INITIAL_WINDOW,
    ),
    Difference(
        "nobody answers",
        "client",
        ("- 4 times > SYN seq=0", "+ 3 times > SYN seq=0"),
        SYN_TIMER,
    ),
    Difference(
        "zero window",
        "client",
        ("- > a probe: an old number and no data", "+ > a probe: the next byte"),
        PROBE,
    ),
]


def expected(scenario: str, client: str, server: str) -> tuple[str, ...]:
    """The differences of a scenario in this pairing, those of the client first."""
    kinds = {"client": client, "server": server}
    return tuple(
        line
        for side, kind in kinds.items()
        for one in DIFFERENCES
        if kind == "model" and (one.scenario, one.model_is) == (scenario, side)
        for line in one.changes
    )
