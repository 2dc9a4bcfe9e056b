"""What the helper asks of the kernel over netlink: to set up a host's network, and to end it.

Part of the helper program (see helper.py), so standard library only. One message asks for a whole
network; see rtnetlink(7), and sock_diag(7) for the end of connections.
"""

from __future__ import annotations

import os
import socket
import struct

TYPE_CHECKING = False  # as in typing, which takes too long to import
if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST = 65536  # bytes: the longest answer
QUEUE = 10_000  # packets that may wait for the wire; the device drops, unseen, what is more
PREFIX = 16  # bits: of the IPv4 network of a lab
PATIENCE = 10.0  # seconds: for the kernel to bring an address into use

# <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if_addr.h>, <linux/if.h>
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLMSG_ERROR = 0x1, 0x4, 0x400, 2
RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE, RTMGRP_IPV6_ROUTE = 16, 20, 24, 0x400
IFLA_MTU, IFLA_TXQLEN, IFLA_AF_SPEC, IFLA_INET6_ADDR_GEN_MODE = 4, 13, 26, 8
IFA_ADDRESS, IFA_LOCAL, IFA_F_NODAD = 1, 2, 0x02
RTA_OIF, RT_TABLE_MAIN, RTPROT_STATIC, RTN_UNICAST, RT_SCOPE_UNIVERSE = 4, 254, 4, 1, 0
IFF_UP, LO = 0x1, 1
# <linux/sock_diag.h>, <linux/inet_diag.h>, <net/tcp_states.h>
NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, SOCK_DESTROY, NLM_F_DUMP, NLMSG_DONE = 4, 20, 21, 0x300, 3
SOCKET_ID, ALL_BUT_LISTEN = 48, 0xFFFFFFFF & ~(1 << 10)

Message = tuple[int, int, bytes]
"""A request: its type, its flags, its body."""


def attribute(kind: int, data: bytes) -> bytes:
    """A struct rtattr, padded to four bytes."""
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def link(index: int, flags: int, attributes: bytes = b"") -> Message:
    return RTM_NEWLINK, 0, struct.pack("BxHiII", 0, 0, index, flags, flags) + attributes


def address(index: int, text: str, prefix: int) -> Message:
    """An address that nobody else can have, so that nobody is asked (NODAD)."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    packed = socket.inet_pton(family, text)
    head = struct.pack("BBBBi", family, prefix, IFA_F_NODAD, RT_SCOPE_UNIVERSE, index)
    both = attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)
    return RTM_NEWADDR, NLM_F_CREATE, head + both


def route(index: int, family: int) -> Message:
    """Everything goes onto the wire, which knows who is there and who is not."""
    kinds = (RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST)
    head = struct.pack("BBBBBBBBI", family, 0, 0, 0, *kinds, 0)
    return RTM_NEWROUTE, NLM_F_CREATE, head + attribute(RTA_OIF, struct.pack("i", index))


def network(device: str, addresses: list[str], mtu: int) -> list[Message]:
    """Both devices up, the TUN with its addresses (IPv4 /16, IPv6 /64) and the way to all else."""
    tun = socket.if_nametoindex(device)
    sizes = attribute(IFLA_MTU, struct.pack("I", mtu)) + attribute(
        IFLA_TXQLEN, struct.pack("I", QUEUE)
    )
    six = any(":" in one for one in addresses)
    if six:
        # No link-local address: the kernel would ask for routers, and nobody is one.
        mode = attribute(IFLA_INET6_ADDR_GEN_MODE, b"\1")
        sizes += attribute(IFLA_AF_SPEC, attribute(socket.AF_INET6, mode))
    asked = [link(LO, IFF_UP), link(tun, 0, sizes), link(tun, IFF_UP)]
    asked += [address(tun, one, 64 if ":" in one else PREFIX) for one in addresses]
    asked.append(route(tun, socket.AF_INET))
    return [*asked, route(tun, socket.AF_INET6)] if six else asked


def set_up(device: str, addresses: list[str], mtu: int) -> None:
    """Make the network of the namespace we are in, and come back when all of it can be used.

    The kernel takes an IPv6 address into use in its own time, a few milliseconds later: the route
    to it, told over netlink, comes last.
    """
    wanted = {socket.inet_pton(socket.AF_INET6, one) for one in addresses if ":" in one}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as routes:
        routes.bind((0, RTMGRP_IPV6_ROUTE))
        routes.settimeout(PATIENCE)
        configure(network(device, addresses, mtu))
        while wanted:
            told = routes.recv(REQUEST)
            wanted = {one for one in wanted if one not in told}


def configure(requests: list[Message]) -> None:
    """Have the kernel do all of it. Raises OSError for the first that it refuses."""
    message = b""
    for number, (kind, flags, body) in enumerate(requests, start=1):
        flags |= NLM_F_REQUEST | NLM_F_ACK
        message += struct.pack("IHHII", 16 + len(body), kind, flags, number, 0) + body
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
        channel.send(message)
        answered = 0
        while answered < len(requests):
            data = channel.recv(REQUEST)
            while data:
                length, kind, _, number, _ = struct.unpack_from("IHHII", data)
                if kind == NLMSG_ERROR:
                    (problem,) = struct.unpack_from("i", data, 16)
                    if problem:
                        said = os.strerror(-problem)
                        raise OSError(-problem, f"{said} (netlink request {number})")
                    answered += 1
                data = data[(length + 3) & ~3 :]


def end_connections() -> None:
    """Have the kernel forget every TCP connection of the namespace we are in (sock_diag(7)).

    One whose program is gone lives on to send its last bytes and its FIN, again and again if nobody
    answers, and would keep the namespace for minutes.
    """
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as channel:
        for family in (socket.AF_INET, socket.AF_INET6):
            which = struct.pack("BBBxI", family, socket.IPPROTO_TCP, 0, ALL_BUT_LISTEN)
            channel.send(diagnosis(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, which + bytes(SOCKET_ID)))
            for found in list(dumped(channel)):
                channel.send(diagnosis(SOCK_DESTROY, NLM_F_ACK, which + found))
                channel.recv(REQUEST)


def diagnosis(kind: int, flags: int, body: bytes) -> bytes:
    return struct.pack("IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, 0, 0) + body


def dumped(channel: socket.socket) -> Iterator[bytes]:
    """The struct inet_diag_sockid of each socket that a dump tells of."""
    while True:
        data = channel.recv(REQUEST)
        while data:
            length, kind = struct.unpack_from("IH", data)
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                return
            yield data[20 : 20 + SOCKET_ID]
            data = data[(length + 3) & ~3 :]
