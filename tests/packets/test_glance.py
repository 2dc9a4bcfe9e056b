"""What is seen at a glance is what decoding gives."""

from hypothesis import event, given, settings
from hypothesis import strategies as st

from portlab.packets import FIN, Packet, Segment, fragments, glance, packed
from portlab.packets.glance import glance_at
from tests.packets.strategies import any_bytes, packets


def agrees(packet: Packet) -> bool:
    """Does a glance see the packet's segment, and nothing else?"""
    seen = glance(packet.raw)
    if seen is None:
        return False
    packet = Packet.decode(packet.raw)
    segment = packet.payload
    assert isinstance(segment, Segment)
    assert seen[1:5] == (segment.seq, segment.ack, segment.flags, segment.window)
    assert packet.truncated or seen.length == len(segment.payload)
    assert seen.ends[:-4] == packed(packet.src) + packed(packet.dst)
    ports = segment.source_port.to_bytes(2, "big") + segment.destination_port.to_bytes(2, "big")
    assert seen.ends[-4:] == ports
    assert glance_at(packet) == seen
    return True


@settings(deadline=None, max_examples=300)
@given(st.one_of(any_bytes, packets.map(lambda packet: packet.raw)))
def test_whatever_it_sees_can_be_decoded_and_is_the_same(raw: bytes) -> None:
    event("seen" if agrees(Packet(raw)) else "not seen")


def test_a_plain_segment_is_seen_over_both_versions() -> None:
    for src, dst in (("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")):
        packet = Packet.build(src, dst, Segment(5000, 80, 7, 8, FIN, 9, payload=b"hello"))
        assert agrees(packet)
        assert agrees(Packet(packet.raw[:-3]))  # cut off by a snap length
        assert glance(packet.raw[:-3]) == glance(packet.raw)


def test_a_fragment_is_no_segment() -> None:
    large = Packet.build(
        "10.0.0.1", "10.0.0.2", Segment(5000, 80, 7, payload=bytes(3000)), dont_fragment=False
    )
    assert agrees(large)
    assert [glance_at(piece) for piece in fragments(large, 1500)] == [None, None, None]
