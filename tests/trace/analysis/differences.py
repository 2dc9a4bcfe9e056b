"""Where our labels differ from Wireshark's, and why: all of it, and nothing that is no more.

Each entry is what we say of a packet, what Wireshark 4.0 says, and the reason; labels on which both
agree are left out of the pair. The tests hold that no other pair comes up, and that each of these
still does. `docs/analysis.md` says the same in prose.
"""

from pathlib import Path
from typing import NamedTuple

from portlab.trace.analysis import analyse
from portlab.trace.capture import load
from tests.trace.analysis.tshark import seen_by_tshark, seen_by_us


class Difference(NamedTuple):
    ours: frozenset[str]
    wiresharks: frozenset[str]


SEEN_BEFORE = (
    "Its bytes are in the capture already, so they were sent again, and not overtaken. Wireshark "
    "goes by the time alone."
)
SYN_AND_FIN = (
    "A SYN or FIN that was acknowledged is as needless to repeat as data; Wireshark looks at data "
    "only."
)
ONE_BYTE = (
    "The byte before the next is a keep-alive only if it has been acknowledged (RFC 9293 3.8.4); "
    "else it is needed, and sent again."
)
ROUND_TRIP = (
    "Wireshark gives a fast retransmission 20 ms after the duplicate ACK. Where the round trip is "
    "longer, we give it that long, for one may watch at the receiver."
)
NEVER_SEEN = (
    "It fills a gap soon after. Wireshark takes it for repeated where it ends with the highest "
    "number, although nothing of it was captured."
)
RESET = "A RST's number and window say nothing about data. Wireshark reckons with them."
PROBE_ACCEPTED = (
    "The byte of a zero-window probe was taken in and acknowledged, so it counts as sent. "
    "Wireshark 4.0 does not count it, and misses it from then on."
)
LINUX_PROBE = (
    "Linux probes a closed window with a number from before and no data. To Wireshark that is a "
    "keep-alive."
)
HALF_OPEN = (
    "The old connection was never closed, so one side has forgotten it (RFC 9293 3.5.1). Wireshark "
    "begins a new conversation with every new SYN."
)
CROSSED = (
    "In a simultaneous opening the SYN comes again with an ACK and says something new (RFC 9293 "
    "figure 7). Wireshark sees the same number twice."
)
REPEATED_START = (
    "It begins with a byte that was sent before and not acknowledged. Wireshark holds every such "
    "byte for a probe's."
)
TOLD_ONCE = (
    "What the capture lacks is told once, by the first ACK that shows it. Wireshark tells it again."
)


def _pair(ours: str, wiresharks: str) -> Difference:
    return Difference(*(frozenset(filter(None, side.split(" + "))) for side in (ours, wiresharks)))


DIFFERENCES: dict[Difference, tuple[str, ...]] = {
    _pair("retransmission", "out of order"): (SEEN_BEFORE,),
    _pair("spurious retransmission", "retransmission"): (SYN_AND_FIN,),
    _pair("fast retransmission", "out of order"): (ROUND_TRIP,),
    _pair("fast retransmission", "retransmission"): (ROUND_TRIP,),
    _pair("out of order", "retransmission"): (NEVER_SEEN,),
    _pair("retransmission", "keep-alive"): (ONE_BYTE,),
    _pair("duplicate ACK", "keep-alive ACK"): (ONE_BYTE,),
    _pair("retransmission", ""): (REPEATED_START,),
    _pair("", "retransmission"): (RESET, CROSSED),
    _pair("", "zero-window probe"): (RESET,),
    _pair("", "keep-alive"): (RESET,),
    _pair("", "lost segment"): (PROBE_ACCEPTED,),
    _pair("", "ACK of unseen segment"): (PROBE_ACCEPTED, REPEATED_START, TOLD_ONCE, HALF_OPEN),
    _pair("window update", "ACK of unseen segment"): (PROBE_ACCEPTED,),
    _pair("zero-window probe ACK", "ACK of unseen segment"): (PROBE_ACCEPTED,),
    _pair("zero-window probe", "lost segment"): (PROBE_ACCEPTED,),
    _pair("zero-window probe", "keep-alive"): (LINUX_PROBE,),
    _pair("zero-window probe ACK", ""): (LINUX_PROBE,),
    _pair("", "ports reused"): (HALF_OPEN,),
    _pair("duplicate ACK", ""): (HALF_OPEN,),
    _pair("ports reused", "retransmission"): (HALF_OPEN,),
    _pair("", "ports reused + lost segment"): (HALF_OPEN,),
}


def differences(path: Path) -> dict[Difference, list[int]]:
    """The pairs that differ in the capture `path`, and the records of each."""
    ours, theirs = seen_by_us(analyse(load(path))), seen_by_tshark(path)
    found: dict[Difference, list[int]] = {}
    nothing: frozenset[str] = frozenset()
    for number in sorted(set(ours) | set(theirs)):
        one, other = ours.get(number, nothing), theirs.get(number, nothing)
        if one != other:
            found.setdefault(Difference(one - other, other - one), []).append(number)
    return found
