"""TCP segments and their options: strict when built, kept byte for byte when read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import AddressError, PacketError
from portlab.packets import (
    ACK,
    CWR,
    ECE,
    FIN,
    PSH,
    RST,
    SYN,
    URG,
    MaximumSegmentSize,
    NoOperation,
    Option,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UnknownOption,
    Unreadable,
    WindowScale,
)

LINUX_SYN = bytes.fromhex(
    # Options in the order that Linux writes them, on a link of MTU 1500; the checksum is left 0.
    "c350 0050 00000064 00000000 a002 faf0 0000 0000020405b4 0402 080a 0000000a 00000000 01 030307"
)


def test_a_syn_as_linux_writes_it() -> None:
    syn = Segment.decode(LINUX_SYN)
    assert (syn.source_port, syn.destination_port, syn.seq, syn.window) == (50000, 80, 100, 64240)
    assert syn.options == (
        MaximumSegmentSize(1460),
        SackPermitted(),
        Timestamps(10, 0),
        NoOperation(),
        WindowScale(7),
    )
    assert str(syn) == (
        "50000 > 80 SYN seq 100 win 64240 len 0 <mss 1460, sackOK, ts 10/0, nop, wscale 7>"
    )
    assert syn.encode("10.0.0.1", "10.0.0.2") == LINUX_SYN


def test_the_option_one_looks_for() -> None:
    syn = Segment.decode(LINUX_SYN)
    assert syn.option(WindowScale) == WindowScale(7)
    assert syn.option(Sack) is None


@pytest.mark.parametrize(
    ("flags", "names"),
    [
        (0, ""),
        (SYN, "SYN"),
        (SYN | ACK, "SYN,ACK"),
        (FIN | ACK, "FIN,ACK"),
        (PSH | ACK, "PSH,ACK"),
        (RST | ACK, "RST,ACK"),
        (255, "SYN,FIN,RST,PSH,ACK,URG,ECE,CWR"),
        (ECE | CWR | SYN, "SYN,ECE,CWR"),
    ],
)
def test_flags_have_names(flags: int, names: str) -> None:
    segment = Segment(1, 2, 0, flags=flags)
    assert segment.flag_names == names
    bits = {"SYN": segment.has_syn, "ACK": segment.has_ack, "FIN": segment.has_fin}
    bits["RST"] = segment.has_rst
    assert bits == {name: name in names.split(",") for name in bits}


@pytest.mark.parametrize(
    ("flags", "payload", "length"),
    [(0, b"", 0), (SYN, b"", 1), (FIN, b"", 1), (SYN | FIN, b"ab", 4), (ACK | PSH, b"abc", 3)],
)
def test_syn_and_fin_use_a_sequence_number_each(flags: int, payload: bytes, length: int) -> None:
    assert Segment(1, 2, 0, flags=flags, payload=payload).sequence_length == length


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"source_port": 65536}, "source_port=65536"),
        ({"destination_port": -1}, "destination_port=-1"),
        ({"destination_port": "http"}, "destination_port='http'"),
        ({"seq": 1 << 32}, "seq=4294967296"),
        ({"ack": -1}, "ack=-1"),
        ({"ack": 1.5}, "ack=1.5"),
        ({"flags": 256}, "flags=256"),
        ({"flags": None}, "flags=None"),
        ({"window": 65536}, "window=65536"),
        ({"urgent_pointer": -5}, "urgent_pointer=-5"),
        ({"reserved": 16}, "reserved=16"),
        ({"checksum": 65536}, "checksum=65536"),
        ({"checksum": "right"}, "checksum='right'"),
        ({"payload": "text"}, "payload='text'"),
        ({"payload": bytearray(2)}, "payload=bytearray"),
        ({"options": (MaximumSegmentSize(1), "mss")}, "options="),
        ({"options": [MaximumSegmentSize(1)]}, "options="),
        ({"options": MaximumSegmentSize(1)}, "options="),
        ({"options": (Unreadable(b"\x02\x00"), NoOperation())}, "options="),
        ({"options": (Timestamps(1, 2),) * 5}, "they take 50 bytes.* 40"),
    ],
)
def test_what_no_segment_can_carry(fields: dict[str, object], named: str) -> None:
    right: dict[str, object] = {"source_port": 1, "destination_port": 2, "seq": 3}
    with pytest.raises(PacketError, match=f"Segment cannot have .*{named}"):
        Segment(**{**right, **fields})


def test_forty_bytes_of_options_fit() -> None:
    full = (Sack(((1, 2), (3, 4), (5, 6), (7, 8))), MaximumSegmentSize(5), SackPermitted())
    data = Segment(1, 2, 3, options=full, payload=b"x").encode("10.0.0.1", "10.0.0.2")
    assert len(data) == 61
    assert Segment.decode(data).options == full


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (MaximumSegmentSize, {"mss": 65536}),
        (MaximumSegmentSize, {"mss": "1460"}),
        (WindowScale, {"shift": 256}),
        (WindowScale, {"shift": -1}),
        (Timestamps, {"value": 1 << 32, "echo": 0}),
        (Timestamps, {"value": 0, "echo": None}),
        (Sack, {"blocks": ()}),
        (Sack, {"blocks": ((1, 2),) * 5}),
        (Sack, {"blocks": ((1, 2, 3),)}),
        (Sack, {"blocks": ((1, 1 << 32),)}),
        (Sack, {"blocks": None}),
        (UnknownOption, {"kind": 256}),
        (UnknownOption, {"kind": 0}),
        (UnknownOption, {"kind": 1}),
        (UnknownOption, {"kind": 2, "data": b"\x05\xb4"}),
        (UnknownOption, {"kind": 253, "data": "text"}),
        (Unreadable, {"data": None}),
    ],
)
def test_what_no_option_can_carry(kind: type[Option], fields: dict[str, object]) -> None:
    with pytest.raises(PacketError, match=rf"{kind.__name__} cannot have ({'|'.join(fields)})="):
        kind(**fields)


@pytest.mark.parametrize(
    ("area", "options"),
    [
        # More than padding behind the end of the list.
        ("020405b4 00ffffff", (MaximumSegmentSize(1460), Unreadable(b"\0\xff\xff\xff"))),
        ("00000000", (Unreadable(bytes(4)),)),
        # Lengths that cannot be: 0 (a parser's endless loop), 1, and past the end.
        ("02000000", (Unreadable(b"\x02\0\0\0"),)),
        ("08010000", (Unreadable(b"\x08\x01\0\0"),)),
        ("01010114", (NoOperation(), NoOperation(), NoOperation(), Unreadable(b"\x14"))),
        ("fd050102", (Unreadable(b"\xfd\x05\x01\x02"),)),
        # Kinds that are known, of a length that is not theirs.
        ("02030100", (UnknownOption(2, b"\x01"),)),
        ("05020402", (UnknownOption(5), SackPermitted())),
        ("01010104 020000 00", (NoOperation(),) * 3 + (SackPermitted(),)),
        # Only padding is not kept as an option.
        ("03030e00", (WindowScale(14),)),
    ],
)
def test_malformed_options_are_kept(area: str, options: tuple[Option, ...]) -> None:
    raw = bytes.fromhex(area)
    data = LINUX_SYN[:12] + bytes([(5 + len(raw) // 4) << 4]) + LINUX_SYN[13:20] + raw
    found = Segment.decode(data)
    assert found.options == options
    assert found.encode("10.0.0.1", "10.0.0.2") == data


@settings(deadline=None)
@given(st.integers(0, 10).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)))
def test_any_options_area_comes_back(area: bytes) -> None:
    data = LINUX_SYN[:12] + bytes([(5 + len(area) // 4) << 4]) + LINUX_SYN[13:20] + area + b"data"
    found = Segment.decode(data)
    assert found.payload == b"data"
    assert found.encode("10.0.0.1", "10.0.0.2") == data


@pytest.mark.parametrize("words", [0, 1, 4, 11, 15])
def test_a_bogus_data_offset(words: int) -> None:
    data = LINUX_SYN[:12] + bytes([words << 4]) + LINUX_SYN[13:]
    with pytest.raises(PacketError, match=f"header is {4 * words} bytes"):
        Segment.decode(data)


@pytest.mark.parametrize("size", [0, 1, 19])
def test_too_short_for_a_header(size: int) -> None:
    with pytest.raises(PacketError, match=f"No TCP segment: {size} bytes"):
        Segment.decode(LINUX_SYN[:size])


def test_a_snap_length_within_the_options() -> None:
    """tcpdump once kept 68 bytes of a frame: 34 of TCP, cutting a SYN's options."""
    found = Segment.decode(LINUX_SYN[:34], truncated=True)
    assert found.options == (
        MaximumSegmentSize(1460),
        SackPermitted(),
        Unreadable(bytes.fromhex("080a 0000000a 0000")),
    )
    assert found.flag_names == "SYN"


def test_a_wrong_checksum_can_be_sent_on_purpose() -> None:
    data = Segment(1, 2, 3, checksum=0xBEEF).encode("10.0.0.1", "10.0.0.2")
    assert data[16:18] == b"\xbe\xef"
    assert Segment.decode(data).checksum == 0xBEEF


def test_the_checksum_needs_addresses() -> None:
    with pytest.raises(AddressError, match="'server' is not an address"):
        Segment(1, 2, 3).encode("10.0.0.1", "server")


def test_a_learner_reads_a_segment() -> None:
    urgent = Segment(1, 2, 3, ack=4, flags=ACK | URG, window=5, payload=b"!", urgent_pointer=1)
    assert str(urgent) == "1 > 2 ACK,URG seq 3 ack 4 win 5 urg 1 len 1"
    assert str(Segment(1, 2, 3)) == "1 > 2 no flags seq 3 win 0 len 0"
    odd = (Sack(((1, 2), (5, 9))), UnknownOption(253, b"\xab"), UnknownOption(7), Unreadable(b"\2"))
    assert str(Segment(1, 2, 3, options=odd)).endswith(
        "<sack 1-2,5-9, option 253 ab, option 7, unreadable 02>"
    )
