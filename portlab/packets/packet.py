"""One IP packet: what passes between the nodes of a network.

A Packet is its raw bytes, and the sender's reason beside them. It is decoded when someone looks,
once, layer by layer: a link that only carries it never pays for that.
"""

import struct

from portlab.errors import PacketError
from portlab.packets.addresses import packed
from portlab.packets.checksum import transport_checksum, word_sum
from portlab.packets.fields import check_number
from portlab.packets.icmp import IcmpMessage, Icmpv6Message
from portlab.packets.ipv4 import DONT_FRAGMENT, Ipv4, encode_ipv4
from portlab.packets.ipv6 import Ipv6, encode_ipv6
from portlab.packets.reason import Reason
from portlab.packets.tcp import Segment
from portlab.packets.udp import UdpDatagram

Payload = Segment | UdpDatagram | IcmpMessage | Icmpv6Message | bytes
"""What an IP packet carries; bytes for all that portlab does not take apart."""

Flow = tuple[str, str, int | None, str, int | None]
"""Protocol, source address and port, destination address and port."""

_NAMES = {(4, 6): "tcp", (4, 17): "udp", (4, 1): "icmp", (6, 6): "tcp", (6, 17): "udp"}
_NAMES[6, 58] = "icmpv6"
_HEADER_SIZES = {"tcp": 20, "udp": 8, "icmp": 4, "icmpv6": 4}
_WITH_PORTS = (Segment, UdpDatagram)
_ICMP = (IcmpMessage, Icmpv6Message)
_MADE_OF_FIELDS = (*_WITH_PORTS, *_ICMP)
_PORTS = struct.Struct("!HH")


class Packet:
    """An IPv4 or IPv6 packet. Two are equal when their bytes are.

    Making one looks at nothing. Every property but `raw`, `reason` and `unfinished` (seen before
    the kernel had filled in the transport's checksum) decodes, and raises PacketError when the
    bytes are no packet; `Packet.decode` does so at once.

    >>> packet = Packet.build("10.0.0.1", "10.0.0.2", UdpDatagram(5353, 53, b"hello"))
    >>> print(packet)
    10.0.0.1:5353 > 10.0.0.2:53 udp len 5
    >>> packet.flow
    ('udp', '10.0.0.1', 5353, '10.0.0.2', 53)
    """

    __slots__ = ("_ip", "_payload", "raw", "reason", "unfinished")

    def __init__(
        self, raw: bytes, reason: Reason | None = None, *, unfinished: bool = False
    ) -> None:
        self.raw = raw
        self.reason = reason
        self.unfinished = unfinished
        self._ip: Ipv4 | Ipv6 | None = None
        self._payload: Payload | None = None

    @classmethod
    def build(
        cls,
        src: str,
        dst: str,
        payload: Payload,
        *,
        reason: Reason | None = None,
        ttl: int = 64,
        identification: int = 0,
        dont_fragment: bool = True,
        protocol: int | None = None,
    ) -> "Packet":
        """A packet from `src` to `dst`, lengths and checksums computed.

        `payload` as bytes needs its IP `protocol` number beside it. `ttl` is IPv6's hop limit too.
        With `dont_fragment` (IPv4 only) the packet is atomic, and `identification` may be anything
        (RFC 6864 4.1). Raises PacketError for what no packet can carry, AddressError for what is
        no address.
        """
        if isinstance(payload, bytes):
            if protocol is None:
                raise PacketError(
                    "A packet cannot carry bytes of no protocol. Give protocol= (17 is UDP), "
                    "or a Segment, UdpDatagram, IcmpMessage or Icmpv6Message instead."
                )
            check_number("A packet", "protocol", protocol, 8)
            data = payload
        elif isinstance(payload, _MADE_OF_FIELDS):
            data = payload.encode(src, dst)
            protocol = payload.protocol
        else:
            raise PacketError(
                f"A packet cannot carry {payload!r}. Give a Segment, UdpDatagram, IcmpMessage or "
                "Icmpv6Message, or bytes with their protocol number."
            )
        check_number("A packet", "ttl", ttl, 8)
        check_number("A packet", "identification", identification, 16)
        version = 4 if len(packed(src)) == 4 else 6
        if isinstance(payload, _ICMP) and (version, protocol) not in _NAMES:
            raise PacketError(
                f"{type(payload).__name__} does not travel over IPv{version}, and {src} is an "
                "address of that. Use IcmpMessage with IPv4 and Icmpv6Message with IPv6."
            )
        if version == 4:
            fragment = DONT_FRAGMENT << 13 if dont_fragment else 0
            raw = encode_ipv4(src, dst, protocol, data, ttl, identification, fragment)
        else:
            raw = encode_ipv6(src, dst, protocol, data, ttl)
        return cls(raw, reason)

    @classmethod
    def decode(cls, raw: bytes, reason: Reason | None = None) -> "Packet":
        """The packet in `raw`, looked at wholly. Raises PacketError, never anything else."""
        packet = cls(raw, reason)
        packet.payload  # noqa: B018 - looking is what decodes
        return packet

    @property
    def ip(self) -> Ipv4 | Ipv6:
        """The IP header."""
        if self._ip is None:
            raw = self.raw
            version = raw[0] >> 4 if raw else 0
            if version == 4:
                self._ip, _ = Ipv4.decode(raw)
            elif version == 6:
                self._ip, _ = Ipv6.decode(raw)
            elif raw:
                raise PacketError(
                    f"No IP packet: its version is {version}, not 4 or 6. The bytes must start "
                    "with the IP header; take off the link layer's header first."
                )
            else:
                raise PacketError("No IP packet: there are no bytes. Capture whole packets.")
        return self._ip

    @property
    def payload(self) -> Payload:
        """What the packet carries, decoded; bytes for later fragments and other protocols."""
        if self._payload is None:
            self._payload = self._decode_payload()
        return self._payload

    def _decode_payload(self) -> Payload:
        ip = self.ip
        data, proto = self._carried(ip), self.proto
        size = _HEADER_SIZES.get(proto)
        if size is None or ip.fragment_offset:
            return data
        cut = ip.more_fragments or self.truncated
        if cut and len(data) < size:
            return data
        if proto == "tcp":
            return Segment.decode(data, truncated=cut)
        if proto == "udp":
            return UdpDatagram.decode(data)
        return IcmpMessage.decode(data) if proto == "icmp" else Icmpv6Message.decode(data)

    def _carried(self, ip: Ipv4 | Ipv6) -> bytes:
        """The bytes behind the IP header, without what follows the packet."""
        return self.raw[ip.header_length : ip.packet_length]

    @property
    def truncated(self) -> bool:
        """Does the header promise more bytes than are here (a snap length, an ICMP quotation)?"""
        return len(self.raw) < (self.ip.packet_length or 0)

    @property
    def src(self) -> str:
        return self.ip.source_address

    @property
    def dst(self) -> str:
        return self.ip.destination_address

    @property
    def proto(self) -> str:
        """`tcp`, `udp`, `icmp`, `icmpv6`, or the IP protocol's number as text."""
        ip = self.ip
        return _NAMES.get((ip.version, ip.protocol)) or str(ip.protocol)

    @property
    def sport(self) -> int | None:
        """Source port; None where there are no ports to be seen."""
        return self._ports()[0]

    @property
    def dport(self) -> int | None:
        """Destination port; None where there are no ports to be seen."""
        return self._ports()[1]

    def _ports(self) -> tuple[int | None, int | None]:
        payload = self.payload
        if isinstance(payload, _WITH_PORTS):
            return payload.source_port, payload.destination_port
        # An ICMP error may quote as little as 8 bytes of the transport header; ports come first.
        known = self.proto in ("tcp", "udp") and not self.ip.fragment_offset
        if known and isinstance(payload, bytes) and len(payload) >= 4:
            source, destination = _PORTS.unpack_from(payload)
            return source, destination
        return None, None

    @property
    def flow(self) -> Flow:
        """The five values that tell conversations apart."""
        sport, dport = self._ports()
        return self.proto, self.src, sport, self.dst, dport

    @property
    def quoted(self) -> "Packet | None":
        """The packet that an ICMP error is about, as far as it is quoted; None in all else."""
        payload = self.payload
        if not isinstance(payload, _ICMP):
            return None
        quoted = payload.quoted
        return None if quoted is None else Packet(quoted)

    @property
    def checksum_ok(self) -> bool | None:
        """Are the checksums right? None when the packet does not let one know.

        The IPv4 header's is always known. The transport's is not in fragments, truncated packets,
        those whose length or checksum is yet to be written, source-routed ones (the checksum covers
        the last stop), other protocols, and UDP over IPv4 without one (RFC 768). UDP over IPv6 must
        have one (RFC 8200 8.1). Beware of capture files made on the sending computer: its network
        card may write the checksum later, and a file does not say so.
        """
        ip, payload = self.ip, self.payload
        if isinstance(ip, Ipv4) and word_sum(self.raw[: ip.header_length]) % 0xFFFF:
            return False
        cut = self.truncated or ip.fragment_offset or ip.more_fragments or self.unfinished
        if cut or ip.packet_length is None or ip.source_routed or isinstance(payload, bytes):
            return None
        data = self._carried(ip)
        if isinstance(payload, UdpDatagram):
            if payload.checksum == 0:
                return None if isinstance(ip, Ipv4) else False
            data = data[: payload.length or len(data)]
        if isinstance(payload, IcmpMessage):
            return word_sum(data) % 0xFFFF == 0
        ends = ip.source_address, ip.destination_address
        return transport_checksum(*ends, ip.protocol, data) == 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Packet) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __len__(self) -> int:
        return len(self.raw)

    def __repr__(self) -> str:
        try:
            return f"<Packet {self}>"
        except PacketError as error:
            return f"<Packet of {len(self.raw)} bytes: {error}>"

    def __str__(self) -> str:
        payload = self.payload
        if isinstance(payload, _WITH_PORTS):
            return f"{self._ends()} {self.proto} {payload.summary}"
        if isinstance(payload, bytes):
            at = self.ip.fragment_offset
            fragment = f" fragment at {8 * at}" if at else ""
            return f"{self._ends()} {self.proto}{fragment} len {len(payload)}"
        return f"{self._ends()} {payload}{self._about()}"

    def _ends(self) -> str:
        ends = (self.src, self.sport), (self.dst, self.dport)
        return " > ".join(
            host if port is None else f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
            for host, port in ends
        )

    def _about(self) -> str:
        """What an ICMP error is about, as far as can be read."""
        quoted = self.quoted
        if quoted is None:
            return ""
        try:
            return f", about {quoted._ends()} {quoted.proto}"
        except PacketError:
            return ", about a packet that cannot be read"
