"""Which socket hears what: addresses a socket is bound to, and the conflicts between them."""

from portlab.errors import PortInUse
from portlab.host import written

EVERYTHING = (None, "::")
"""No address at all, and the IPv6 wildcard, which takes IPv4 as well (Linux, ipv6(7))."""


def hears(bound: str | None, address: str) -> bool:
    """Does a socket bound to `bound` hear what is sent to `address`?

    >>> hears(None, "10.0.0.1"), hears("0.0.0.0", "fd00::1"), hears("127.0.0.1", "10.0.0.1")
    (True, False, False)
    """
    if bound in EVERYTHING or bound == address:
        return True
    return bound == "0.0.0.0" and ":" not in address


def overlap(one: str | None, other: str | None) -> bool:
    """Could one packet be for both? Then a port cannot have both: on Linux a wildcard conflicts
    with any one address.

    >>> overlap("0.0.0.0", "10.0.0.1"), overlap("127.0.0.1", "10.0.0.1")
    (True, False)
    """
    if one in EVERYTHING or other in EVERYTHING:
        return True
    return hears(one, str(other)) or hears(other, str(one))


def specific_first(bound: str | None) -> int:
    """A sort key: of two sockets that hear a packet, the one bound more narrowly gets it."""
    return {None: 2, "::": 2, "0.0.0.0": 1}.get(bound, 0)


def shown(bound: str | None) -> str:
    """The address as tables show it."""
    return "0.0.0.0" if bound is None else bound


def in_use(host: str, proto: str, bound: str | None, port: int, holder: str) -> PortInUse:
    """The error for a port that somebody has."""
    return PortInUse(
        f"{host} cannot give {proto} port {written((shown(bound), port))} to a second program: "
        f"{holder} has it. Choose another port, or 0 to have one chosen, or close the first."
    )
