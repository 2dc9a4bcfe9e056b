"""What is written on an arrow: a packet's fields in few words, in tcpdump's order.

Words only. Which numbers to show (raw or relative) and what a packet repeats is decided by
`ladder.layout`; here they are handed in.
"""

from collections.abc import Sequence

from portlab.host import written
from portlab.packets import (
    IcmpMessage,
    Icmpv6Message,
    NoOperation,
    Packet,
    Sack,
    Segment,
    UdpDatagram,
)
from portlab.trace.record import Call
from portlab.views.shapes import Kind, Piece
from portlab.wording import count


def kind_of(packet: Packet) -> Kind:
    """Which of the ladder's sorts of arrow a packet is."""
    payload = packet.payload
    if isinstance(payload, Segment):
        if payload.has_rst:
            return "reset"
        if payload.has_syn:
            return "syn"
        if payload.has_fin:
            return "fin"
        return "data" if payload.payload else "ack"
    if isinstance(payload, UdpDatagram):
        return "udp"
    return "icmp" if isinstance(payload, IcmpMessage | Icmpv6Message) else "other"


def tcp_pieces(
    segment: Segment,
    seq: int,
    ack: int | None,
    length: int,
    window: int,
    sack: Sequence[tuple[int, int]] = (),
) -> list[Piece]:
    """`SYN seq=0 win=65535 <mss 1460>`; all numbers but `length` are given as they are to be shown.

    A RST's window means nothing and is left out.
    """
    opening = segment.has_syn
    pieces = [Piece("flags", segment.flag_names or "no flags"), Piece("seq", f"seq={seq}")]
    if ack is not None:
        pieces.append(Piece("ack", f"ack={ack}"))
    if length:
        pieces.append(Piece("len", f"len={length}"))
    if sack:
        more = f" and {len(sack) - 1} more" if len(sack) > 1 else ""
        pieces.append(Piece("sack", f"sack={sack[0][0]}-{sack[0][1]}{more}"))
    if not segment.has_rst:
        rank = 0 if window == 0 else 1 if opening else 2
        pieces.append(Piece("win", f"win={window}", rank))
    options = [str(o) for o in segment.options if not isinstance(o, NoOperation | Sack)]
    if options:
        pieces.append(Piece("options", f"<{', '.join(options)}>", 1 if opening else 3))
    return pieces


def sack_blocks(segment: Segment) -> tuple[tuple[int, int], ...]:
    """The raw blocks of a segment's SACK option (RFC 2018 section 3), () without one."""
    return next((option.blocks for option in segment.options if isinstance(option, Sack)), ())


_INSIDE = {"4": "IPv4 inside", "41": "IPv6 inside", "2": "IGMP", "47": "GRE", "50": "ESP"}
"""Protocols whose header is not read, by their number (IANA's list of protocol numbers)."""


def protocol_name(proto: str) -> str:
    """A protocol as it is written: `TCP`, `ICMPv6`; by its number where it has no name here.

    >>> protocol_name("udp"), protocol_name("icmpv6"), protocol_name("89")
    ('UDP', 'ICMPv6', 'IP protocol 89')
    """
    if proto.isdecimal():
        return f"IP protocol {proto}"
    return "ICMPv6" if proto == "icmpv6" else proto.upper()


def other_pieces(packet: Packet, length: int) -> list[Piece]:
    """The label of whatever is not TCP, or is TCP without its header."""
    payload = packet.payload
    if isinstance(payload, UdpDatagram):
        return [Piece("proto", "UDP"), Piece("len", f"len={length}")]
    if isinstance(payload, IcmpMessage | Icmpv6Message):
        return [Piece("proto", str(payload).partition(" len ")[0])]
    name = protocol_name(packet.proto)
    offset = packet.ip.fragment_offset
    if offset:
        what = f"fragment at {8 * offset}"
    elif not packet.proto.isdecimal():
        what = "no header seen"
    else:
        what = _INSIDE.get(packet.proto, "not read further")
    return [Piece("proto", name), Piece("what", what), Piece("len", f"len={length}")]


def call_text(call: Call) -> str:
    """A socket call in words.

    >>> call_text(Call("connect", "tcp", "127.0.0.1", 40000, "127.0.0.1", 5000))
    'connect -> 127.0.0.1:5000'
    >>> call_text(Call("send", "tcp", "::1", 40000, "::1", 5000, length=18))
    'send 18 bytes'
    >>> call_text(Call("receive", "tcp", "::1", 40000, "::1", 5000))
    'receive: the peer has closed'
    """
    if call.name == "receive" and call.proto == "tcp" and not call.length and not call.error:
        return "receive: the peer has closed"
    words = call.name.replace("_", " ")
    if call.length:
        words += f" {count(call.length, 'byte')}"
    if call.name in ("connect", "send_to") and call.dst is not None and call.dport is not None:
        words += f" -> {written((call.dst, call.dport))}"
    if call.name == "listen" and call.sport is not None:
        words += f" on {written((call.src, call.sport))}"
    return f"{words}: {call.error}" if call.error else words
