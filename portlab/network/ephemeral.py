"""Choosing the port a client speaks from (RFC 6056)."""

from collections.abc import Callable

from portlab.apps.app import Address
from portlab.network.secret import Secret
from portlab.ports import DYNAMIC


class EphemeralPorts:
    """Algorithm 3 of RFC 6056 (section 3.3.3), the simple hash-based one, over 49152 to 65535.

    A secret hash of the address we speak from and of the peer says where in the range to begin,
    and a counter goes on from there. Someone who does not know the secret cannot guess the port,
    and a port comes back only after all the others, so that a new connection does not meet the
    old one still in TIME-WAIT.
    """

    def __init__(self, secret: Secret) -> None:
        self._secret = secret
        self._next = 0

    def choose(self, local: str, remote: Address, free: Callable[[int], bool]) -> int | None:
        """The first port in the order that `free` accepts; None if none of the range is free."""
        start = self._secret.hash("port", (local, 0), remote)
        for _ in range(len(DYNAMIC)):
            port = DYNAMIC.first + (self._next + start) % len(DYNAMIC)
            self._next += 1
            if free(port):
                return port
        return None
