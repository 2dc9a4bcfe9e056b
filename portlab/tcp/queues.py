"""The two queues of a sender: bytes not sent yet, and pieces sent but not acknowledged yet."""

from collections import deque

from portlab.tcp import reasons
from portlab.tcp.sequence import Seq


class Sent:
    """A piece of the stream that was sent and is not acknowledged yet."""

    __slots__ = (
        "counted",
        "data",
        "end",
        "fin",
        "push",
        "sacked",
        "seq",
        "syn",
        "times",
        "waiting",
        "why",
    )

    def __init__(self, seq: Seq, data: bytes, *, syn: bool = False, fin: bool = False) -> None:
        self.seq = seq
        self.data = data
        self.syn = syn
        self.fin = fin
        self.push = False  # the last of what the program has given so far
        self.end = seq + (len(data) + syn + fin)
        self.times = 0
        self.counted = False  # as in flight
        self.sacked = False
        self.waiting = False  # to be sent (again)
        self.why = reasons.DATA

    @property
    def size(self) -> int:
        return len(self.data) + self.syn + self.fin


class SendQueue:
    """Bytes from the program that have not been sent, in the pieces it gave."""

    __slots__ = ("_chunks", "size")

    def __init__(self) -> None:
        self._chunks: deque[memoryview] = deque()
        self.size = 0

    def put(self, data: bytes) -> None:
        if data:
            self._chunks.append(memoryview(bytes(data)))
            self.size += len(data)

    def take(self, count: int) -> bytes:
        """The next `count` bytes, which must be there."""
        self.size -= count
        parts: list[memoryview] = []
        while count:
            chunk = self._chunks.popleft()
            if len(chunk) > count:
                self._chunks.appendleft(chunk[count:])
                chunk = chunk[:count]
            parts.append(chunk)
            count -= len(chunk)
        return b"".join(parts)
