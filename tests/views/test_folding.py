"""Folding: whatever is left out is counted, and what teaches something stays."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.views.folding import SHORTEST, fold, folded
from portlab.views.ladder import layout
from portlab.views.shapes import Arrow, Fold, Piece, Row
from tests.views import stories


@st.composite
def rows(draw: st.DrawFn) -> list[Row]:
    made: list[Row] = []
    for number in range(1, draw(st.integers(1, 120)) + 1):
        kind = draw(st.sampled_from(["data", "data", "data", "ack", "ack", "fin", "reset"]))
        fate = draw(st.sampled_from(["delivered"] * 8 + ["lost"]))
        again = draw(st.sampled_from([None] * 8 + [1]))
        made.append(
            Arrow(
                number,
                number,
                0,
                1,
                kind,
                (Piece("flags", "ACK"),),
                "modelled",
                fate,
                length=100 if kind == "data" else 0,
                again=again,
            )
        )
    return made


@settings(deadline=None)
@given(rows(), st.integers(SHORTEST, 60))
def test_nothing_is_lost_in_the_fold(all_rows, limit):
    short = fold(all_rows, limit)
    assert len(short) <= limit
    arrows = [row for row in short if isinstance(row, Arrow)]
    folds = [row for row in short if isinstance(row, Fold)]
    assert sum(f.count for f in folds) + len(arrows) == len(all_rows)
    assert sum(f.length for f in folds) + sum(a.length for a in arrows) == sum(
        row.length for row in all_rows
    )
    lost = sum(f.lost for f in folds) + sum(a.fate == "lost" for a in arrows)
    assert lost == sum(row.fate == "lost" for row in all_rows)
    again = sum(f.again for f in folds) + sum(a.again is not None for a in arrows)
    assert again == sum(row.again is not None for row in all_rows)


@settings(deadline=None)
@given(rows(), st.integers(SHORTEST, 60))
def test_packets_keep_their_order_and_a_fold_stands_where_its_packets_were(all_rows, limit):
    numbers = []
    for row in fold(all_rows, limit):
        if isinstance(row, Fold):
            assert row.last - row.first + 1 == row.count
            numbers += range(row.first, row.last + 1)
        else:
            numbers.append(row.number)
    assert numbers == list(range(1, len(all_rows) + 1))


def test_handshake_and_loss_stay_to_be_seen():
    (conversation,) = layout(stories.transfer(400, 300)).conversations
    short = [row for row in fold(conversation.rows, 60) if isinstance(row, Arrow)]
    assert [row.number for row in short[:3]] == [1, 2, 3]
    assert any(row.fate == "lost" for row in short)
    assert any(row.again for row in short)


def test_a_zero_window_is_never_folded_away():
    story = stories.Story()
    for at in range(60):
        window = 0 if at == 30 else 65535
        story.tcp("client", stories.ACK, 1, 1, at=at, window=window)
    (conversation,) = layout(story.trace()).conversations
    assert 31 in [row.number for row in fold(conversation.rows, 40) if isinstance(row, Arrow)]


def test_too_many_conversations_are_counted():
    records = []
    for port in range(30):
        story = stories.Story(client=("10.0.0.2", 50_000 + port))
        story.tcp("client", stories.SYN, 0, at=port)
        records += story.records
    whole = layout(stories.Trace(records))
    short = folded(whole, conversations=6, rows=48, rows_in_all=96)
    assert len(short.conversations) == 6
    assert short.notes[0] == "... and 24 more conversations."
