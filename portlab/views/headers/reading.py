"""From bytes to the layout of their headers: which header follows which, and where it stops.

Lenient: whatever can be read is shown, and `Headers.stops` says where and why it ends. Only bytes
that are no IP packet at all are refused.
"""

from portlab.errors import PacketError
from portlab.host import written
from portlab.packets import IcmpMessage, Icmpv6Message, Packet, Payload, Segment, UdpDatagram
from portlab.views.headers import icmp, ipv4, ipv6, tcp, udp
from portlab.views.headers.carrier import Carrier
from portlab.views.headers.reader import Ended, Reader
from portlab.views.headers.shapes import Headers, Numbers
from portlab.views.headers.values import PROTOCOLS
from portlab.views.printable import printable

_TCP, _UDP, _ICMP, _ICMPV6 = 6, 17, 1, 58
_PREVIEW = 40
_ALONE = "it covers addresses, and here are none"


def read(raw: bytes, numbers: Numbers | None = None) -> Headers:
    """The headers of the IP packet in `raw`. Raises PacketError for what is no IP packet.

    >>> packet = Packet.build("10.0.0.1", "10.0.0.2", UdpDatagram(50000, 53, b"hello"))
    >>> [part.title for part in read(packet.raw).parts]
    ['IPv4 header, 20 bytes', 'UDP header, 8 bytes', 'Payload, 5 bytes']
    """
    if not raw:
        raise PacketError("No headers to show: there are no bytes. Give those of one packet.")
    if raw[0] >> 4 not in (4, 6):
        raise PacketError(
            f"No headers to show: the bytes start with {raw[0] >> 4} where an IP packet has its "
            "version, 4 or 6. Leave out what stands before the IP header."
        )
    reader = Reader(raw, numbers or Numbers())
    _packet(reader)
    reader.end = len(raw) * 8
    if reader.left:
        reader.begin("Bytes behind the packet", "rest")
        meaning = "What came in the same frame, behind the packet: filling, mostly."
        reader.bytes(reader.left, "Bytes", meaning, "")
    return reader.headers(_title(raw))


def read_alone(payload: Payload) -> Headers:
    """The header of a segment, datagram or message that is in no packet yet.

    A checksum that is to be computed is shown as 0. Raises PacketError for bytes.
    """
    if isinstance(payload, bytes):
        raise PacketError("Bytes alone have no header. Give a packet, or a Segment or datagram.")
    known = payload.checksum is not None
    raw = payload.encode("0.0.0.0", "0.0.0.0")
    version = 6 if isinstance(payload, Icmpv6Message) else 4
    unknown = _ALONE if known else "computed when it is sent"
    if not known and not isinstance(payload, IcmpMessage):
        at = 16 if isinstance(payload, Segment) else 6 if isinstance(payload, UdpDatagram) else 2
        raw = raw[:at] + bytes(2) + raw[at + 2 :]
    reader = Reader(raw, Numbers())
    carrier = Carrier(version, "0.0.0.0", "0.0.0.0", payload.protocol, unknown)
    _carried(reader, carrier)
    return reader.headers(f"{_what(payload, '')}, not yet in a packet")


def _title(raw: bytes) -> str:
    """`10.0.0.2:49152 > 10.0.0.1:80, TCP SYN`."""
    try:
        packet = Packet.decode(raw)
    except PacketError:
        return "A packet that cannot be read wholly"
    ends = (packet.src, packet.sport), (packet.dst, packet.dport)
    shown = " > ".join(host if port is None else written((host, port)) for host, port in ends)
    return f"{shown}, {_what(packet.payload, packet.proto)}"


def _what(payload: Payload, proto: str) -> str:
    if isinstance(payload, Segment):
        return f"TCP {payload.flag_names or 'no flags'}"
    if isinstance(payload, UdpDatagram):
        return "UDP"
    if isinstance(payload, bytes):
        return proto.upper() if proto.isalpha() else f"IP protocol {proto}"
    return str(payload).partition(" len ")[0]


def _packet(reader: Reader) -> None:
    """One IP packet with all that it carries, up to the reader's end."""
    try:
        version = reader.peek(0) >> 4
        carrier = ipv4.read(reader) if version == 4 else ipv6.read(reader)
        _transport(reader, carrier)
    except Ended as ended:
        reader.stops.append(str(ended))
        reader.rest("What these bytes mean cannot be said.")


def _transport(reader: Reader, carrier: Carrier) -> None:
    if carrier.offset:
        meaning = f"From byte {carrier.offset:,} of what was cut up; its header is in the first."
        _payload(reader, "Fragment of the payload", meaning)
    elif reader.left:
        _carried(reader, carrier)


def _carried(reader: Reader, carrier: Carrier) -> None:
    icmp_here = {4: _ICMP, 6: _ICMPV6}[carrier.version]
    try:
        if carrier.protocol == _TCP:
            tcp.read(reader, carrier)
            _payload(reader, "Payload", "What the program sent: TCP does not look inside.")
        elif carrier.protocol == _UDP:
            end = reader.end
            udp.read(reader, carrier)
            _payload(reader, "Payload", "What the program sent: UDP does not look inside.")
            reader.end = end
            _behind(reader)
        elif carrier.protocol == icmp_here:
            _message(reader, carrier)
        else:
            name = PROTOCOLS.get(carrier.protocol, f"protocol {carrier.protocol}")
            meaning = f"Belongs to {name}, which is not taken apart here."
            _payload(reader, f"Payload of {name}", meaning)
    except Ended as ended:
        reader.stops.append(str(ended))
        reader.rest("What these bytes mean cannot be said.")


def _message(reader: Reader, carrier: Carrier) -> None:
    quoted = icmp.read(reader, carrier)
    end = reader.end
    if quoted is None or reader.depth:
        _payload(reader, "ICMP data", "What this message carries.")
        return
    reader.end = min(end, reader.at + len(quoted) * 8)
    reader.depth = 1
    if quoted and quoted[0] >> 4 == carrier.version:
        _packet(reader)
    reader.rest("The packet that this message is about, as far as it is quoted.")
    reader.depth, reader.end = 0, end
    if reader.left:
        reader.begin("ICMP extensions", "rest")
        reader.bytes(reader.left, "Bytes", "What the router adds to its message.", "RFC 4884 7")


def _behind(reader: Reader) -> None:
    if reader.left:
        reader.begin("Bytes behind the datagram", "rest")
        reader.bytes(reader.left, "Bytes", "In the packet, but behind the datagram's length.", "")


def _payload(reader: Reader, name: str, meaning: str) -> None:
    if not reader.left:
        return
    reader.begin(name, "payload")
    data = reader.bytes(reader.left, name, meaning, "")
    text = printable(data[:_PREVIEW].decode("utf-8", "replace"))
    if text.count("\ufffd") <= len(text) // 4:
        more = "..." if len(data) > _PREVIEW else ""
        reader.amend(name, f"{len(data):,} bytes: {text}{more}")
