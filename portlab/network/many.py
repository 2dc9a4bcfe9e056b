"""Addresses that mean many hosts at once: broadcast, and multicast groups.

UDP alone sends to them. TCP connects two ends, and must refuse the call (RFC 9293 3.9.1.1) and
overhear the SYN (3.9.2.3).
"""

from portlab.packets import EVERYBODY

DIRECTED = "10.0.255.255"
"""Every host of 10.0.0.0/16, which is the network of a lab (RFC 922)."""


def is_broadcast(address: str) -> bool:
    return address in (EVERYBODY, DIRECTED)


def is_multicast(address: str) -> bool:
    """Whether an address names a group that hosts join (RFC 1112 section 4, RFC 4291 2.7).

    >>> is_multicast("224.0.0.251"), is_multicast("ff02::fb"), is_multicast("10.0.0.1")
    (True, True, False)
    """
    if ":" in address:
        return address.startswith("ff")
    return 224 <= int(address.partition(".")[0]) <= 239


def is_for_many(address: str) -> bool:
    return is_broadcast(address) or is_multicast(address)
