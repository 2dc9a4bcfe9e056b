"""A tap on this computer's loopback: every packet there, once, as the kernel shows it. Linux only.

scapy opens the socket, as it does for every sniffer. It is read here, because the kernel says three
things beside a packet that scapy keeps to itself: the time in whole nanoseconds, whether the packet
is going out or coming in, and whether its checksum is still to be filled in.
"""

import contextlib
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Any

from portlab.errors import WorldError
from portlab.trace.links import ETHERNET, find_ip
from portlab.trace.reading import without_scapys_warnings
from portlab.trace.record import EPOCH

# Numbers of linux/if_packet.h and asm-generic/socket.h that Python has no names for.
_SOL_PACKET = 263
_PACKET_STATISTICS = 6
_PACKET_AUXDATA = 8
_PACKET_IGNORE_OUTGOING = 23  # Linux 4.20
_PACKET_OUTGOING = 4
_TP_STATUS_CSUMNOTREADY = 8
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35

_IP = (0x0800, 0x86DD)
"""EtherTypes of IPv4 and IPv6."""

_QUEUE = 1 << 25
"""Bytes of packets that may wait to be read, where we may ask for so much."""

_LONGEST = 1 << 18
_BESIDE = 256
_AT_ONCE = 256

_INSTEAD = (
    "Leave capture=True away to see the socket calls, or use world='model', where everybody sees "
    "every packet"
)

_IN_WIRESHARK = {
    "darwin": "interface 'Loopback: lo0'; its installer's ChmodBPF opens /dev/bpf* to you",
    "win32": "interface 'Adapter for loopback traffic capture', which comes with Npcap",
}


@dataclass(frozen=True, slots=True)
class Tapped:
    """An IP packet of the loopback: microseconds since 2026, its link header, its bytes."""

    time: int
    link_header: bytes
    raw: bytes
    unfinished: bool
    """Whether the checksum of its transport is still to be filled in."""


class Tap:
    """Open once it is made: from then on the kernel keeps every packet until it is read.

    Raises WorldError where the system does not let this program listen.
    """

    def __init__(self) -> None:
        self._listening = _listening()
        self.socket: socket.socket = self._listening.ins
        self.socket.setblocking(False)
        # A packet on loopback goes out and comes in: as in tcpdump, the second time counts.
        _try_option(self.socket, _SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)
        _try_option(self.socket, socket.SOL_SOCKET, _SO_RCVBUFFORCE, _QUEUE)
        self._missed = 0

    def read(self) -> list[Tapped]:
        """The IP packets that wait, in their order; not more than a few hundred at once."""
        found = []
        for _ in range(_AT_ONCE):
            try:
                frame, beside, _, origin = self.socket.recvmsg(_LONGEST, _BESIDE)
            except OSError:
                break  # nothing waits, or the tap is closed
            if origin[1] not in _IP or origin[2] == _PACKET_OUTGOING:
                continue
            where = find_ip(ETHERNET, frame)
            time, unfinished = _said_beside(beside)
            if time is not None and not isinstance(where, str):
                start, end = where
                found.append(Tapped(time, frame[:start], frame[start:end], unfinished))
        return found

    @property
    def missed(self) -> int:
        """How many packets the kernel threw away because nobody read fast enough."""
        if self.socket.fileno() >= 0:
            said = self.socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
            self._missed += struct.unpack("II", said)[1]  # each look begins a new count
        return self._missed

    def close(self) -> None:
        """Safe to repeat."""
        self._listening.close()


def _listening() -> Any:
    """scapy's listening socket on loopback. Raises WorldError."""
    if not sys.platform.startswith("linux"):
        raise WorldError(
            f"portlab captures loopback packets on Linux only, and this is {sys.platform}. Here, "
            f"capture with Wireshark ({_IN_WIRESHARK.get(sys.platform, 'Loopback')}), and load() "
            f"its file. {_INSTEAD}."
        )
    import scapy.arch  # noqa: F401  (makes conf.L2listen)
    from scapy.config import conf

    try:
        with without_scapys_warnings():  # that it knows no layers: none was imported
            return conf.L2listen(iface="lo", promisc=False)
    except PermissionError:
        raise WorldError(
            "The loopback packets of this computer cannot be captured: Linux asks CAP_NET_RAW of "
            f"a program for that, and this one does not have it. {_INSTEAD}; or run it as root."
        ) from None
    except OSError as error:
        raise WorldError(
            "The loopback packets of this computer cannot be captured: the system says "
            f"{error.strerror or error}. {_INSTEAD}."
        ) from None


def _said_beside(beside: list[tuple[int, int, bytes]]) -> tuple[int | None, bool]:
    """When a packet was seen, and whether its checksum is yet to be filled in."""
    time, unfinished = None, False
    for level, kind, data in beside:
        if (level, kind) == (_SOL_PACKET, _PACKET_AUXDATA):
            unfinished = bool(struct.unpack_from("I", data)[0] & _TP_STATUS_CSUMNOTREADY)
        elif (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("ll" if len(data) == 16 else "ii", data)
            time = (seconds - EPOCH) * 1_000_000 + nanoseconds // 1000
    return time, unfinished


def _try_option(sock: socket.socket, level: int, option: int, value: int) -> None:
    with contextlib.suppress(OSError):  # an older kernel, or it takes more rights: not needed
        sock.setsockopt(level, option, value)
