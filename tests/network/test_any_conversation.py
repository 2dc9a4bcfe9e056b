"""Two programs do whatever they like on whatever line, and TCP's promise holds.

Hypothesis draws what each side does (send, wait, stop sending, stop reading, close, abort) and what
the line does to the packets. Each side then reads the other's stream to its end, unless it said
that it would not. Whatever happens: what arrives is the beginning of what was sent, each byte once
and in order; all of it arrives, or the program that waits for it is told; what one end knows does
not contradict the other; and in virtual time everything comes to its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portlab import Lab
from portlab.errors import ConnectError, ConnectionAborted, TimedOut
from portlab.host import Connection
from portlab.tcp import Config
from tests.network.test_any_wire import TABLE, faults, links

PATIENCE = 3000.0
"""Virtual seconds: longer than TCP goes on trying, so that a time-out here is a promise broken."""

ENDED = {"CLOSED", "TIME-WAIT"}

sizes = st.sampled_from([0, 1, 999, 1460, 1461, 5000, 40_000])
moves = st.one_of(
    st.tuples(st.just("send"), sizes),
    st.tuples(st.just("wait"), st.sampled_from([0.001, 0.1, 1.5])),
    st.tuples(st.just("receive"), st.sampled_from([1, 1000, 65_536])),
    st.tuples(st.sampled_from(["shutdown", "close", "abort"]), st.just(0)),
)
configs = st.builds(
    Config,
    mss=st.sampled_from([88, 536, 1460]),
    receive_buffer=st.sampled_from([500, 3000, 20_000, 1 << 18]),
    window_scale=st.booleans(),
    sack=st.booleans(),
    timestamps=st.booleans(),
    nagle=st.booleans(),
    delayed_ack=st.booleans(),
)
conversations = st.lists(st.tuples(st.sampled_from([0, 1]), moves), max_size=12)


@dataclass
class End:
    """One side: what it sent, what it got, and how it learned that there is no more."""

    connection: Connection
    stream: Iterator[int]
    sent: bytearray = field(default_factory=bytearray)
    got: bytearray = field(default_factory=bytearray)
    told: str | None = None  # "reset": TCP said so; "stopped": its own doing
    whole: bool = False  # it has seen the peer's FIN
    shut: bool = False

    def do(self, lab: Lab, move: str, amount: float) -> None:
        if self.told:
            return
        try:
            if move == "send" and not self.shut:
                data = bytes(next(self.stream) for _ in range(int(amount)))
                self.sent += data
                self.connection.send(data)
            elif move == "wait":
                lab.run(amount)
            elif move == "receive" and not self.whole:
                self._take(int(amount), 0.5)
            elif move == "shutdown" and not self.shut:
                self.shut = True
                self.connection.shutdown()
            elif move == "close":
                self.told = "stopped"
                self.connection.close()
            elif move == "abort":
                self.told = "stopped"
                self.connection.abort()
        except ConnectionAborted:
            self.told = "reset"

    def read_to_the_end(self) -> None:
        if self.told:
            return
        try:
            while not self.whole:
                self._take(65_536, PATIENCE)
        except ConnectionAborted:
            self.told = "reset"
        except TimedOut:
            raise AssertionError("it waits for ever, and nobody told it") from None

    def _take(self, limit: int, timeout: float) -> None:
        try:
            data = self.connection.receive(limit, timeout=timeout)
        except TimedOut:
            if timeout == PATIENCE:
                raise
            return
        assert len(data) <= limit
        self.got += data
        self.whole = not data


def _bytes(step: int) -> Iterator[int]:
    """A stream in which no long part looks like another."""
    number = 0
    while True:
        yield from (number * step).to_bytes(4)
        number += 1


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32), links, faults, configs, configs, conversations)
def test_whatever_two_programs_and_a_line_do(
    seed, link, faults, one_tcp, other_tcp, conversation
) -> None:
    with Lab(seed=seed, link=link, faults=faults) as lab:
        server, client = lab.hosts("server", "client")
        server.config, client.config = one_tcp, other_tcp
        listener = server.listen(80)
        try:
            near = End(client.connect(server, 80), _bytes(2_654_435_761 % 2**16))
            far = End(listener.accept(timeout=PATIENCE), _bytes(40_503 % 2**15))
        except (ConnectError, TimedOut):
            assert link.loss or faults, "nothing was lost, and yet nobody met"
            return
        ends = near, far
        for side, (move, amount) in conversation:
            ends[side].do(lab, move, amount)
        for end in ends:
            end.do(lab, "shutdown", 0)
        for end in ends:
            end.read_to_the_end()
        lab.run()

        for one, other in (ends, ends[::-1]):
            assert other.sent.startswith(one.got), "bytes lost, doubled or out of order"
            if one.whole:
                assert one.got == other.sent, "the end of the stream came too early"
            else:
                assert one.told, "it neither saw the end nor was told"
            if one.told == "reset":
                ended_by = other.told == "stopped" or other.told == "reset"
                assert ended_by or link.loss or faults, "a reset out of nowhere"
        seen = {(change.old, change.event, change.new) for change in lab.trace.changes}
        assert seen <= TABLE
        if not (link.loss or link.reorder or link.duplicate or link.rate or faults):
            fins = [r.src for r in lab.trace if r.segment and r.segment.has_fin]
            assert len(fins) == len(set(fins)), "a FIN was sent twice on a perfect line"
        assert not [row for row in client.sockets() if row.state not in ENDED | {"FIN-WAIT-2"}]
