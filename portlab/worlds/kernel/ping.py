"""ICMP echo from a kernel host, by the kernel's own ping socket (icmp(7)).

Such a socket sends nothing but echo requests. The kernel gives it an identifier, fills in the
checksum, and hands it only the answers to its own.
"""

import socket
import struct

from portlab.worlds.sockets.ends import end_of, family_of
from portlab.worlds.sockets.opening import wait_readable

_ICMPV6 = getattr(socket, "IPPROTO_ICMPV6", 58)
_REQUEST = {socket.AF_INET: 8, socket.AF_INET6: 128}
_REPLY = {socket.AF_INET: 0, socket.AF_INET6: 129}
_PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: _ICMPV6}
_HEADER = struct.Struct("!BBHHH")
_MOST = 65_535


def protocol(address: str) -> int:
    """The protocol of a ping socket for this address."""
    return _PROTOCOL[family_of(address)]


def send(sock: socket.socket, address: str, data: bytes) -> None:
    """One echo request. Raises OSError."""
    sock.setblocking(False)
    head = _HEADER.pack(_REQUEST[family_of(address)], 0, 0, 0, 1)
    sock.sendto(head + data, (address, 0))


def answered(sock: socket.socket, address: str, data: bytes, seconds: float) -> bool:
    """Wait at most `seconds` (and no longer than a slice) for the answer with the same data."""
    if not wait_readable(sock, seconds):
        return False
    try:
        reply, source = sock.recvfrom(_MOST)
    except BlockingIOError:
        return False
    kind = _REPLY[family_of(address)]
    return reply[:1] == bytes([kind]) and reply[8:] == data and end_of(source)[0] == address
