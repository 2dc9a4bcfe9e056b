"""Playing a scenario in one pairing, and what was on the wire in words."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import ndiff
from itertools import groupby

from portlab.packets import Segment
from portlab.tcp import Config
from tests.differential import scenarios
from tests.oracle.pump import WRAP, Pump
from tests.oracle.scenes import LINUX_RTO, wire

JUDGE = ("linux", "linux")
PAIRS = [("model", "linux"), ("linux", "model"), ("model", "model")]

SYSCTLS = {
    "window_scale": "net/ipv4/tcp_window_scaling",
    "sack": "net/ipv4/tcp_sack",
    "timestamps": "net/ipv4/tcp_timestamps",
}


@dataclass(frozen=True)
class Case:
    """A scenario with what the wire does to it, and what both TCPs are told to do.

    `options` switches what is on at both ends. `outline` gives other words than the usual.
    """

    scenario: Callable[[Pump], None]
    variant: str = ""
    faults: dict[int, str] = field(default_factory=dict)
    mss: int = 1460
    ipv6: bool = False
    options: dict[str, bool] = field(default_factory=dict)
    outline: Callable[[Pump], list[str]] | None = None
    model: dict[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        said = self.scenario.__name__.replace("_", " ")
        return f"{said}, {self.variant}" if self.variant else said


def play(case: Case, client: str, server: str) -> list[str]:
    """What was on the wire, as `> PSH,ACK seq=1 ack=1 len=5`; `>` is from the client."""
    options = {"window_scale": True, "sack": True, "timestamps": False, **case.options}
    config = Config(
        mss=case.mss,
        delayed_ack=False,
        initial_rto=LINUX_RTO if case.faults else Config().initial_rto,
        min_rto=LINUX_RTO,
        **options,
        **case.model,
    )
    sysctls = {SYSCTLS[name]: int(value) for name, value in options.items()}
    with wire(
        client,
        server,
        faults=case.faults,
        ipv6=case.ipv6,
        mtu=case.mss + 40,
        sysctls=sysctls,
        config=config,
    ) as pump:
        pump.mss = case.mss - 12 * options["timestamps"] - 20 * case.ipv6
        case.scenario(pump)
        struck = {seen.number for seen in pump.seen if seen.fault}
        assert struck >= set(case.faults), f"the wire did nothing\n{pump.story()}"
        return (case.outline or on_the_wire)(pump)


def in_words(segments: Iterable[tuple[int, Segment]]) -> list[str]:
    """Every new segment, with who sent it, and each side's numbers counted from its SYN.

    Left out is what depends on timers, and on how busy the computer is: an exact repetition, and
    a bare ACK of a part of what was sent by then (RFC 9293 3.8.6.3 asks for one for every second
    full segment at least). What is sent again in another form is not left out.
    """
    base: dict[int, int] = {}
    sent = {0: 0, 1: 0}
    lines: list[str] = []
    for me, segment in segments:
        peer = 1 - me
        if segment.has_syn:
            base.setdefault(me, segment.seq)
        seq = (segment.seq - base.get(me, 0)) % WRAP
        ack = (segment.ack - base.get(peer, 0)) % WRAP
        sent[me] = max(sent[me], (seq + segment.sequence_length) % WRAP)
        if segment.flag_names == "ACK" and not segment.payload and ack < sent[peer]:
            continue
        line = f"{'<' if me else '>'} {segment.flag_names} seq={seq}"
        if segment.has_ack:
            line += f" ack={ack}"
        if segment.payload:
            line += f" len={len(segment.payload)}"
        if line not in lines:
            lines.append(line)
    return lines


def on_the_wire(pump: Pump) -> list[str]:
    return in_words((seen.sender, seen.packet.payload) for seen in pump.seen)


def and_sent_again(pump: Pump) -> list[str]:
    """The same, and how often each side sent a segment again that is more than a bare ACK."""
    sent: Counter[tuple[int, int, int, bytes]] = Counter()
    for seen in pump.seen:
        one = seen.packet.payload
        if one.sequence_length:
            sent[seen.sender, one.seq, one.flags, one.payload] += 1
    again = {side: sum(n - 1 for (me, *_), n in sent.items() if me == side) for side in (0, 1)}
    return [*on_the_wire(pump), f"> {again[0]} times again", f"< {again[1]} times again"]


def counted(pump: Pump) -> list[str]:
    """The same with repetitions, as `3 times > SYN seq=0`."""
    lines = [in_words([(seen.sender, seen.packet.payload)])[0] for seen in pump.seen]
    return [f"{len(list(same))} times {line}" for line, same in groupby(lines)]


def unanswered(pump: Pump) -> list[str]:
    """How many segments a sender dares to send before the first acknowledgment."""
    data = {segment.seq for segment in pump.segments(0) if segment.payload}
    return [f"> {len(data)} segments at once"]


def turns(pump: Pump) -> list[str]:
    """What a closed window brings about, each turn once, for its sizes are each system's own.

    Told from when all that was under way has come to rest, with the window closed.
    """
    start = pump.segments(0)[0].seq
    ends = [
        (seen.packet.payload.seq + seen.packet.payload.sequence_length - start) % WRAP
        for seen in pump.seen[: pump.quiet_from]
        if seen.sender == 0
    ]
    lines: list[str] = []
    for seen in pump.seen[pump.quiet_from :]:
        segment = seen.packet.payload
        assert isinstance(segment, Segment)
        if seen.sender == 1 and segment.window:
            return [*lines, "< the window opens"]
        if seen.sender == 1:
            line = "< still closed"
        elif (segment.seq + len(segment.payload) - start) % WRAP > max(ends):
            line = "> a probe: the next byte"
        else:
            line = "> a probe: an old number and no data"
            assert not segment.payload
        if line not in lines:
            lines.append(line)
    return lines


def changes(judge: list[str], trace: list[str]) -> tuple[str, ...]:
    """What `trace` lacks of the judge's lines (`-`) and has beside them (`+`), in order."""
    return tuple(line for line in ndiff(judge, trace) if line[0] in "+-")


PLAIN = [
    scenarios.hello,
    scenarios.the_server_closes_first,
    scenarios.nothing_is_said,
    scenarios.half_close,
    scenarios.close_at_once,
    scenarios.refused,
    scenarios.the_client_aborts,
    scenarios.the_server_aborts,
    scenarios.the_client_closes_with_unread_data,
    scenarios.the_server_closes_with_unread_data,
    scenarios.data_for_a_program_that_is_gone,
    scenarios.one_byte_more_than_a_segment,
]
PACKETS_OF_HELLO = 11
LOST_ONE_BY_ONE = {
    scenarios.hello: PACKETS_OF_HELLO,
    scenarios.the_server_closes_first: 9,
    scenarios.half_close: 13,
    scenarios.close_at_once: 7,
}
"""Each of their packets is lost in turn; how many there are."""

SYN_ACK = 2
"""Where this packet is lost, both ends wait for the same second: which of them is first, and so how
often each sends again, is no matter of TCP."""


def _lost(scenario: Callable[[Pump], None], number: int) -> Case:
    return Case(
        scenario,
        f"packet {number} lost",
        faults={number: "drop"},
        outline=None if number == SYN_ACK else and_sent_again,
    )


OTHER_FAULTS = {"double": "doubled", "swap": "overtaken", "late": "late"}


def cases() -> list[Case]:
    made = [Case(scenario) for scenario in PLAIN]
    for name in SYSCTLS:
        for on in (True, False):
            variant = f"{'with' if on else 'without'} {name.replace('_', ' ')}"
            made.append(Case(scenarios.two_segments_each_way, variant, options={name: on}))
    for mss in (536, 1000, 1460, 8960):
        made.append(Case(scenarios.two_segments_each_way, f"MSS {mss}", mss=mss))
    for scenario in (scenarios.hello, scenarios.refused, scenarios.two_segments_each_way):
        made.append(Case(scenario, "over IPv6", ipv6=True))
    for scenario, packets in LOST_ONE_BY_ONE.items():
        made += [_lost(scenario, number) for number in range(1, packets + 1)]
    for kind, word in OTHER_FAULTS.items():
        for number in range(1, PACKETS_OF_HELLO + 1):
            variant = f"packet {number} {word}"
            made.append(Case(scenarios.hello, variant, faults={number: kind}))
    made.append(Case(scenarios.much_at_once, outline=unanswered))
    made.append(Case(scenarios.nobody_answers, outline=counted))
    made.append(
        Case(scenarios.zero_window, outline=turns, model={"receive_buffer": scenarios.LITTLE})
    )
    return made
