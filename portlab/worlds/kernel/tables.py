"""The kernel's socket tables, as /proc/net shows those of one host.

Documentation/networking/proc_net_tcp.rst: addresses are written as the 32-bit words of the host's
byte order, ports and the state as hexadecimal numbers.
"""

import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from portlab.apps.app import Address
from portlab.worlds.sockets.ends import end_of

TABLES = ("tcp", "tcp6", "udp", "udp6")

# <net/tcp_states.h>
STATES = {
    1: "ESTABLISHED",
    2: "SYN-SENT",
    3: "SYN-RECEIVED",
    4: "FIN-WAIT-1",
    5: "FIN-WAIT-2",
    6: "TIME-WAIT",
    7: "CLOSED",
    8: "CLOSE-WAIT",
    9: "LAST-ACK",
    10: "LISTEN",
    11: "CLOSING",
    12: "SYN-RECEIVED",
}
_WAITS_FOR_AN_ANSWER = {"SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "LAST-ACK", "CLOSING"}


@dataclass(frozen=True, slots=True)
class Row:
    """One socket. `unsent` counts bytes that the peer has not acknowledged yet."""

    proto: str
    state: str
    local: Address
    remote: Address | None
    unsent: int

    @property
    def under_way(self) -> bool:
        """Whether TCP itself still has something to do, without its program."""
        if self.proto != "tcp" or self.state == "LISTEN":
            return False
        return self.unsent > 0 or self.state in _WAITS_FOR_AN_ANSWER


def rows(proto: str, text: str) -> Iterator[Row]:
    """The rows of one table; `proto` is `tcp` or `udp`."""
    for line in text.splitlines()[1:]:
        fields = line.split()
        remote = _end(fields[2])
        state = STATES.get(int(fields[3], 16), "CLOSED")
        yield Row(
            proto,
            "UNCONN" if proto == "udp" else state,
            _end(fields[1]),
            remote if remote[1] else None,
            int(fields[4].split(":")[0], 16),
        )


def _end(text: str) -> Address:
    address, port = text.split(":")
    words = [int(address[i : i + 8], 16) for i in range(0, len(address), 8)]
    raw = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return end_of((socket.inet_ntop(family, raw), int(port, 16)))
