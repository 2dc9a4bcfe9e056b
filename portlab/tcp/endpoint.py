"""One end of a TCP connection: the calls a program makes, and what comes of them (RFC 9293).

Nothing here reads a clock, draws a random number or encodes a header. The owner passes the time
in with every call, and afterwards drains what came of it: `events()` for the program first, so
that an answer can ride on the acknowledgment, then `segments_to_send()` and `changes()`.
"""

from enum import StrEnum

from portlab.errors import ConnectionClosed, LabError
from portlab.packets import ACK, RST, Reason, Segment
from portlab.tcp import arrival, reasons
from portlab.tcp.config import DEFAULT, SECOND, Config
from portlab.tcp.header import carry, compose
from portlab.tcp.receiving import Receiver
from portlab.tcp.sending import Sender
from portlab.tcp.sequence import Seq
from portlab.tcp.states import ACTIVE, BY_CAUSE, PASSIVE, Cause, State

Address = tuple[str, int]
Change = tuple[State, Cause, State, Reason]

_CHALLENGES = 10  # at most so many challenge ACKs
_CHALLENGE_TIME = 5 * SECOND  # in so long a time (RFC 5961 7)


class Event(StrEnum):
    """What the program should hear of."""

    OPENED = "opened"
    DATA = "data"
    PEER_CLOSED = "peer closed"
    ENDED = "ended"


class Endpoint:
    """The TCB of one connection between `local` and `remote`.

    `state` is where it stands, `snd` and `rcv` are the two sequence spaces, and `error`, once
    ended, is None, `refused`, `reset`, `timed out`, `unreachable` or `aborted`.
    """

    __slots__ = (
        "_challenges",
        "_changes",
        "_events",
        "_heard",
        "_out",
        "_probes",
        "config",
        "error",
        "local",
        "nobody_reads",
        "now",
        "passive",
        "peer_closed",
        "rcv",
        "remote",
        "sack_ok",
        "snd",
        "state",
        "time_wait",
        "ts_ok",
    )

    def __init__(
        self, local: Address, remote: Address, *, iss: int, config: Config = DEFAULT
    ) -> None:
        self.local = local
        self.remote = remote
        self.config = config
        self.state = State.CLOSED
        self.snd = Sender(config, Seq(iss))
        self.rcv = Receiver(config)
        self.passive = False
        self.error: str | None = None
        self.peer_closed = False
        self.nobody_reads = False
        self.ts_ok = False
        self.sack_ok = False
        self.time_wait: int | None = None
        self._heard = 0
        self._probes = 0
        self._challenges: list[int] = []
        self._out: list[tuple[Segment, Reason]] = []
        self._events: list[Event] = []
        self._changes: list[Change] = []
        self.now = 0

    @classmethod
    def listening(
        cls, local: Address, remote: Address, *, iss: int, config: Config = DEFAULT
    ) -> "Endpoint":
        """In LISTEN, by the passive OPEN that a Listener has made for all its callers."""
        endpoint = cls(local, remote, iss=iss, config=config)
        endpoint.passive = True
        endpoint.state = State.LISTEN
        return endpoint

    # ---- calls of the program (3.10.1 to 3.10.5) ----------------------------------------------

    def open_passive(self, now: int) -> None:
        """Wait for `remote` to call (LISTEN). Raises LabError unless CLOSED."""
        self._must_be(State.CLOSED)
        self.now = now
        self.passive = True
        self.move(Cause.PASSIVE_OPEN)

    def open_active(self, now: int) -> None:
        """Call `remote`: a SYN goes out. Raises LabError unless CLOSED or LISTEN."""
        self._must_be(State.CLOSED, State.LISTEN)
        self.now = now
        self.passive = False
        self.move(Cause.ACTIVE_OPEN)
        self.snd.synchronize(reasons.SYN)

    def send(self, data: bytes, now: int) -> None:
        """Queue `data`. From LISTEN it turns the wait into a call (3.10.2).

        Raises ConnectionClosed in CLOSED and after `close`.
        """
        if self.state is State.CLOSED or self.snd.fin_queued or self.snd.fin_seq is not None:
            raise ConnectionClosed(
                f"Nothing can be sent in {self.state}: this side has closed, or was never opened. "
                "Open a new connection."
            )
        self.now = now
        if self.state is State.LISTEN:
            self.passive = False
            self.move(Cause.SEND)
            self.snd.synchronize(reasons.SYN)
        self.snd.queue.put(data)

    def receive(self, limit: int, now: int) -> bytes:
        """Up to `limit` bytes that have come, in order; empty if there are none."""
        self.now = now
        data = self.rcv.read(limit)
        if self.state not in _WINDOW_MATTERS and self.rcv.ack_due is reasons.WINDOW_UPDATE:
            self.rcv.ack_due = None
        return data

    def close(self, now: int) -> None:
        """No more data from this side: FIN after what is queued (3.10.4). Reading goes on."""
        self.now = now
        if self.state in (State.LISTEN, State.SYN_SENT):
            self.move(Cause.CLOSE)
            self.end(None)
        elif self.state is State.SYN_RECEIVED and not self.snd.queue.size:
            self.snd.fin_queued = self.snd.open = True
            self.move(Cause.CLOSE)
        elif self.state is State.ESTABLISHED:
            self.snd.fin_queued = True
            self.move(Cause.CLOSE)
        elif self.state in (State.SYN_RECEIVED, State.CLOSE_WAIT):
            self.snd.fin_queued = True  # the move follows: when open, and when the FIN is sent

    def discard(self, now: int) -> None:
        """The program is gone: close, and nobody will read any more.

        Data that waits unread, or comes later, is answered with RST (3.6.1, SHLD-3).
        """
        if self.readable:
            self.abort(now)
        else:
            self.nobody_reads = True
            self.close(now)

    def abort(self, now: int) -> None:
        """Forget everything at once, and tell the peer with a RST where that helps (3.10.5)."""
        self.now = now
        if self.state is State.CLOSED:
            return
        if self.state in _ABORT_RESETS:
            segment = compose(self, self.snd.place, RST)
            self._out.append((segment, reasons.RST_ABORT))
        self.move(Cause.ABORT)
        self.end("aborted")

    def configure(self, config: Config) -> None:
        """Go by `config` from now on; what the SYNs have agreed stays as it is."""
        self.config = config
        self.snd.configure(config)
        self.rcv.configure(config)

    # ---- the network --------------------------------------------------------------------------

    def segment_arrives(self, segment: Segment, now: int) -> None:
        """SEGMENT ARRIVES (3.10.7)."""
        self.now = now
        self._heard = now
        self._probes = 0
        arrival.segment_arrives(self, segment, now)

    def icmp_error(self, hard: bool, now: int) -> None:
        """An ICMP error about this connection came.

        A hard one ends an open attempt (3.9.2.2); a soft one only tells of passing trouble. On a
        connection that is already open a hard one counts as soft too: the RFC would rather end it
        (SHLD-26), but anybody can forge one, so most systems go on trying (RFC 5461 4.1).
        """
        self.now = now
        if hard and self.state is State.SYN_SENT:
            self.move(Cause.UNREACHABLE)
            self.end("unreachable")

    def next_deadline(self) -> int | None:
        """When `on_deadline` wants to be called, in microseconds; None: not at all."""
        times = [
            time
            for time in (self.snd.timer, self.rcv.ack_timer, self.time_wait, self.keep_alive_at())
            if time is not None
        ]
        return min(times) if times else None

    def on_deadline(self, now: int) -> None:
        """Do what has fallen due (3.10.8)."""
        self.now = now
        if self.time_wait is not None and self.time_wait <= now:
            self.move(Cause.TWO_MSL)
            self.end(None)
            return
        if self.snd.timer is not None and self.snd.timer <= now and not self.snd.on_deadline(now):
            self.move(Cause.GIVE_UP)
            self.end("timed out")
            return
        if self.rcv.ack_timer is not None and self.rcv.ack_timer <= now:
            self.rcv.ack_timer = None
            self.rcv.ack_due = self.rcv.ack_due or reasons.ACK_DELAYED
        due = self.keep_alive_at()
        if due is not None and due <= now:
            self._keep_alive()

    # ---- what the owner drains ----------------------------------------------------------------

    def events(self) -> list[Event]:
        """What the program should hear of, oldest first; each is given once."""
        if not self._events:
            return []
        events, self._events = self._events, []
        return events

    def segments_to_send(self) -> list[tuple[Segment, Reason]]:
        """What to put on the wire now, with the reason for each; each is given once."""
        if self.state is not State.CLOSED and self.state is not State.LISTEN:
            self._transmit()
        if not self._out:
            return []
        out, self._out = self._out, []
        return out

    def changes(self) -> list[Change]:
        """(old state, cause, new state, reason) of every move since the last call."""
        if not self._changes:
            return []
        changes, self._changes = self._changes, []
        return changes

    @property
    def readable(self) -> int:
        """Bytes that wait for the program."""
        return self.rcv.readable

    @property
    def unsent(self) -> int:
        """Bytes, with SYN and FIN, that are queued or not yet acknowledged."""
        return self.snd.queue.size + self.snd.fin_queued + (self.snd.nxt - self.snd.una)

    @property
    def idle(self) -> bool:
        """Nothing but keep-alive would ever make this side act by itself."""
        return self.snd.timer is None and self.rcv.ack_timer is None and self.time_wait is None

    # ---- for arrival.py: the machine's own moves ----------------------------------------------

    def _must_be(self, *states: State) -> None:
        if self.state not in states:
            raise LabError(
                f"This connection already exists: it is in {self.state} (RFC 9293 3.10.1). "
                "Open another one."
            )

    def move(self, cause: Cause) -> None:
        """Go where the table says that `cause` leads from here."""
        row = BY_CAUSE.get((self.state, cause, ""))
        if row is None:
            row = BY_CAUSE[self.state, cause, PASSIVE if self.passive else ACTIVE]
        self._changes.append((row.state, row.cause, row.new, row.reason))
        self.state = row.new
        if row.new is State.TIME_WAIT:
            self.restart_time_wait()

    def opened(self) -> None:
        self._events.append(Event.OPENED)
        if self.snd.fin_queued:
            self.move(Cause.CLOSE)

    def data_came(self) -> None:
        self._events.append(Event.DATA)

    def closed_by_peer(self) -> None:
        self.peer_closed = True
        self._events.append(Event.PEER_CLOSED)

    def unreadable(self) -> None:
        """Data came and nobody will ever read it: say that it is lost (3.6.1)."""
        self.reply(compose(self, self.snd.place, RST), reasons.RST_UNREADABLE)
        self.move(Cause.UNREADABLE)
        self.end("aborted")

    def end(self, error: str | None) -> None:
        """The TCB is deleted: no timer runs and nothing is queued any more."""
        self.error = error
        self.snd.forget()
        self.rcv.ack_due = self.rcv.ack_timer = self.time_wait = None
        self._events.append(Event.ENDED)

    def back_to_listen(self) -> None:
        """The caller took its SYN back: as if it had never come."""
        self.snd = Sender(self.config, self.snd.iss)
        self.rcv = Receiver(self.config)
        self.ts_ok = self.sack_ok = False

    def restart_time_wait(self) -> None:
        """Wait 2 MSL from now; every other timer is off (3.10.7.4, eighth)."""
        self.snd.timer = None
        self.time_wait = self.now + 2 * self.config.msl

    def reply(self, segment: Segment, reason: Reason) -> None:
        """Send exactly this, whatever else is going on."""
        self._out.append((segment, reason))

    def challenge(self, reason: Reason) -> None:
        """A challenge ACK, but not more than ten in five seconds (RFC 5961 7)."""
        self._challenges = [t for t in self._challenges if t > self.now - _CHALLENGE_TIME]
        if len(self._challenges) < _CHALLENGES:
            self._challenges.append(self.now)
            self.rcv.ack_due = reason

    # ---- inside -------------------------------------------------------------------------------

    def _transmit(self) -> None:
        for sent, reason in self.snd.transmissions(self.now):
            if sent.fin and self.state is State.CLOSE_WAIT:
                self.move(Cause.CLOSE)
            self._out.append((carry(self, sent), reason))
        due = self.rcv.ack_due
        if due is not None and self.state is not State.SYN_SENT:
            self._out.append((compose(self, self.snd.place, ACK), due))

    def keep_alive_at(self) -> int | None:
        """When the next keep-alive probe is due; None: not at all (RFC 9293 3.8.4)."""
        config = self.config
        if not config.keep_alive or self.state not in _KEPT_ALIVE or self.snd.outstanding:
            return None
        if self._probes:
            return self._heard + config.keep_alive_time + self._probes * config.keep_alive_interval
        return max(self._heard, self.snd.last_sent) + config.keep_alive_time

    def _keep_alive(self) -> None:
        """An old number that makes a living peer answer; never one failure alone (3.8.4)."""
        if self._probes >= self.config.keep_alive_probes:
            self.move(Cause.NO_ANSWER)
            self.end("timed out")
            return
        self._probes += 1
        self._out.append((compose(self, self.snd.nxt + -1, ACK), reasons.KEEP_ALIVE))


_ABORT_RESETS = (
    State.SYN_RECEIVED,
    State.ESTABLISHED,
    State.FIN_WAIT_1,
    State.FIN_WAIT_2,
    State.CLOSE_WAIT,
)
_WINDOW_MATTERS = (State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2)
_KEPT_ALIVE = (State.ESTABLISHED, State.FIN_WAIT_2, State.CLOSE_WAIT)
