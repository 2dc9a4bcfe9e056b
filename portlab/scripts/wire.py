"""Packets for the wire out of a script's lines, and what came off it in the script's words."""

from dataclasses import replace

from portlab.packets import IcmpMessage, Icmpv6Message, Ipv4, Packet, Segment, UdpDatagram
from portlab.scripts import icmp_words
from portlab.scripts.flow import Flow, Untranslatable
from portlab.scripts.lines import IcmpLine, PacketLine, Quoted, TcpLine, UdpLine

_QUOTED = 8
"""Bytes of the transport header that an ICMP error quotes: ports, sequence number (RFC 792)."""


def packet_for(line: PacketLine, flow: Flow) -> Packet:
    """The packet that `line` injects. Raises Untranslatable, PacketError."""
    if isinstance(line, TcpLine):
        return _packet(flow, flow.injected(line), line.ttl)
    if isinstance(line, UdpLine):
        source, destination = line.ports or (flow.remote[1], flow.local[1])
        return _packet(flow, UdpDatagram(source, destination, bytes(line.length)), line.ttl)
    return _packet(flow, _message(line, flow), line.ttl)


def _packet(
    flow: Flow, payload: Segment | UdpDatagram | IcmpMessage | Icmpv6Message, ttl: int | None
) -> Packet:
    return Packet.build(flow.remote[0], flow.local[0], payload, ttl=64 if ttl is None else ttl)


def _message(line: IcmpLine, flow: Flow) -> IcmpMessage | Icmpv6Message:
    kind = _kind(flow)
    numbers = _numbers(line, kind)
    empty = kind(*numbers)
    if empty.is_error and line.raw is None:
        quoted = line.quoted or Quoted("udp" if flow.proto == "udp" else "tcp", 0)
        return kind.error(*numbers, _quotation(flow, quoted), rest=line.mtu or 0)
    size = 8 if line.raw is None else line.raw
    first = (line.identifier or 0).to_bytes(2, "big") if line.mtu is None else b"\0\0"
    body = first + b"\0\0" if line.mtu is None else line.mtu.to_bytes(4, "big")
    return kind(*numbers, body.ljust(max(size - 4, 0), b"\0"))


def _quotation(flow: Flow, quoted: Quoted) -> bytes:
    """The beginning of a packet that the host is said to have sent."""
    ports = flow.local[1], flow.remote[1]
    carried: Segment | UdpDatagram
    if quoted.proto == "udp":
        carried = UdpDatagram(*ports, bytes(quoted.length))
    else:
        carried = Segment(*ports, flow.quoted_sequence(quoted.seq), payload=bytes(quoted.length))
    packet = Packet.build(flow.local[0], flow.remote[0], carried)
    return packet.raw[: packet.ip.header_length + _QUOTED]


def line_of(packet: Packet, flow: Flow | None) -> PacketLine:
    """What the host has sent, as a script would write it."""
    payload = packet.payload
    ip = packet.ip
    ttl = ip.time_to_live if isinstance(ip, Ipv4) else ip.hop_limit
    if isinstance(payload, Segment):
        if flow is None:
            flow = Flow("tcp", ("", 0), ("", 0), active=False, scaled_echo=False)
        return replace(flow.seen(payload), ttl=ttl)
    if isinstance(payload, UdpDatagram):
        ports = payload.source_port, payload.destination_port
        return UdpLine(len(payload.payload), ports, ttl)
    if isinstance(payload, IcmpMessage | Icmpv6Message):
        word, _, code = icmp_words.words(payload).partition(" ")
        return IcmpLine(
            word,
            code or None,
            int.from_bytes(payload.body[:4], "big") if payload.is_error else None,
            payload.identifier,
            _quoted(packet, flow),
            None if payload.is_error else len(payload.body) + 4,
            ttl,
        )
    raise Untranslatable(
        f"the host sent a packet of protocol {packet.proto}, which no line can say"
    )


def _quoted(packet: Packet, flow: Flow | None) -> Quoted | None:
    quoted = packet.quoted
    if quoted is None or quoted.proto not in ("tcp", "udp"):
        return None
    payload = quoted.payload
    if isinstance(payload, UdpDatagram):
        return Quoted("udp", (payload.length or 8) - 8)
    if isinstance(payload, Segment):
        return Quoted("tcp", len(payload.payload), payload.seq)
    return None


def canonical(line: PacketLine, flow: Flow) -> PacketLine:
    """`line` with ICMP's types and codes as words, also where it wrote numbers."""
    if not isinstance(line, IcmpLine):
        return line
    kind = _kind(flow)
    word, _, code = icmp_words.words(kind(*_numbers(line, kind))).partition(" ")
    return replace(line, type=word, code=code or None)


def _numbers(line: IcmpLine, kind: icmp_words.Message) -> tuple[int, int]:
    numbers = icmp_words.numbers(kind, line.type, line.code)
    if numbers is None:
        version = "ICMPv6" if kind is Icmpv6Message else "ICMP of IPv4"
        raise Untranslatable(
            f"{version} has no {' '.join(filter(None, (line.type, line.code)))}. Choose another "
            "message, or play the script with the other --ip-version"
        )
    return numbers


def _kind(flow: Flow) -> icmp_words.Message:
    return Icmpv6Message if ":" in flow.local[0] else IcmpMessage
