"""The answer of a port that nobody has: RST (RFC 9293 3.10.7.1)."""

from portlab.packets import ACK, RST, Reason, Segment
from portlab.tcp import reasons


def reset_for(segment: Segment) -> tuple[Segment, Reason] | None:
    """The RST that `segment` deserves where no connection and no listener has its port.

    Its numbers are chosen so that the sender of `segment` will believe it. None for a RST, which
    is never answered.
    """
    if segment.flags & RST:
        return None
    return refuse(segment), reasons.RST_CLOSED


def refuse(segment: Segment) -> Segment:
    """<SEQ=SEG.ACK><CTL=RST>, or without an ACK <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>."""
    if segment.flags & ACK:
        seq, ack, flags = segment.ack, 0, RST
    else:
        seq, ack, flags = 0, segment.seq + segment.sequence_length & 0xFFFF_FFFF, RST | ACK
    return Segment(segment.destination_port, segment.source_port, seq, ack, flags)
