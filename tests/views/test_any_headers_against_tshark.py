"""The fields of any segment and datagram stand where Wireshark sees them."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from portlab.packets import Packet
from portlab.views.headers.reading import read
from tests.packets import strategies
from tests.requires import needs
from tests.views.wireshark import disagreements, tshark

needs("tshark")


def check(file: Path, packets: Sequence[Packet]) -> None:
    for packet, seen in zip(packets, tshark(file, packets), strict=True):
        assert disagreements(read(packet.raw), seen) == [], packet


WITH_PORTS = st.one_of(
    st.builds(
        Packet.build,
        strategies.ipv4_addresses,
        strategies.ipv4_addresses,
        st.one_of(strategies.segments, strategies.datagrams),
    ),
    st.builds(
        Packet.build,
        strategies.ipv6_addresses,
        strategies.ipv6_addresses,
        st.one_of(strategies.segments, strategies.datagrams),
    ),
)


@settings(max_examples=4, deadline=None, phases=(Phase.generate,))
@given(st.lists(WITH_PORTS, min_size=25, max_size=60))
def test_so_are_those_of_any_segment_and_datagram(
    tmp_path_factory: pytest.TempPathFactory, packets: list[Packet]
) -> None:
    check(tmp_path_factory.mktemp("any") / "any.pcapng", packets)
