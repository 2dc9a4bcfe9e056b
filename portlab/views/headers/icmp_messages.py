"""What stands behind type, code and checksum of ICMP and ICMPv6, by the message's type."""

from dataclasses import dataclass
from typing import Literal

from portlab.views.headers import values
from portlab.views.headers.reader import Spec

_ICMP, _MULTIPART, _V6 = "RFC 792", "RFC 4884 4", "RFC 4443"


@dataclass(frozen=True, slots=True)
class Message:
    """Its fields, and what follows them: plain data, the packet it is about, or options."""

    fields: tuple[Spec, ...]
    source: str
    then: Literal["data", "packet", "options"] = "data"


def _unused(bits: int, source: str) -> Spec:
    return Spec("Unused", bits, "Not used; zero.", source, values.reserved)


def _length(unit: int) -> Spec:
    meaning = (
        f"How much of the packet is quoted, in units of {unit} bytes, if something follows the "
        "quotation; else zero."
    )
    return Spec("Length", 8, meaning, _MULTIPART)


def _echo(source: str) -> tuple[Spec, ...]:
    return (
        Spec("Identifier", 16, "Tells the echoes of one program from those of others.", source),
        Spec("Sequence Number", 16, "Counts the echoes; the reply has the number of its request.",
             source),
    )  # fmt: skip


def _time(name: str, meaning: str) -> Spec:
    return Spec(f"{name} Timestamp", 32, f"{meaning}, in milliseconds since midnight.", _ICMP,
                values.milliseconds, name)  # fmt: skip


_MTU = Spec(
    "Next-Hop MTU", 16, "The largest packet, in bytes, that fits the next link; in "
    "'fragmentation needed' only.", "RFC 1191 4", values.size,
)  # fmt: skip
_ECHO, _ECHO_V6 = Message(_echo(_ICMP), _ICMP), Message(_echo(_V6 + " 4.1"), _V6 + " 4.1")
_STAMPS = Message(
    (
        *_echo(_ICMP),
        _time("Originate", "When the asker sent this"),
        _time("Receive", "When the answerer got it"),
        _time("Transmit", "When the answer was sent"),
    ),
    _ICMP,
)

ICMP: dict[int, Message] = {
    0: _ECHO,
    3: Message((_unused(8, _ICMP), _length(4), _MTU), _ICMP, "packet"),
    4: Message((_unused(32, _ICMP),), _ICMP, "packet"),
    5: Message((Spec("Gateway Internet Address", 32, "The better router for this destination.",
                     _ICMP, values.ipv4, "Gateway", brief=values.ipv4),), _ICMP, "packet"),
    8: _ECHO,
    11: Message((_unused(8, _ICMP), _length(4), _unused(16, _ICMP)), _ICMP, "packet"),
    12: Message((Spec("Pointer", 8, "Which byte of the packet is the problem.", _ICMP),
                 _length(4), _unused(16, _ICMP)), _ICMP, "packet"),
    13: _STAMPS,
    14: _STAMPS,
}  # fmt: skip

_TARGET = Spec("Target Address", 128, "The address that is asked or told about.", "RFC 4861 4.3",
               values.ipv6, brief=values.ipv6)  # fmt: skip


def _preference(number: int) -> str:
    """Two bits with a sign; 10 is not to be sent (RFC 4191 2.1)."""
    return f"{number}, {('medium', 'high', 'reserved', 'low')[number]}"


def _reserved(bits: int, source: str) -> Spec:
    return Spec("Reserved", bits, "Not used; must be zero.", source, values.reserved)


ICMPV6: dict[int, Message] = {
    1: Message((_length(8), _unused(24, _V6 + " 3.1")), _V6 + " 3.1", "packet"),
    2: Message((Spec("MTU", 32, "The largest packet, in bytes, that fits the next link.",
                     _V6 + " 3.2", values.size),), _V6 + " 3.2", "packet"),
    3: Message((_length(8), _unused(24, _V6 + " 3.3")), _V6 + " 3.3", "packet"),
    4: Message((Spec("Pointer", 32, "Which byte of the packet is the problem.", _V6 + " 3.4"),),
               _V6 + " 3.4", "packet"),
    128: _ECHO_V6,
    129: Message(_echo(_V6 + " 4.2"), _V6 + " 4.2"),
    133: Message((_reserved(32, "RFC 4861 4.1"),), "RFC 4861 4.1", "options"),
    134: Message(
        (
            Spec("Cur Hop Limit", 8, "The hop limit that hosts should use; 0 says nothing.",
                 "RFC 4861 4.2"),
            Spec("M", 1, "Addresses are to be had by DHCPv6.", "RFC 4861 4.2", values.is_set),
            Spec("O", 1, "Other settings are to be had by DHCPv6.", "RFC 4861 4.2", values.is_set),
            Spec("H", 1, "This router is a home agent for computers that travel.", "RFC 6275 7.1",
                 values.is_set),
            Spec("Prf", 2, "How much to prefer this router as the default one.", "RFC 4191 2.2",
                 _preference),
            _reserved(3, "RFC 4861 4.2"),
            Spec("Router Lifetime", 16, "How long this router may be used, in seconds.",
                 "RFC 4861 4.2", values.seconds),
            Spec("Reachable Time", 32, "How long a neighbour counts as reachable after it "
                 "answered, in milliseconds.", "RFC 4861 4.2", values.milliseconds),
            Spec("Retrans Timer", 32, "How long to wait before asking again, in milliseconds.",
                 "RFC 4861 4.2", values.milliseconds),
        ),
        "RFC 4861 4.2", "options",
    ),
    135: Message((_reserved(32, "RFC 4861 4.3"), _TARGET), "RFC 4861 4.3", "options"),
    136: Message(
        (
            Spec("R", 1, "The answer comes from a router.", "RFC 4861 4.4", values.is_set),
            Spec("S", 1, "The answer was asked for.", "RFC 4861 4.4", values.is_set),
            Spec("O", 1, "What was known before is to be replaced.", "RFC 4861 4.4",
                 values.is_set),
            _reserved(29, "RFC 4861 4.4"),
            _TARGET,
        ),
        "RFC 4861 4.4", "options",
    ),
    137: Message(
        (
            _reserved(32, "RFC 4861 4.5"),
            _TARGET,
            Spec("Destination Address", 128, "What is better reached by way of the target.",
                 "RFC 4861 4.5", values.ipv6, brief=values.ipv6),
        ),
        "RFC 4861 4.5", "options",
    ),
}  # fmt: skip

NEIGHBOUR = {
    1: "Source Link-Layer Address",
    2: "Target Link-Layer Address",
    3: "Prefix Information",
    4: "Redirected Header",
    5: "MTU",
}
"""The options of neighbour discovery by type (RFC 4861 4.6)."""

CODES = {
    (4, 5, 0): "for the network",
    (4, 5, 1): "for the host",
    (4, 11, 0): "time to live exceeded in transit",
    (4, 11, 1): "not all pieces came in time",
    (4, 12, 0): "the pointer says where",
    (6, 3, 0): "hop limit exceeded in transit",
    (6, 3, 1): "not all pieces came in time",
    (6, 4, 0): "wrong header field",
    (6, 4, 1): "unknown next header",
    (6, 4, 2): "unknown IPv6 option",
}
"""By IP version, type and code: those that packets does not name."""
