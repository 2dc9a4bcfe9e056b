"""What a ladder is made of, as plain data: every renderer reads this and nothing else.

Times are whole microseconds since the layout's `zero`. A lane is named by its place in its
conversation's `lanes`, from 0. What nobody can know is None, and what was concluded from the
records and not read in a packet says so (`again`, `about`: drawn with INFERRED beside them).
"""

from dataclasses import dataclass
from typing import Literal

from portlab.trace.record import Fate, Origin

Kind = Literal["syn", "data", "ack", "fin", "reset", "icmp", "udp", "other"]

INFERRED = "*"


@dataclass(frozen=True, slots=True)
class Lane:
    """One host of a conversation; `port` is its end of it, `name` its address if it has no name."""

    name: str
    address: str
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a label, such as `seq=1`.

    `rank` 0 is always shown, 1 may move to a line of its own, 2 and then 3 may be left out.
    """

    name: str
    text: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """The host of `lane` went from state `old` to `new`, because of `event`."""

    lane: int
    time: int
    old: str
    event: str
    new: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the TCP of `lane` holds from `time` on, until the next Snapshot of that lane.

    RFC 9293 3.3.1's variables: places in the stream as the ladder numbers them, windows in bytes.
    None is what the host does not know before the peer's SYN. `timers` are those that run, with
    the time at which each falls due. In CLOSED the numbers are the last ones.
    """

    lane: int
    time: int
    state: str
    snd_una: int
    snd_nxt: int
    snd_wnd: int | None
    rcv_nxt: int | None
    rcv_wnd: int | None
    timers: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """A packet on its way from lane `start` to lane `end`.

    `length` is its bytes of payload, `size` those of the whole IP packet, headers and all. `seq`
    and `ack` are the numbers shown (relative ones, if the layout is relative), `raw_seq` and
    `raw_ack` those in the header; `window` is in bytes, if the layout is relative. `again` is the
    number of the record whose bytes this one repeats, `about` that of the packet an ICMP error
    speaks of: both are inferred. `sent` are the state changes that go with sending it, `arrived`
    those that its arrival made. `why` and `source` are the sender's own reason, or what an observer
    infers.
    """

    number: int
    time: int
    start: int
    end: int
    kind: Kind
    pieces: tuple[Piece, ...]
    origin: Origin
    fate: Fate
    arrival: int | None = None
    cause: str | None = None
    length: int = 0
    size: int = 0
    seq: int | None = None
    ack: int | None = None
    raw_seq: int | None = None
    raw_ack: int | None = None
    window: int | None = None
    again: int | None = None
    about: int | None = None
    sent: tuple[Change, ...] = ()
    arrived: tuple[Change, ...] = ()
    why: str | None = None
    source: str | None = None

    @property
    def label(self) -> str:
        """All pieces on one line."""
        return " ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at one host, with no packet to show: a socket call, a timeout."""

    time: int
    lane: int
    text: str
    number: int | None = None
    failed: bool = False
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows left out because the ladder would be too long: `count` packets, `first` to `last`."""

    first: int
    last: int
    time: int
    count: int
    length: int
    lost: int = 0
    again: int = 0

    @property
    def text(self) -> str:
        words = [f"{self.count:,} more packets"]
        words.append(f"{self.length:,} bytes" if self.length else "no data")
        if self.lost:
            words.append(f"{self.lost:,} lost")
        if self.again:
            words.append(f"{self.again:,} retransmitted{INFERRED}")
        return ", ".join(words)


Row = Arrow | Mark | Fold


@dataclass(frozen=True, slots=True)
class Conversation:
    """Rows between the same two ends, in the order they were seen.

    `heading` says what it is and what made its packets, `before` is each lane's state at the
    start (None where nobody can know). `snapshots`, in the order of time, are what the hosts' TCP
    held; there are none where nobody can ask.
    """

    heading: str
    lanes: tuple[Lane, ...]
    rows: tuple[Row, ...]
    before: tuple[str | None, ...]
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole ladder. `zero` is the first record's time, in microseconds since 2026-01-01T00:00Z.

    `notes` are sentences that belong under it: what could not be shown, how the run ended.
    `outcome` is the one of them that says which network error ended the run; None if none did.
    """

    title: str
    conversations: tuple[Conversation, ...]
    notes: tuple[str, ...]
    zero: int
    relative: bool
    outcome: str | None = None
