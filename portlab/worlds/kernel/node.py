"""A kernel host as the network sees it: what its TUN device gives and takes.

The network hands it a packet, and the kernel of the namespace receives it; what that kernel sends
is read here, and sent by the network. What is between `read` and `receive` is Linux's own TCP/IP.
"""

import contextlib
import os

from portlab.packets import Packet
from portlab.trace.record import Origin

MTU = 1500
"""Bytes of the largest packet, as on an Ethernet."""


class KernelNode:
    """See `portlab.network.network.Node`. Owns the descriptor `tun`."""

    origin: Origin = "captured"

    def __init__(self, name: str, addresses: tuple[str, ...], tun: int, mtu: int = MTU) -> None:
        self.name = name
        self.addresses = addresses
        self.tun = open(tun, "r+b", buffering=0)  # noqa: SIM115 (closed in close)
        self.gone = False
        """Whether the namespace has ended, with whoever kept it."""
        self._mtu = mtu

    def read(self, most: int) -> list[Packet]:
        """The packets that the kernel has sent since, at most so many."""
        packets: list[Packet] = []
        if self.tun.closed:
            return packets
        read, tun, mtu = os.read, self.tun.fileno(), self._mtu
        try:
            while len(packets) < most:
                packets.append(Packet(read(tun, mtu)))
        except BlockingIOError:
            pass  # there are no more
        except OSError:
            self.gone = True
        return packets

    def receive(self, packet: Packet, now: int) -> None:
        """Let the kernel receive it. What it will not have (no IP packet) is lost on it."""
        with contextlib.suppress(OSError, ValueError):  # ValueError: it is closed
            os.write(self.tun.fileno(), packet.raw)

    def next_deadline(self) -> int | None:
        """The kernel keeps its own time."""
        return None

    def on_deadline(self, now: int) -> None:
        """Never asked for."""

    def is_quiet(self) -> bool:
        """As far as the wire can know; what its sockets wait for is in the kernel's tables."""
        return True

    def close(self) -> None:
        """Safe to repeat."""
        self.tun.close()
