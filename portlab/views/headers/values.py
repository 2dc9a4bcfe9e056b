"""Numbers in a header as learners read them: ports with their range, addresses, checksums.

Each takes the number that stands in a field and gives its words.
"""

from portlab.packets import unpacked
from portlab.ports import port_range
from portlab.wording import count

PROTOCOLS = {
    0: "IPv6 Hop-by-Hop Options",
    1: "ICMP",
    2: "IGMP",
    4: "IPv4",
    6: "TCP",
    17: "UDP",
    41: "IPv6",
    43: "IPv6 Routing header",
    44: "IPv6 Fragment header",
    47: "GRE",
    50: "ESP",
    51: "AH",
    58: "ICMPv6",
    59: "nothing follows",
    60: "IPv6 Destination Options",
    89: "OSPF",
    132: "SCTP",
}
"""By the number in Protocol or Next Header (IANA's list of protocol numbers)."""

_ECN = {0: "not ECN-capable", 1: "ECN-capable, ECT(1)", 2: "ECN-capable, ECT(0)"}
_ECN[3] = "congestion experienced, CE"
_DSCP = {0: "default, best effort", 46: "EF, expedited forwarding", 48: "CS6, network control"}


def port(number: int) -> str:
    """
    >>> port(443), port(50000), port(0)
    ('443, a system port', '50000, a dynamic port', '0, which is reserved')
    """
    if number == 0:
        return "0, which is reserved"
    return f"{number}, a {port_range(number).name} port"


def protocol(number: int) -> str:
    """
    >>> protocol(6), protocol(200)
    ('6, TCP', '200')
    """
    name = PROTOCOLS.get(number)
    return f"{number}, {name}" if name else str(number)


def ipv4(number: int) -> str:
    return unpacked(number.to_bytes(4, "big"))


def ipv6(number: int) -> str:
    return unpacked(number.to_bytes(16, "big"))


def hex16(number: int) -> str:
    return f"0x{number:04x}"


def hex32(number: int) -> str:
    return f"0x{number:08x}"


def is_set(number: int) -> str:
    return "set" if number else "not set"


def reserved(number: int) -> str:
    return "0, as it should be" if number == 0 else f"{number}, though it should be 0"


def dscp(number: int) -> str:
    name = _DSCP.get(number)
    return f"{number}, {name}" if name else str(number)


def ecn(number: int) -> str:
    return f"{number}, {_ECN[number]}"


def size(number: int) -> str:
    return count(number, "byte")


def milliseconds(number: int) -> str:
    return count(number, "millisecond")


def seconds(number: int) -> str:
    return count(number, "second")
