"""A port that takes calls, and the queue of those nobody has taken yet (the backlog)."""

from collections import deque

from portlab.packets import SYN, Segment
from portlab.tcp.config import DEFAULT, Config
from portlab.tcp.endpoint import Address, Endpoint
from portlab.tcp.states import State


class Listener:
    """Makes an Endpoint of every SYN, as long as there is room.

    `backlog` counts connections that are half open or established and not yet taken. When it is
    full a SYN is not answered at all: the caller's TCP will try again, and by then there may be
    room. (Linux does the same; a RST would tell the caller that nobody listens.)
    """

    __slots__ = ("backlog", "config", "half_open", "local", "ready")

    def __init__(self, local: Address, *, backlog: int = 128, config: Config = DEFAULT) -> None:
        self.local = local
        self.backlog = backlog
        self.config = config
        self.half_open: set[Endpoint] = set()
        self.ready: deque[Endpoint] = deque()

    def segment_arrives(
        self, segment: Segment, local: Address, remote: Address, now: int, *, iss: int
    ) -> Endpoint | None:
        """What `segment` from `remote`, which belongs to no connection, makes of this port.

        An Endpoint in SYN-RECEIVED is a new connection, to be kept; one in LISTEN has only an
        answer to send (RST). None: the backlog is full and the SYN is ignored.
        """
        opens = segment.flags & SYN
        if opens and len(self.half_open) + len(self.ready) >= self.backlog:
            return None
        endpoint = Endpoint.listening(local, remote, iss=iss, config=self.config)
        endpoint.segment_arrives(segment, now)
        if endpoint.state is State.SYN_RECEIVED:
            self.half_open.add(endpoint)
        return endpoint

    def established(self, endpoint: Endpoint) -> None:
        """The handshake is done: `endpoint` waits to be taken."""
        self.half_open.discard(endpoint)
        self.ready.append(endpoint)

    def accept(self) -> Endpoint | None:
        """The oldest connection nobody has taken, or None."""
        return self.ready.popleft() if self.ready else None

    def forget(self, endpoint: Endpoint) -> None:
        """`endpoint` ended, or its caller took the SYN back."""
        self.half_open.discard(endpoint)
        if endpoint in self.ready:
            self.ready.remove(endpoint)
