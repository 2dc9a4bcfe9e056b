"""Whatever a capture holds can be drawn: damaged packets, cut ones, and some never seen."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.errors import PacketError
from portlab.packets import Packet
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.picture import ladder
from tests.views import stories

WHOLE = [
    record.packet.raw
    for trace in (stories.closed(), stories.udp_refused(), stories.udp_refused(True))
    for record in trace
    if record.packet is not None
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A real packet with some bytes changed, and maybe its end cut off."""
    raw = bytearray(draw(st.sampled_from(WHOLE)))
    for at in draw(st.lists(st.integers(0, len(raw) - 1), max_size=6)):
        raw[at] = draw(st.integers(0, 255))
    return bytes(raw[: draw(st.integers(1, len(raw)))])


@settings(deadline=None, max_examples=150)
@given(st.lists(st.tuples(damaged(), st.integers(-(10**7), 10**12)), min_size=1, max_size=12))
def test_every_packet_is_shown_or_named_as_unreadable(packets):
    records = []
    for number, (raw, time) in enumerate(packets, start=1):
        try:
            packet = Packet.decode(raw)
            records.append(Record(number, time, "recorded", "seen", packet))
        except PacketError as error:
            records.append(Record(number, time, "recorded", "seen", problem=str(error)))
    shown = ladder(Trace(records))
    text = shown.text(width=90, ascii=True)
    assert max(map(len, text.splitlines())) <= 90
    rows = [row.number for one in shown.layout.conversations for row in one.rows]
    named = [r.number for r in records if r.packet is None]
    assert sorted(rows + named) == [record.number for record in records]
    assert shown.alt_text


@settings(deadline=None, max_examples=12)
@given(st.lists(damaged(), min_size=1, max_size=6))
def test_and_the_figure_can_be_drawn(packets):
    records = []
    for number, raw in enumerate(packets, start=1):
        try:
            packet = Packet.decode(raw)
        except PacketError:
            continue
        records.append(Record(number, number * 100, "recorded", "seen", packet))
    figure = ladder(Trace(records)).figure()
    assert min(figure.get_size_inches()) > 0
