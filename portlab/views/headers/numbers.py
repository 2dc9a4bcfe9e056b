"""What a conversation tells about one of its segments: relative numbers and the scaled window."""

from portlab.trace.conversations import conversations
from portlab.trace.numbering import Numbering
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.headers.shapes import Numbers


def numbers_of(record: Record, trace: Trace) -> Numbers:
    """The numbers of `record` as the conversation in `trace` that holds it makes them known.

    All None for what is no TCP segment, or is not in `trace`.
    """
    segment = record.segment
    talk = None
    if segment is not None:
        numbered = (one for one in conversations(trace) if record in one.trace.records)
        talk = next(numbered, None)
    if segment is None or talk is None:
        return Numbers()

    def direction(one: Record) -> int:
        return int((one.src, one.sport) != talk.client)

    segments = [(direction(one), one.segment) for one in talk.trace if one.segment is not None]
    numbering = Numbering(segments)
    way = direction(record)
    opened = any(one.has_syn for _, one in segments)
    return Numbers(
        numbering.seq(way, segment.seq),
        numbering.ack(way, segment.ack) if segment.has_ack else None,
        numbering.window(way, segment) if opened else None,
    )
