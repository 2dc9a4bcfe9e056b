"""What comes in: the receive window, putting the stream back in order, and when to acknowledge."""

from bisect import bisect_left
from collections import deque

from portlab.packets.reason import Reason
from portlab.tcp import reasons
from portlab.tcp.config import Config
from portlab.tcp.sequence import Seq


class Receiver:
    """The receive sequence space (RFC 9293 3.3.1, figure 4; 3.8.6.2.2).

    ::

             |<--------------- size (RCV.BUFF) --------------->|
             |  readable   |        RCV.WND         | reduction|
         ----|-------------|------------------------|----------|----
                        RCV.NXT                    edge

    `readable` bytes wait for the program. `edge` is the right edge that the peer was told; it
    never moves left, and moves right only by a worthwhile step (silly-window avoidance). Bytes
    that came too early are held by their place in the stream, counted from RCV.NXT at the start.
    """

    __slots__ = (
        "_chunks",
        "_config",
        "_held",
        "_recent",
        "_starts",
        "_unacked",
        "ack_due",
        "ack_timer",
        "edge",
        "fin_at",
        "irs",
        "last_ack_sent",
        "mss",
        "nxt",
        "place",
        "readable",
        "scaled",
        "shift",
        "size",
        "ts_recent",
    )

    def __init__(self, config: Config) -> None:
        self._config = config
        self.size = config.receive_buffer
        self.mss = config.mss
        self.scaled = False  # both sides offered window scale (RFC 7323 2.2)
        self.shift = 0
        self.irs = Seq(0)
        self.nxt = Seq(0)
        self.edge = Seq(0)
        self.place = 0  # of RCV.NXT in the stream: Seq runs in a circle, this does not
        self.readable = 0
        self.fin_at: int | None = None
        self.ts_recent = 0
        self.last_ack_sent = Seq(0)
        self.ack_due: Reason | None = None
        self.ack_timer: int | None = None
        self._chunks: deque[memoryview] = deque()
        self._starts: list[int] = []
        self._held: dict[int, bytes] = {}
        self._recent: list[int] = []
        self._unacked = 0

    def configure(self, config: Config) -> None:
        """Go by `config` from now on; the buffer keeps its size."""
        self._config = config

    def synchronize(self, seq: Seq) -> None:
        """The peer's SYN is here: its numbering starts at `seq`."""
        self.irs = seq
        self.nxt = seq + 1
        self.edge = self.nxt + self.size
        self.last_ack_sent = self.nxt

    @property
    def wnd(self) -> int:
        """RCV.WND, in bytes."""
        return self.edge - self.nxt

    def advertise(self) -> int:
        """RCV.WND as the next segment should offer it (3.8.6.2.2)."""
        room = self.size - self.readable
        if room - self.wnd >= min(self.size // 2, self.mss):
            self.edge = self.nxt + room
        return self.wnd

    def text(self, seq: Seq, data: bytes, now: int) -> bool:
        """Take `data`, which starts at `seq` and overlaps the window. True if the stream grew.

        Nothing before RCV.NXT or past the edge is kept. In order: to the program. Too early:
        held, and acknowledged at once so that the sender notices the gap (RFC 5681 3.2).
        """
        start = self.place + (seq - self.nxt)
        if start < self.place:
            data = data[self.place - start :]
            start = self.place
        limit = self.place + self.wnd
        if start + len(data) > limit:
            data = data[: limit - start]
        if not data:
            self.ack_due = reasons.ACK_UNACCEPTABLE
            return False
        if start > self.place:
            self._hold(start, data)
            self.ack_due = reasons.ACK_OUT_OF_ORDER
            return False
        had_gap = bool(self._starts)
        self._deliver(data)
        if had_gap:
            self._release()
            self.ack_due = reasons.ACK_FILLED
        else:
            self._count_for_ack(len(data), now)
        return True

    def take_fin(self) -> None:
        """Advance over the FIN, which counts as one (3.4)."""
        self.nxt += 1
        self.place += 1
        if self.edge < self.nxt:
            self.edge = self.nxt
        self.ack_due = reasons.ACK_FIN

    def read(self, limit: int) -> bytes:
        """Up to `limit` bytes for the program, in order."""
        parts: list[memoryview] = []
        while limit > 0 and self._chunks:
            chunk = self._chunks.popleft()
            if len(chunk) > limit:
                self._chunks.appendleft(chunk[limit:])
                chunk = chunk[:limit]
            parts.append(chunk)
            limit -= len(chunk)
        data = b"".join(parts)
        self.readable -= len(data)
        # A window update of its own only for a worthwhile step: from a closed window one
        # segment, else two, so that it does not defeat delayed ACKs.
        step = self.mss if self.wnd < self.mss else 2 * self.mss
        if self.size - self.readable - self.wnd >= min(self.size // 2, step):
            self.ack_due = self.ack_due or reasons.WINDOW_UPDATE
        return data

    def ack_sent(self) -> None:
        """A segment just carried RCV.NXT and the window to the peer."""
        self.ack_due = None
        self.ack_timer = None
        self.last_ack_sent = self.nxt
        self._unacked = 0

    def sack_blocks(self, most: int) -> tuple[tuple[int, int], ...]:
        """What is held, as blocks; the one that changed last comes first (RFC 2018 section 4)."""
        blocks: list[tuple[int, int]] = []
        for start in self._starts:
            end = start + len(self._held[start])
            if blocks and blocks[-1][1] == start:
                blocks[-1] = (blocks[-1][0], end)
            else:
                blocks.append((start, end))
        ordered: list[tuple[int, int]] = []
        for place in reversed(self._recent):
            for block in blocks:
                if block[0] <= place < block[1] and block not in ordered:
                    ordered.append(block)
        ordered += [block for block in reversed(blocks) if block not in ordered]
        return tuple(
            (self.nxt + (first - self.place), self.nxt + (last - self.place))
            for first, last in ordered[:most]
        )

    @property
    def has_gap(self) -> bool:
        return bool(self._starts)

    def _count_for_ack(self, size: int, now: int) -> None:
        """Every second full segment at once, the rest within the delay (3.8.6.3)."""
        self._unacked += size
        if self.ack_due is not None:
            return
        if not self._config.delayed_ack:
            self.ack_due = reasons.ACK_EACH
        elif self._unacked >= 2 * self.mss:
            self.ack_due = reasons.ACK_SECOND
        elif self.ack_timer is None:
            self.ack_timer = now + self._config.delayed_ack_time

    def _deliver(self, data: bytes) -> None:
        self._chunks.append(memoryview(data))
        self.readable += len(data)
        self.nxt += len(data)
        self.place += len(data)

    def _hold(self, start: int, data: bytes) -> None:
        """Keep `data` for later, without what is held already."""
        self._recent = [*(place for place in self._recent[-7:] if place != start), start]
        index = bisect_left(self._starts, start)
        if index and (previous := self._starts[index - 1]) + len(self._held[previous]) > start:
            overlap = previous + len(self._held[previous]) - start
            start, data = start + overlap, data[overlap:]
        while data:
            index = bisect_left(self._starts, start)
            following = self._starts[index] if index < len(self._starts) else None
            piece = data if following is None else data[: following - start]
            if piece:
                self._starts.insert(index, start)
                self._held[start] = piece
            if following is None:
                return
            skip = following + len(self._held[following]) - start
            start, data = start + skip, data[skip:]

    def _release(self) -> None:
        """Hand over what now follows without a gap."""
        ready = 0
        for start in self._starts:
            if start > self.place:
                break
            data = self._held.pop(start)
            ready += 1
            if start + len(data) > self.place:
                self._deliver(data[self.place - start :])
        del self._starts[:ready]
        self._recent = [place for place in self._recent if place >= self.place]
