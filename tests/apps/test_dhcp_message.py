"""DHCP's messages, against scapy, which writes and reads them by itself."""

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dhcp import BOOTP, DHCP

from portlab.apps import dhcp_message as says
from portlab.apps.dhcp_message import DhcpMessage
from portlab.packets import unpacked

ADDRESSES = st.binary(min_size=4, max_size=4).map(unpacked)
WORDS = st.integers(0, 0xFFFF)
OPTIONS = st.dictionaries(
    st.integers(1, 254),
    st.one_of(st.binary(max_size=255), st.binary(min_size=250, max_size=600)),
    max_size=6,
)
MESSAGES = st.builds(
    DhcpMessage,
    op=st.sampled_from([says.BOOTREQUEST, says.BOOTREPLY]),
    xid=st.integers(0, 0xFFFF_FFFF),
    chaddr=st.binary(min_size=6, max_size=6),
    hops=st.integers(0, 255),
    secs=WORDS,
    flags=WORDS,
    ciaddr=ADDRESSES,
    yiaddr=ADDRESSES,
    siaddr=ADDRESSES,
    giaddr=ADDRESSES,
    options=OPTIONS,
)


@given(MESSAGES)
def test_what_is_written_is_read(message: DhcpMessage) -> None:
    assert DhcpMessage.decode(message.encode()) == message


@given(MESSAGES)
def test_scapy_reads_the_same_fields(message: DhcpMessage) -> None:
    read = BOOTP(message.encode())
    assert (read.op, read.htype, read.hlen, read.hops) == (message.op, 1, 6, message.hops)
    assert (read.xid, read.secs, int(read.flags)) == (message.xid, message.secs, message.flags)
    there = (read.ciaddr, read.yiaddr, read.siaddr, read.giaddr)
    assert there == (message.ciaddr, message.yiaddr, message.siaddr, message.giaddr)
    assert read.chaddr[:6] == message.chaddr


def test_scapy_reads_the_same_options() -> None:
    options = {
        says.MESSAGE_TYPE: bytes([says.OFFER]),
        says.SERVER_IDENTIFIER: bytes([10, 0, 0, 1]),
        says.LEASE_TIME: (3600).to_bytes(4, "big"),
        says.SUBNET_MASK: bytes([255, 255, 0, 0]),
        says.ROUTER: bytes([10, 0, 0, 254]),
        says.NAME_SERVERS: bytes([10, 0, 0, 2, 10, 0, 0, 3]),
    }
    message = DhcpMessage(says.BOOTREPLY, 1, bytes(6), options=options)
    assert BOOTP(message.encode())[DHCP].options[:7] == [
        ("message-type", says.OFFER),
        ("server_id", "10.0.0.1"),
        ("lease_time", 3600),
        ("subnet_mask", "255.255.0.0"),
        ("router", "10.0.0.254"),
        ("name_server", "10.0.0.2", "10.0.0.3"),
        "end",
    ]


def test_what_scapy_writes_is_read() -> None:
    written = BOOTP(chaddr=b"\x02\0\0\0\0\7", xid=77, flags="B", giaddr="10.0.0.9") / DHCP(
        options=[("message-type", "request"), ("requested_addr", "10.0.0.100"), "pad", "end"]
    )
    message = DhcpMessage.decode(bytes(written))
    assert message is not None
    assert str(message) == "DHCPREQUEST"
    assert (message.xid, message.flags, message.giaddr) == (77, says.BROADCAST, "10.0.0.9")
    assert message.address(says.REQUESTED_ADDRESS) == "10.0.0.100"


def test_a_long_option_comes_in_pieces() -> None:
    """RFC 3396: two with one code are one."""
    written = BOOTP() / DHCP(options=[(55, b"\1" * 200), (55, b"\3" * 100), "end"])
    message = DhcpMessage.decode(bytes(written))
    assert message is not None
    assert message.options[55] == b"\1" * 200 + b"\3" * 100


def test_without_a_type_it_is_the_older_protocol() -> None:
    message = DhcpMessage.decode(bytes(BOOTP() / DHCP(options=["end"])))
    assert str(message) == "BOOTP"


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    assert DhcpMessage.decode(data) is None


@given(MESSAGES, st.integers(0, 299), st.binary(min_size=1, max_size=4))
def test_a_damaged_message_is_a_message_or_none(
    message: DhcpMessage, at: int, other: bytes
) -> None:
    raw = message.encode()
    DhcpMessage.decode(raw[:at] + other + raw[at + len(other) :])
    DhcpMessage.decode(raw[:at])
