"""One computer's network software: from a packet to the socket it is for, and back.

A node of the network without a learner's hands on it (those are in `host.py`). It owns the
addresses, hands TCP and UDP what is theirs, answers what nobody wants, and keeps the timers of
its sockets. Of IP it does what a host does: it forwards nothing, and neither fragments nor
reassembles (RFC 791 3.2 is not modelled).
"""

from typing import Protocol

from portlab.errors import AddressError, PacketError
from portlab.network import icmp
from portlab.network.ephemeral import EphemeralPorts
from portlab.network.many import is_for_many
from portlab.network.network import Network, is_loopback
from portlab.network.pings import Pings
from portlab.network.secret import Secret
from portlab.network.tcp_sockets import TcpSockets
from portlab.network.timers import Timers
from portlab.network.udp_sockets import UdpSockets
from portlab.packets import (
    IcmpMessage,
    Icmpv6Message,
    Packet,
    Payload,
    Reason,
    Segment,
    UdpDatagram,
    packed,
    unpacked,
)
from portlab.tcp import Config


class Timed(Protocol):
    """What a stack keeps a timer for."""

    def expire(self, now: int) -> None: ...

    def only_keeps_alive(self) -> bool: ...


class Stack:
    """A model host's IP layer, and the node that the network sees."""

    def __init__(self, name: str, addresses: tuple[str, ...], network: Network, seed: int) -> None:
        self.name = name
        self.addresses = addresses
        self.network = network
        self.config = Config()
        self.secret = Secret(f"{seed} {name}")
        self.timers: Timers[Timed] = Timers()
        self.ports = EphemeralPorts(self.secret)
        self.tcp = TcpSockets(self)
        self.udp = UdpSockets(self)
        self.pings = Pings(self)
        self._identification = 0

    # ---- a node of the network

    def receive(self, packet: Packet, now: int) -> None:
        """Hand a packet on; one that is damaged is dropped without a word (RFC 1122 3.2.1.2).

        What was sent to many is for UDP alone: TCP drops it (RFC 9293 3.9.2.3, MUST-57), a ping
        stays without an answer, and no error is sent about it (RFC 1122 3.2.2, 3.2.2.6).
        """
        try:
            payload, ip = packet.payload, packet.ip
            if packet.checksum_ok is False:
                return
        except PacketError:
            return
        src, dst = ip.source_address, ip.destination_address
        if is_for_many(dst):
            if isinstance(payload, UdpDatagram):
                self.udp.receive(payload, src, dst, now)
        elif isinstance(payload, Segment):
            self.tcp.receive(payload, src, dst, now)
        elif isinstance(payload, UdpDatagram):
            if not self.udp.receive(payload, src, dst, now):
                message, reason = icmp.port_unreachable(packet)
                self.send(dst, src, message, reason)
        elif isinstance(payload, IcmpMessage | Icmpv6Message):
            answer = icmp.echo_reply(payload)
            if answer:
                self.send(dst, src, *answer)
            else:
                self.pings.receive(payload, src, now)
                self._unreachable(packet, payload, now)

    def next_deadline(self) -> int | None:
        return self.timers.next()

    def on_deadline(self, now: int) -> None:
        timed = self.timers.due(now)
        if timed is not None:
            timed.expire(now)

    def is_quiet(self) -> bool:
        return all(timed.only_keeps_alive() for timed in self.timers)

    # ---- for TCP and UDP

    def send(
        self, src: str, dst: str, payload: Payload, reason: Reason, state: str | None = None
    ) -> None:
        """Put one packet on the wire.

        The identification counts up, as nothing depends on it: packets are sent whole (RFC 6864
        4.1).
        """
        self._identification = self._identification % 0xFFFF + 1
        packet = Packet.build(src, dst, payload, reason=reason, identification=self._identification)
        self.network.send(self, packet, state)

    def owns(self, address: str) -> bool:
        return address in self.addresses or is_loopback(address)

    def source_for(self, destination: str) -> str:
        """The address this host speaks from to `destination`, of the same family."""
        if destination in self.addresses:
            return destination
        six = ":" in destination
        if is_loopback(destination):
            return "::1" if six else "127.0.0.1"
        return next(own for own in self.addresses if (":" in own) == six)

    def bindable(self, address: str | None) -> str | None:
        """`address` in its canonical spelling, if a program here can take it.

        Raises AddressError for an address of some other host.
        """
        if address is None:
            return None
        canonical = unpacked(packed(address))
        if canonical in ("0.0.0.0", "::") or self.owns(canonical):
            return canonical
        raise AddressError(
            f"{self.name} cannot listen at {canonical}: it is not one of its addresses "
            f"({', '.join(self.addresses)}). Use one of those, 127.0.0.1 for programs on "
            f"{self.name} itself, or no address at all for everybody."
        )

    def _unreachable(self, packet: Packet, message: IcmpMessage | Icmpv6Message, now: int) -> None:
        """Tell the socket whose packet came back (RFC 1122 3.2.2.1)."""
        hard = icmp.is_hard(message)
        if hard is None:
            return
        try:
            quoted = packet.quoted
            if quoted is None:
                return
            proto, local, local_port, remote, remote_port = quoted.flow
        except PacketError:
            return
        if local_port is None or remote_port is None:
            return
        if proto == "tcp":
            self.tcp.icmp_error((local, local_port), (remote, remote_port), hard, now)
        elif proto == "udp" and hard:
            self.udp.icmp_error((local, local_port), (remote, remote_port))
