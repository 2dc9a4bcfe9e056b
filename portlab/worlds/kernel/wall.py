"""The network on the wall clock.

The model world drives its network from one event to the next. Here time passes by itself: the
wire's thread lets happen what is due, and a learner's call on a model host waits until it has.
They take turns by one lock, and each turn begins by setting the network's clock.
"""

import contextlib
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from portlab.network.network import Network, Node
from portlab.packets import Packet, unpacked

_SLICE = 0.1
_FOR_EVER = float("inf")


class WallNetwork(Network):
    """A Network whose `now` is the time of day. `clock` gives it, in microseconds; `check` raises
    what went wrong in the lab meanwhile; `ring` wakes the wire, for there may be something to do.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], int],
        check: Callable[[], None],
        ring: Callable[[], None],
        **properties: Any,
    ) -> None:
        super().__init__(**properties)
        self.clock = clock
        self.now = clock()
        self.last_sent = 0
        """When something last came onto the wire."""
        self._check = check
        self._ring = ring
        self._lock = threading.RLock()
        self._waiting: set[SimpleQueue[None]] = set()

    def acting(self, node: Node | None = None) -> AbstractContextManager[None]:
        return _Turn(self, super().acting(node), rings=node is not None)

    def run(self, until: Callable[[], bool], deadline: int | None) -> bool:
        """Wait until `until()`; False if `deadline` came first. The wire moves on meanwhile."""
        news: SimpleQueue[None] = SimpleQueue()
        self._waiting.add(news)
        try:
            while True:
                self._check()
                if self.is_over:
                    with self.acting():  # which says why nothing can be done any more
                        pass
                with self._lock:
                    if until():
                        return True
                left = _FOR_EVER if deadline is None else (deadline - self.clock()) / 1_000_000
                if left <= 0:
                    return False
                with contextlib.suppress(Empty):
                    news.get(timeout=min(left, _SLICE))
                    while True:
                        news.get_nowait()  # one look is enough for all of them
        finally:
            self._waiting.discard(news)

    # ---- for the wire's thread

    def move(self, arrived: list[tuple[Node, Packet]]) -> None:
        """Put on the wire what nodes have sent, and let everything happen that is due."""
        with self.acting():
            if arrived:
                self.last_sent = self.now
                for node, packet in arrived:
                    self.send(node, packet, None, _destination(packet.raw))
            before = len(self.records)
            self._run(_never, self.now)
            if len(self.records) != before:
                self.last_sent = self.now
        for news in tuple(self._waiting):
            news.put(None)

    @property
    def is_torn(self) -> bool:
        """Whether an interrupt has struck a call on a model host in the middle of a step."""
        return self._broken

    def let_go(self) -> None:
        """Give back a turn that an interrupt has torn from this thread, so that the lab can end."""
        with contextlib.suppress(RuntimeError):  # it has none
            while True:
                self._lock.release()


class _Turn(AbstractContextManager[None]):
    """One thread's turn with the network."""

    def __init__(
        self, network: WallNetwork, inner: AbstractContextManager[None], *, rings: bool
    ) -> None:
        self._network = network
        self._inner = inner
        self._rings = rings

    def __enter__(self) -> None:
        network = self._network
        try:
            network._lock.acquire()
            network.now = max(network.now, network.clock())
            self._inner.__enter__()
        except BaseException:
            with contextlib.suppress(RuntimeError):  # an interrupt came before it was ours
                network._lock.release()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        network = self._network
        try:
            self._inner.__exit__(kind, error, tb)
        finally:
            network._lock.release()
        if self._rings:
            network._ring()


def _destination(raw: bytes) -> str:
    """Where a packet of a kernel goes, from the fixed place where that is written.

    To decode all of the header costs a sixth of what the wire does for a packet.
    """
    return unpacked(raw[16:20] if raw[0] >> 4 == 4 else raw[24:40])


def _never() -> bool:
    return False
