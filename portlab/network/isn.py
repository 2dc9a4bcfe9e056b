"""Choosing where a connection's sequence numbers start (RFC 9293 section 3.4.1)."""

from portlab.apps.app import Address
from portlab.network.secret import Secret

TICK = 4
"""Microseconds for one step of the clock part, so that it comes round in 4.77 hours (3.4.1)."""


def initial_sequence_number(now: int, local: Address, remote: Address, secret: Secret) -> int:
    """ISN = M + F(localip, localport, remoteip, remoteport, secretkey), modulo 2**32.

    M is a clock, so that a new connection between the same two ends starts above what the old one
    used; F is a secret hash, so that an outsider cannot guess the number and forge segments.
    """
    return (now // TICK + secret.hash("ISN", local, remote)) % 2**32
