"""The two ends of a conversation: what an address and a port are to a socket, and to people."""

import socket
from typing import Any

from portlab.apps.app import Address
from portlab.errors import PacketError
from portlab.ports import check_port
from portlab.worlds.sockets.ground import Ground

ANYWHERE = "::"
"""Where a socket is at every address of its host, of IPv4 and of IPv6."""

_MAPPED = "::ffff:"
_MOST = {socket.AF_INET: 65_507, socket.AF_INET6: 65_527}


def family_of(address: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def check_end(ground: Ground, end: tuple[object, object]) -> Address:
    """An address and port that may be reached. Raises AddressError, PortError."""
    address, port = end
    return ground.check_address(address), check_port(port)


def same_family(ground: Ground, own: str, peer: str) -> None:
    """Raises PacketError if no datagram can go from `own` to `peer`.

    A socket at `::` is at all addresses of its host, those of IPv4 too.
    """
    if own != ANYWHERE and family_of(own) != family_of(peer):
        raise PacketError(
            f"A socket at {own} reaches no {peer}: one is IPv4, the other IPv6. "
            f"Make one with udp(address={ground.own_address(peer)!r})."
        )


def check_size(data: bytes, address: str) -> None:
    """Raises PacketError if one datagram cannot hold `data`."""
    most = _MOST[family_of(address)]
    if len(data) > most:
        raise PacketError(
            f"{len(data):,} bytes do not fit: a UDP datagram here holds at most {most:,} (its "
            "length field has 16 bits and counts the headers). Send several."
        )


def own_end(sock: socket.socket) -> Address:
    """The address and port that a socket has."""
    return end_of(sock.getsockname())


def end_of(name: tuple[Any, ...]) -> Address:
    """The address and port in what the system calls an end: a socket at `::` dresses up IPv4."""
    address: str = name[0]
    if address.startswith(_MAPPED) and "." in address:
        address = address.removeprefix(_MAPPED)
    return (address, name[1])


def as_written_to(sock: socket.socket, peer: Address) -> Address:
    """How a socket is told a peer: one of IPv6 knows IPv4 only as ::ffff: (RFC 4291 2.5.5.2)."""
    if ":" in peer[0] or sock.family == socket.AF_INET:
        return peer
    return (_MAPPED + peer[0], peer[1])
