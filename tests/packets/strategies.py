"""What hypothesis makes packets from: fields over their whole range, and bytes gone wrong."""

from hypothesis import strategies as st

from portlab.packets import (
    ExtensionHeader,
    FragmentHeader,
    IcmpMessage,
    Icmpv6Message,
    Ipv4,
    Ipv6,
    MaximumSegmentSize,
    NoOperation,
    Packet,
    Sack,
    SackPermitted,
    Segment,
    Timestamps,
    UdpDatagram,
    UnknownOption,
    WindowScale,
    unpacked,
)


def bits(width: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << width) - 1)


data = st.binary(max_size=80)
protocols = bits(8)
ipv4_addresses = st.binary(min_size=4, max_size=4).map(unpacked)
ipv6_addresses = st.one_of(
    st.binary(min_size=16, max_size=16),
    # Runs of zeros, which text shortens, are rare in random bytes.
    st.lists(st.sampled_from([0, 0, 0, 1, 0xFFFF]), min_size=8, max_size=8).map(
        lambda groups: b"".join(group.to_bytes(2, "big") for group in groups)
    ),
).map(unpacked)

# Kinds that nobody has named, so that every program reads them as bytes.
unknown_options = st.builds(UnknownOption, st.integers(40, 252), st.binary(max_size=10))
options = st.one_of(
    st.builds(NoOperation),
    st.builds(MaximumSegmentSize, bits(16)),
    st.builds(WindowScale, bits(8)),
    st.builds(SackPermitted),
    st.builds(Sack, st.lists(st.tuples(bits(32), bits(32)), min_size=1, max_size=4).map(tuple)),
    st.builds(Timestamps, bits(32), bits(32)),
    unknown_options,
)
option_lists = (
    st.lists(options, max_size=6)
    .map(tuple)
    .filter(lambda chosen: sum(option.size for option in chosen) <= 40)
)
segments = st.builds(
    Segment,
    source_port=bits(16),
    destination_port=bits(16),
    seq=bits(32),
    ack=bits(32),
    flags=bits(8),
    window=bits(16),
    options=option_lists,
    payload=data,
    urgent_pointer=bits(16),
    reserved=bits(4),
)
datagrams = st.builds(UdpDatagram, bits(16), bits(16), data)
messages = st.builds(IcmpMessage, bits(8), bits(8), data)
v6_messages = st.builds(Icmpv6Message, bits(8), bits(8), data)

# No-operations and one option that routers look at, filled to words: what an IPv4 header may have.
ipv4_options = st.sampled_from([b"", b"\x94\x04\x00\x00", b"\x01\x01\x01\x00", b"\x01" * 40])
ipv4_headers = st.builds(
    Ipv4,
    ipv4_addresses,
    ipv4_addresses,
    protocol=protocols,
    type_of_service=bits(8),
    identification=bits(16),
    flags=bits(3),
    fragment_offset=bits(13),
    time_to_live=bits(8),
    options=ipv4_options,
)


@st.composite
def ipv6_headers(draw: st.DrawFn, protocol: st.SearchStrategy[int] = protocols) -> Ipv6:
    """With up to three extension headers, a fragment header with an offset only as the last."""
    kinds = draw(st.lists(st.sampled_from([0, 43, 44, 60]), max_size=3))
    last = draw(protocol.filter(lambda number: number not in (0, 43, 44, 60)))
    chain = [*kinds, last]
    headers: list[ExtensionHeader | FragmentHeader] = []
    for place, kind in enumerate(kinds):
        following = chain[place + 1]
        if kind == 44:
            offset = draw(bits(13)) if place == len(kinds) - 1 else 0
            rest = draw(st.tuples(st.booleans(), bits(32), bits(8), bits(2)))
            headers.append(FragmentHeader(following, offset, *rest))
        else:
            size = draw(st.sampled_from([6, 14, 22]))
            headers.append(
                ExtensionHeader(following, draw(st.binary(min_size=size, max_size=size)))
            )
    return Ipv6(
        draw(ipv6_addresses),
        draw(ipv6_addresses),
        chain[0],
        draw(bits(8)),
        draw(bits(20)),
        hop_limit=draw(bits(8)),
        extensions=tuple(headers),
    )


packets = st.one_of(
    st.builds(
        Packet.build, ipv4_addresses, ipv4_addresses, st.one_of(segments, datagrams, messages)
    ),
    st.builds(
        Packet.build, ipv6_addresses, ipv6_addresses, st.one_of(segments, datagrams, v6_messages)
    ),
    st.builds(lambda header, payload: Packet(header.encode(payload)), ipv4_headers, data),
    st.builds(lambda header, payload: Packet(header.encode(payload)), ipv6_headers(), data),
)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A packet in which some bytes were changed, and which may have been cut or made longer."""
    raw = bytearray(draw(packets).raw)
    # Headers are at the front: spoil them more often than the payload.
    for _ in range(draw(st.integers(0, 4))):
        raw[draw(st.integers(0, min(len(raw), 60) - 1))] = draw(bits(8))
    cut = draw(st.one_of(st.none(), st.integers(0, len(raw))))
    return bytes(raw[:cut]) + draw(st.one_of(st.just(b""), st.binary(max_size=8)))


any_bytes = st.one_of(
    st.binary(max_size=120),
    # Start as IP does, or nearly everything ends at the version.
    st.builds(lambda first, rest: bytes([first]) + rest, st.sampled_from([0x45, 0x4F, 0x60]), data),
    mutated(),
)
