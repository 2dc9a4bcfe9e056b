"""Numbers as a learner reads them: sequence numbers counted from each side's SYN, windows in bytes.

As in Wireshark, a side whose SYN was not seen is counted so that its first byte seen is number 1.
A RST that answers a SYN for nobody keeps the 0 that RFC 9293 3.10.7.1 gives it.
"""

from collections.abc import Iterable

from portlab.packets import Segment, WindowScale

_Place = tuple[int, bool]
_MODULUS = 1 << 32
_MAX_SHIFT = 14  # RFC 7323 2.3


class Numbering:
    """The two directions of one TCP conversation: direction 0 is that of the first end.

    >>> numbers = Numbering([(0, Segment(50000, 80, 4294967295, 0, 2))])
    >>> numbers.seq(0, 4294967295), numbers.seq(0, 9), numbers.ack(1, 0)
    (0, 10, 1)
    """

    def __init__(self, segments: Iterable[tuple[int, Segment]], *, relative: bool = True) -> None:
        scales: list[int | None] = [None, None]
        # Ranked by how well they tell where a direction's numbers begin; the lowest rank wins.
        found: dict[int, tuple[int, int]] = {}
        for direction, segment in segments if relative else ():
            if segment.has_syn:
                scale = segment.option(WindowScale)
                scales[direction] = None if scale is None else min(scale.shift, _MAX_SHIFT)
                hints = [(0, direction, segment.seq)]
            elif not segment.has_rst:
                hints = [(1, direction, segment.seq - 1)]
            else:
                hints = [(3, direction, segment.seq)]
            if segment.has_ack:
                hints.append((2, 1 - direction, segment.ack - 1))
            for rank, of, base in hints:
                if rank < found.get(of, (4, 0))[0]:
                    found[of] = (rank, base)
        self._bases = [found.get(direction, (4, 0))[1] for direction in (0, 1)]
        # Both SYNs must offer it (RFC 7323 2.2).
        self.scaled = None not in scales
        self._shifts = [(shift or 0) if self.scaled else 0 for shift in scales]
        # First record that carried each sequence number, by direction.
        self._first: tuple[dict[_Place, int], dict[_Place, int]] = ({}, {})

    def seq(self, direction: int, raw: int) -> int:
        """A sequence number of this direction as shown."""
        return (raw - self._bases[direction]) % _MODULUS

    def ack(self, direction: int, raw: int) -> int:
        """An acknowledgment sent in this direction, as shown: it counts the other's bytes."""
        return (raw - self._bases[1 - direction]) % _MODULUS

    def window(self, direction: int, segment: Segment) -> int:
        """The window in bytes, which is what the field says times the scale; a SYN has none."""
        return segment.window if segment.has_syn else segment.window << self._shifts[direction]

    def repeats(self, direction: int, segment: Segment, number: int) -> int | None:
        """The record that already carried what `segment` begins with, if one did.

        Only what takes up sequence numbers (payload, SYN, FIN) can be retransmitted. A SYN,ACK that
        answers a SYN which crossed this side's own says something new (RFC 9293 figure 7).
        """
        if segment.sequence_length == 0:
            return None
        place = segment.seq, segment.has_syn and segment.has_ack
        first = self._first[direction].setdefault(place, number)
        return first if first != number else None
