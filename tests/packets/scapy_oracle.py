"""The same headers as scapy makes them: an implementation by other people, to be compared with.

Every address is given, and only `inet` and `inet6` are imported: scapy asks the computer for
routes otherwise.
"""

from typing import Any

from scapy.layers import inet, inet6
from scapy.packet import Packet as ScapyPacket
from scapy.packet import Raw

from portlab.packets import (
    ExtensionHeader,
    FragmentHeader,
    IcmpMessage,
    Icmpv6Message,
    Ipv4,
    Ipv6,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UdpDatagram,
    UnknownOption,
    WindowScale,
)


def option(ours: Option) -> tuple[str | int, Any]:
    match ours:
        case NoOperation():
            return "NOP", None
        case MaximumSegmentSize(mss):
            return "MSS", mss
        case WindowScale(shift):
            return "WScale", shift
        case SackPermitted():
            return "SAckOK", b""
        case Sack(blocks):
            return "SAck", tuple(edge for block in blocks for edge in block)
        case Timestamps(value, echo):
            return "Timestamp", (value, echo)
        case UnknownOption(kind, data):
            return kind, data
    raise AssertionError(ours)


def transport(ours: Segment | UdpDatagram | IcmpMessage | Icmpv6Message) -> ScapyPacket:
    match ours:
        case Segment():
            # scapy's flags are nine: the lowest of the four reserved bits was once one (RFC 3540).
            return inet.TCP(
                sport=ours.source_port,
                dport=ours.destination_port,
                seq=ours.seq,
                ack=ours.ack,
                reserved=ours.reserved >> 1,
                flags=ours.flags | (ours.reserved & 1) << 8,
                window=ours.window,
                urgptr=ours.urgent_pointer,
                options=[option(each) for each in ours.options],
            ) / Raw(ours.payload)
        case UdpDatagram():
            ports = {"sport": ours.source_port, "dport": ours.destination_port}
            return inet.UDP(**ports) / Raw(ours.payload)
    raise AssertionError(ours)


def ipv4(ours: Ipv4) -> ScapyPacket:
    return inet.IP(
        src=ours.source_address,
        dst=ours.destination_address,
        tos=ours.type_of_service,
        id=ours.identification,
        flags=ours.flags,
        frag=ours.fragment_offset,
        ttl=ours.time_to_live,
        proto=ours.protocol,
        options=[inet.IPOption(ours.options)] if ours.options else [],
    )


def ipv6(ours: Ipv6) -> ScapyPacket:
    """Hop-by-hop and destination headers must hold one option that fills them."""
    packet = inet6.IPv6(
        src=ours.source_address,
        dst=ours.destination_address,
        tc=ours.traffic_class,
        fl=ours.flow_label,
        nh=ours.next_header,
        hlim=ours.hop_limit,
    )
    kind = ours.next_header
    for header in ours.extensions:
        packet = packet / _extension(kind, header)
        kind = header.next_header
    return packet


def _extension(kind: int, header: ExtensionHeader | FragmentHeader) -> ScapyPacket:
    if isinstance(header, FragmentHeader):
        return inet6.IPv6ExtHdrFragment(
            nh=header.next_header,
            res1=header.reserved,
            offset=header.fragment_offset,
            res2=header.res,
            m=int(header.more_fragments),
            id=header.identification,
        )
    if kind == 43:
        return inet6.IPv6ExtHdrRouting(
            nh=header.next_header, type=header.data[0], segleft=header.data[1], addresses=[]
        )
    layer = inet6.IPv6ExtHdrHopByHop if kind == 0 else inet6.IPv6ExtHdrDestOpt
    filling = inet6.HBHOptUnknown(otype=header.data[0], optdata=header.data[2:])
    return layer(nh=header.next_header, autopad=0, options=[filling])
