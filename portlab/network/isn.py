"""Choosing where a connection's sequence numbers start (RFC 9293 section 3.4.1)."""

from hashlib import blake2b

from portlab.apps.app import Address
from portlab.packets.addresses import packed

TICK = 4
"""Microseconds for one step of the clock part, so that it comes round in 4.77 hours (3.4.1)."""


def initial_sequence_number(now: int, local: Address, remote: Address, secret: bytes) -> int:
    """ISN = M + F(localip, localport, remoteip, remoteport, secretkey), modulo 2**32.

    M is a clock, so that a new connection between the same two ends starts above what the old one
    used; F is a secret hash, so that an outsider cannot guess the number and forge segments.
    """
    ends = b"".join(packed(address) + port.to_bytes(2, "big") for address, port in (local, remote))
    hashed = int.from_bytes(blake2b(ends, key=secret, digest_size=4).digest(), "big")
    return (now // TICK + hashed) % 2**32
