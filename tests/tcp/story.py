"""A timed story about one TCP endpoint, told line by line; a failure prints the story so far.

The teller plays the peer: `receives` hands the endpoint a segment, `sends` says which segment must
come out next, `waits` lets virtual time pass. What is not asked about may be anything; what comes
out unasked is a failure.
"""

from portlab.packets import Option, Segment
from portlab.tcp import Config, Endpoint, Event, State

FLAGS = {"FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16}
PEER_WINDOW = 65535


class Story:
    """`iss` is the endpoint's initial sequence number, `irs` the peer's."""

    def __init__(self, *, iss: int = 100, irs: int = 300, **config: object) -> None:
        # Plain TCP unless the story is about options: no scale to multiply windows by.
        settings = {"window_scale": False, "sack": False} | config
        self.config = Config(**settings)  # type: ignore[arg-type]
        self.tcb = Endpoint(("10.0.0.1", 1000), ("10.0.0.2", 80), iss=iss, config=self.config)
        self.iss = iss
        self.irs = irs
        self.now = 0
        self.taken: list[tuple[str, str, str]] = []
        self.heard: list[Event] = []
        self.said: list[str] = []
        self._out: list[Segment] = []

    # ---- the program --------------------------------------------------------------------------

    def calls(self, name: str, *args: object) -> "Story":
        shown = ", ".join(f"{len(a)} bytes" if isinstance(a, bytes) else str(a) for a in args)
        self._say(f"program calls {name}({shown})")
        getattr(self.tcb, name)(*args, self.now)
        return self._drain()

    def reads(self, data: bytes, limit: int = 1 << 20) -> "Story":
        got = self.tcb.receive(limit, self.now)
        self._say(f"program reads {len(got)} bytes")
        assert got == data, self.told(f"read {got!r}, not {data!r}")
        return self._drain()

    # ---- the peer -----------------------------------------------------------------------------

    def receives(
        self,
        flags: str,
        seq: int,
        ack: int = 0,
        data: bytes = b"",
        window: int = PEER_WINDOW,
        options: tuple[Option, ...] = (),
    ) -> "Story":
        self._say(f"receives {flags} seq={seq} ack={ack} length={len(data)} window={window}")
        bits = sum(FLAGS[name] for name in flags.split(","))
        segment = Segment(80, 1000, seq % 2**32, ack % 2**32, bits, window, options, data)
        self.tcb.segment_arrives(segment, self.now)
        return self._drain()

    # ---- time ---------------------------------------------------------------------------------

    def waits(self, seconds: float) -> "Story":
        """Let time pass; every deadline in it is kept, in order."""
        end = self.now + round(seconds * 1_000_000)
        self._say(f"{seconds} s pass")
        while (due := self.tcb.next_deadline()) is not None and due <= end:
            self.now = max(self.now, due)
            self.tcb.on_deadline(self.now)
            self._drain()
            assert len(self._out) < 200, self.told("sends without end")
        self.now = end
        return self

    # ---- what must be seen --------------------------------------------------------------------

    def sends(
        self,
        flags: str,
        seq: int,
        ack: int | None = None,
        data: bytes | None = None,
        length: int | None = None,
        window: int | None = None,
    ) -> Segment:
        """The next segment out is this one."""
        wanted = f"{flags} seq={seq} ack={ack} length={length}"
        assert self._out, self.told(f"nothing was sent; expected {wanted}")
        segment = self._out.pop(0)
        got = (segment.flag_names, segment.seq, segment.ack if segment.has_ack else None)
        assert got == (flags, seq % 2**32, ack), self.told(f"sent {segment}, expected {wanted}")
        if data is not None:
            assert segment.payload == data, self.told(f"sent {segment.payload!r}, not {data!r}")
        if length is not None:
            assert len(segment.payload) == length, self.told(f"sent {segment}, expected {wanted}")
        if window is not None:
            assert segment.window == window, self.told(f"window {segment.window}, not {window}")
        return segment

    def sends_nothing(self) -> "Story":
        assert not self._out, self.told(f"sent {self._out[0]}, expected nothing")
        return self

    def is_in(self, state: str) -> "Story":
        assert self.tcb.state == State(state), self.told(f"is in {self.tcb.state}, not {state}")
        return self

    def ended(self, error: str | None) -> "Story":
        assert Event.ENDED in self.heard, self.told("has not ended")
        assert self.tcb.error == error, self.told(f"ended with {self.tcb.error!r}, not {error!r}")
        assert self.tcb.next_deadline() is None, self.told("a timer runs after the end")
        return self.sends_nothing()

    # ---- common beginnings --------------------------------------------------------------------

    def listening(self) -> "Story":
        return self.calls("open_passive").is_in("LISTEN")

    def syn_sent(self) -> "Story":
        self.calls("open_active").sends("SYN", self.iss)
        return self.is_in("SYN-SENT")

    def syn_received(self) -> "Story":
        """By a passive open."""
        self.listening().receives("SYN", self.irs).sends("SYN,ACK", self.iss, self.irs + 1)
        return self.is_in("SYN-RECEIVED")

    def syn_received_actively(self) -> "Story":
        """By a simultaneous open."""
        self.syn_sent().receives("SYN", self.irs).sends("SYN,ACK", self.iss, self.irs + 1)
        return self.is_in("SYN-RECEIVED")

    def established(
        self, *, options: tuple[Option, ...] = (), window: int = PEER_WINDOW
    ) -> "Story":
        """By an active open; the next bytes are `mine` and `theirs`."""
        self.syn_sent().receives(
            "SYN,ACK", self.irs, self.iss + 1, options=options, window=window
        ).sends("ACK", self.mine, self.theirs)
        return self.is_in("ESTABLISHED")

    def fin_wait_1(self) -> "Story":
        self.established().calls("close").sends("FIN,ACK", self.mine, self.theirs)
        return self.is_in("FIN-WAIT-1")

    def fin_wait_2(self) -> "Story":
        return (
            self.fin_wait_1()
            .receives("ACK", self.theirs, self.mine + 1)
            .sends_nothing()
            .is_in("FIN-WAIT-2")
        )

    def close_wait(self) -> "Story":
        self.established().receives("FIN,ACK", self.theirs, self.mine)
        self.sends("ACK", self.mine, self.theirs + 1)
        return self.is_in("CLOSE-WAIT")

    def closing(self) -> "Story":
        self.fin_wait_1().receives("FIN,ACK", self.theirs, self.mine)
        self.sends("ACK", self.mine + 1, self.theirs + 1)
        return self.is_in("CLOSING")

    def last_ack(self) -> "Story":
        self.close_wait().calls("close").sends("FIN,ACK", self.mine, self.theirs + 1)
        return self.is_in("LAST-ACK")

    def time_wait(self) -> "Story":
        self.fin_wait_2().receives("FIN,ACK", self.theirs, self.mine + 1)
        self.sends("ACK", self.mine + 1, self.theirs + 1)
        return self.is_in("TIME-WAIT")

    @property
    def mine(self) -> int:
        """The number of the endpoint's first byte."""
        return self.iss + 1

    @property
    def theirs(self) -> int:
        """The number of the peer's first byte."""
        return self.irs + 1

    # ---- telling ------------------------------------------------------------------------------

    def told(self, problem: str) -> str:
        return "\n".join([*self.said, f"=> {problem}"])

    def _say(self, what: str) -> None:
        self.said.append(f"{self.now / 1_000_000:10.3f} s  {what}")

    def _drain(self) -> "Story":
        self.heard += self.tcb.events()
        for segment, reason in self.tcb.segments_to_send():
            why = reason.fill(
                seq=segment.seq, ack=segment.ack, length=len(segment.payload), window=segment.window
            )
            self._say(f"sends {segment}  because: {why} ({reason.source})")
            self._out.append(segment)
        for old, cause, new, _ in self.tcb.changes():
            self._say(f"{old} -> {new}  ({cause})")
            self.taken.append((old, cause, new))
        return self
