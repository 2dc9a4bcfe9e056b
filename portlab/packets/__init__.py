"""Formats: bytes <-> frozen dataclasses with the field names of the RFCs.

IPv4, IPv6, ICMP, ICMPv6, UDP and TCP. Strict when built: what no packet can carry raises
PacketError. Lenient when read: any bytes become a packet or a PacketError that says what is wrong.
Addresses are canonical text; their bytes never leave this room.
"""

from portlab.packets.addresses import EVERYBODY, NOBODY_YET, packed, unpacked
from portlab.packets.checksum import checksum
from portlab.packets.fragments import (
    SMALLEST_MTU,
    SMALLEST_MTU_6,
    fragments,
    fragments_of_sender,
)
from portlab.packets.glance import Glance, glance, glance_at
from portlab.packets.icmp import IcmpMessage, Icmpv6Message
from portlab.packets.ipv4 import DONT_FRAGMENT, MORE_FRAGMENTS, Ipv4
from portlab.packets.ipv6 import Ipv6
from portlab.packets.ipv6_extensions import ExtensionHeader, FragmentHeader
from portlab.packets.packet import Flow, Packet, Payload
from portlab.packets.reason import Reason
from portlab.packets.reassembly import Reassembler
from portlab.packets.tcp import ACK, CWR, ECE, FIN, PSH, RST, SYN, URG, Segment, flag_names
from portlab.packets.tcp_options import (
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Timestamps,
    UnknownOption,
    Unreadable,
    WindowScale,
)
from portlab.packets.udp import UdpDatagram

__all__ = [
    "ACK",
    "CWR",
    "DONT_FRAGMENT",
    "ECE",
    "EVERYBODY",
    "FIN",
    "MORE_FRAGMENTS",
    "NOBODY_YET",
    "PSH",
    "RST",
    "SMALLEST_MTU",
    "SMALLEST_MTU_6",
    "SYN",
    "URG",
    "ExtensionHeader",
    "Flow",
    "FragmentHeader",
    "Glance",
    "IcmpMessage",
    "Icmpv6Message",
    "Ipv4",
    "Ipv6",
    "MaximumSegmentSize",
    "NoOperation",
    "Option",
    "Packet",
    "Payload",
    "Reason",
    "Reassembler",
    "Sack",
    "SackPermitted",
    "Segment",
    "Timestamps",
    "UdpDatagram",
    "UnknownOption",
    "Unreadable",
    "WindowScale",
    "checksum",
    "flag_names",
    "fragments",
    "fragments_of_sender",
    "glance",
    "glance_at",
    "packed",
    "unpacked",
]
