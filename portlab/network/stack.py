"""One computer's network software: from a packet to the socket it is for, and back.

A node of the network without a learner's hands on it (those are in `host.py`). It owns the
addresses, hands TCP and UDP what is theirs, answers what nobody wants, and keeps the timers of
its sockets. Of IP it does what a host does: it forwards nothing, cuts what it sends to the size of
its line, and puts together what arrives in pieces.
"""

from typing import TYPE_CHECKING, Protocol

from portlab.errors import AddressError, PacketError
from portlab.network import icmp
from portlab.network.addresses import bindable, is_loopback
from portlab.network.ephemeral import EphemeralPorts
from portlab.network.many import is_for_many
from portlab.network.network import Network
from portlab.network.pings import Pings
from portlab.network.secret import Secret
from portlab.network.tcp_sockets import TcpSockets
from portlab.network.timers import Timers
from portlab.network.udp_sockets import UdpSockets
from portlab.packets import (
    NOBODY_YET,
    SMALLEST_MTU,
    SMALLEST_MTU_6,
    IcmpMessage,
    Icmpv6Message,
    Packet,
    Payload,
    Reason,
    Reassembler,
    Segment,
    UdpDatagram,
    fragments_of_sender,
)
from portlab.tcp import Config
from portlab.trace.record import Origin

if TYPE_CHECKING:
    from portlab.network.programs import Program


class Timed(Protocol):
    """What a stack keeps a timer for."""

    def expire(self, now: int) -> None: ...

    def only_keeps_alive(self) -> bool: ...


class Stack:
    """A model host's IP layer, and the node that the network sees."""

    origin: Origin = "modelled"

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
        self.sessions: dict[int, Program] = {}
        """Which program runs a session, by the session's identity."""
        self.pings = Pings(self)
        self._pieces = Reassembler()
        self._identification = 0

    # ---- a node of the network

    def receive(self, packet: Packet, now: int) -> None:
        """Hand a packet on; one that is damaged is dropped without a word (RFC 1122 3.2.1.2).

        What was sent to many is for UDP alone: TCP drops it (RFC 9293 3.9.2.3, MUST-57), a ping
        stays without an answer, and no error is sent about it (RFC 1122 3.2.2, 3.2.2.6).
        """
        try:
            ip = packet.ip
            if ip.more_fragments or ip.fragment_offset:
                whole = self._pieces.add(packet, now)
                if whole is None:
                    return
                packet = whole
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

    @property
    def mtu(self) -> int:
        """The bytes of the longest packet on this host's line: TCP's MSS and two headers of 20."""
        return max(self.config.mss + 40, SMALLEST_MTU)

    def send(
        self, src: str, dst: str, payload: Payload, reason: Reason, state: str | None = None
    ) -> None:
        """Put one packet on the wire, in pieces if it is longer than the line carries.

        The identification counts up: pieces of one packet must not be taken for another's.
        """
        self._identification = self._identification % 0xFFFF + 1
        packet = Packet.build(src, dst, payload, reason=reason, identification=self._identification)
        if len(packet.raw) <= self.mtu or self.owns(dst):  # `lo` carries any size
            self.network.send(self, packet, state)
            return
        mtu = max(self.mtu, SMALLEST_MTU_6) if ":" in dst else self.mtu
        for piece in fragments_of_sender(packet, mtu, self._identification):
            self.network.send(self, piece, state)

    def owns(self, address: str) -> bool:
        return address in self.addresses or is_loopback(address)

    def source_for(self, destination: str) -> str:
        """The address this host speaks from to `destination`, of the same family.

        Without an IPv4 address it can speak to all at once, as the search for an address begins
        (RFC 2131 4.1), and raises AddressError for one host.
        """
        if destination in self.addresses:
            return destination
        six = ":" in destination
        if is_loopback(destination):
            return "::1" if six else "127.0.0.1"
        own = next((own for own in self.addresses if (":" in own) == six), None)
        if own is not None:
            return own
        if not six and is_for_many(destination):
            return NOBODY_YET
        raise AddressError(
            f"{self.name} has no {'IPv6' if six else 'IPv4'} address, so {destination} could not "
            "answer it. Let it ask a DHCP server for one, or use an address of the other kind."
        )

    def bindable(self, address: str | None) -> str | None:
        """`address` in its canonical spelling, if a program here can take it.

        Raises AddressError for an address of some other host.
        """
        return None if address is None else bindable(address, self.name, self.addresses)

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
