"""How much one loopback lab may do, so that a runaway loop in a lesson ends by itself."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`connections` counts open ends of TCP connections, and peers remembered per UDP port.

    `bytes` counts what is handed to and taken from sockets, `calls` the socket calls kept in the
    trace, `seconds` the life of the lab. Past one of these three everything is closed, and every
    further call raises LimitReached.
    """

    connections: int = 200
    bytes: int = 1_000_000_000
    seconds: float = 3600.0
    calls: int = 200_000
