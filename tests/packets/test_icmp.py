"""ICMP and ICMPv6: echoes, errors, and the packet that an error quotes."""

import pytest

from portlab.errors import PacketError
from portlab.packets import ACK, IcmpMessage, Icmpv6Message, Packet, Segment, UdpDatagram

V4 = "10.0.0.1", "10.0.0.2"
V6 = "fd00::1", "fd00::2"
BACK4, BACK6 = V4[::-1], V6[::-1]


def test_port_unreachable_says_what_it_is_about() -> None:
    question = Packet.build(*V4, UdpDatagram(40000, 53, b"who?"))
    answer = Packet.build(*BACK4, IcmpMessage.unreachable(question.raw))
    assert str(answer) == (
        "10.0.0.2 > 10.0.0.1 ICMP port unreachable len 36, about 10.0.0.1:40000 > 10.0.0.2:53 udp"
    )
    message = answer.payload
    assert isinstance(message, IcmpMessage)
    assert (message.type, message.code, message.is_error) == (3, 3, True)
    assert answer.quoted == question
    assert answer.quoted.flow == ("udp", "10.0.0.1", 40000, "10.0.0.2", 53)


def test_port_unreachable_over_ipv6() -> None:
    question = Packet.build(*V6, UdpDatagram(40000, 53, b"who?"))
    answer = Packet.build(*BACK6, Icmpv6Message.unreachable(question.raw))
    assert str(answer) == (
        "fd00::2 > fd00::1 ICMPv6 port unreachable len 56, about [fd00::1]:40000 > [fd00::2]:53 udp"
    )
    message = answer.payload
    assert isinstance(message, Icmpv6Message)
    assert (message.type, message.code, message.is_error) == (1, 4, True)
    assert answer.quoted == question


@pytest.mark.parametrize(
    ("addresses", "back", "kind", "largest"),
    [(V4, BACK4, IcmpMessage, 576), (V6, BACK6, Icmpv6Message, 1280)],
)
def test_a_large_packet_is_quoted_in_part(
    addresses: tuple[str, str],
    back: tuple[str, str],
    kind: type[IcmpMessage] | type[Icmpv6Message],
    largest: int,
) -> None:
    """RFC 1812 4.3.2.3 and RFC 4443 2.4: as much as fits into 576 and 1280 bytes."""
    sent = Segment(40000, 80, 7, flags=ACK, payload=bytes(1400))
    answer = Packet.build(*back, kind.unreachable(Packet.build(*addresses, sent).raw))
    assert len(answer.raw) == largest
    quoted = answer.quoted
    assert quoted is not None
    assert quoted.truncated
    assert quoted.checksum_ok is None
    assert quoted.flow == ("tcp", addresses[0], 40000, addresses[1], 80)
    assert isinstance(quoted.payload, Segment)
    assert quoted.payload.seq == 7


def test_eight_bytes_of_quotation_are_enough_for_the_ports() -> None:
    """RFC 792 asks for no more than the IP header and 64 bits."""
    sent = Packet.build(*V4, Segment(40000, 80, 7, payload=b"hello"))
    answer = Packet.build(*BACK4, IcmpMessage(3, 3, bytes(4) + sent.raw[:28]))
    quoted = answer.quoted
    assert quoted is not None
    assert quoted.flow == ("tcp", "10.0.0.1", 40000, "10.0.0.2", 80)
    assert quoted.payload == sent.raw[20:28]


def test_a_quotation_may_be_followed_by_extensions() -> None:
    """RFC 4884: a length attribute says where the quotation ends, in words of 4 and 8 bytes."""
    sent = Packet.build(*V4, UdpDatagram(1, 2, bytes(200)))
    extension = bytes.fromhex("2000 0000 0008 0101 deadbeef")
    body = bytes([0, 32, 0, 0]) + sent.raw[:128] + extension
    answer = Packet.build(*BACK4, IcmpMessage(11, 0, body))
    assert answer.quoted is not None
    assert answer.quoted.raw == sent.raw[:128]

    sent = Packet.build(*V6, UdpDatagram(1, 2, bytes(200)))
    body = bytes([16, 0, 0, 0]) + sent.raw[:128] + extension
    answer = Packet.build(*BACK6, Icmpv6Message(3, 0, body))
    assert answer.quoted is not None
    assert answer.quoted.raw == sent.raw[:128]


def test_only_errors_quote() -> None:
    ping = Packet.build(*V4, IcmpMessage.echo(7, 1, b"data"))
    assert ping.quoted is None
    assert isinstance(ping.payload, IcmpMessage)
    assert not ping.payload.is_error
    assert Packet.build(*V4, UdpDatagram(1, 2)).quoted is None


def test_an_error_that_quotes_nothing() -> None:
    answer = Packet.build(*BACK4, IcmpMessage(3, 3))
    assert answer.quoted is not None
    assert answer.quoted.raw == b""
    assert str(answer).endswith("about a packet that cannot be read")


def test_a_quotation_that_cannot_be_read() -> None:
    answer = Packet.build(*BACK4, IcmpMessage(3, 1, b"\0\0\0\0rubbish"))
    assert str(answer).endswith("ICMP host unreachable len 11, about a packet that cannot be read")
    assert answer.quoted is not None
    with pytest.raises(PacketError, match="version is 7"):
        answer.quoted.ip  # noqa: B018


def test_errors_about_errors_about_errors_end() -> None:
    """Quotations can be nested as deep as a packet is long."""
    raw = Packet.build(*V4, UdpDatagram(1, 2)).raw
    while len(raw) < 60000:
        raw = Packet.build(*V4, IcmpMessage(3, 3, bytes(4) + raw)).raw
    assert str(Packet(raw)).endswith("about 10.0.0.1 > 10.0.0.2 icmp")


def test_an_echo_and_its_reply() -> None:
    assert IcmpMessage.echo(7, 1, b"data") == IcmpMessage(8, 0, b"\0\x07\0\x01data")
    assert IcmpMessage.echo(7, 1, reply=True).type == 0
    assert Icmpv6Message.echo(7, 1).type == 128
    assert Icmpv6Message.echo(7, 1, reply=True).type == 129
    assert str(IcmpMessage.echo(7, 1)) == "ICMP echo request id 7 seq 1 len 4"
    assert str(Icmpv6Message.echo(7, 1, reply=True)) == "ICMPv6 echo reply id 7 seq 1 len 4"


def test_an_echo_too_short_for_its_fields() -> None:
    message = IcmpMessage.decode(b"\x08\0\0\0\0\x07\0")
    assert (message.identifier, message.sequence) == (7, None)
    assert str(message) == "ICMP echo request len 3"


def test_names_where_there_are_none() -> None:
    assert str(IcmpMessage(200, 9)) == "ICMP type 200 code 9 len 0"
    assert str(IcmpMessage(3, 99)) == "ICMP destination unreachable code 99 len 0"
    assert str(Icmpv6Message(1, 99)) == "ICMPv6 destination unreachable code 99 len 0"


def test_a_checksum_over_nothing_but_zeros() -> None:
    """An echo reply of zeros sums to +0, so all its ones are in the checksum."""
    assert IcmpMessage(0, 0, bytes(4)).encode() == b"\0\0\xff\xff\0\0\0\0"


@pytest.mark.parametrize("kind", [IcmpMessage, Icmpv6Message])
def test_what_no_message_can_carry(kind: type[IcmpMessage]) -> None:
    with pytest.raises(PacketError, match=f"{kind.__name__} cannot have type=256"):
        kind(256, 0)
    with pytest.raises(PacketError, match=f"{kind.__name__} cannot have code='port'"):
        kind(3, "port")
    with pytest.raises(PacketError, match="body='text'"):
        kind(3, 3, "text")
    with pytest.raises(PacketError, match="checksum=-1"):
        kind(3, 3, b"", -1)
    with pytest.raises(PacketError, match="An echo cannot have sequence=65536"):
        kind.echo(1, 65536)
    with pytest.raises(PacketError, match="An echo cannot have identifier='seven'"):
        kind.echo("seven", 1)
    with pytest.raises(PacketError, match="error cannot have rest=-1"):
        kind.error(3, 4, b"", rest=-1)
    with pytest.raises(PacketError, match="message: 3 bytes"):
        kind.decode(bytes(3))


def test_each_version_has_its_own() -> None:
    with pytest.raises(PacketError, match="IcmpMessage does not travel over IPv6"):
        Packet.build(*V6, IcmpMessage.echo(1, 1))
    with pytest.raises(PacketError, match="Icmpv6Message does not travel over IPv4"):
        Packet.build(*V4, Icmpv6Message.echo(1, 1))
