"""Choosing the port a client speaks from (RFC 6056)."""

from collections.abc import Callable
from hashlib import blake2b

from portlab.packets.addresses import packed
from portlab.ports import DYNAMIC


class EphemeralPorts:
    """Algorithm 3 of RFC 6056 (section 3.3.3), the simple hash-based one, over 49152 to 65535.

    A secret hash of the two addresses and the peer's port says where in the range to begin, and a
    counter goes on from there. Someone who does not know the secret cannot guess the port, and a
    port comes back only after all the others (section 3.1: reuse that is too quick would meet the
    old connection in TIME-WAIT).
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._next = 0

    def choose(
        self, local: str, remote: str, remote_port: int, free: Callable[[int], bool]
    ) -> int | None:
        """The first port in the order that `free` accepts; None if none of the range is free."""
        start = self._offset(local, remote, remote_port)
        for _ in range(len(DYNAMIC)):
            port = DYNAMIC.first + (self._next + start) % len(DYNAMIC)
            self._next += 1
            if free(port):
                return port
        return None

    def _offset(self, local: str, remote: str, remote_port: int) -> int:
        ends = packed(local) + packed(remote) + remote_port.to_bytes(2, "big")
        return int.from_bytes(blake2b(ends, key=self._secret, digest_size=4).digest(), "big")
