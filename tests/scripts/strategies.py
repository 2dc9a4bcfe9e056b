"""Lines of scripts by chance: packets that can be written, and calls that make sense or do not."""

from hypothesis import strategies as st

from portlab.packets import MaximumSegmentSize, NoOperation, Sack, SackPermitted, WindowScale
from portlab.scripts.arguments import CALLS, KINDS, LEVELS, OPTIONS, PROTOCOLS
from portlab.scripts.lines import EndOfList, IcmpLine, Quoted, Stamp, TcpLine, UdpLine
from portlab.scripts.written import packet_written

U8, U16, U32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
PORTS = st.none() | st.tuples(U16, U16)
TTL = st.none() | U8
OPTION = st.one_of(
    st.just(NoOperation()),
    st.just(EndOfList()),
    st.just(SackPermitted()),
    st.builds(MaximumSegmentSize, U16),
    st.builds(WindowScale, U8),
    st.builds(Stamp, st.none() | U32, st.none() | U32),
    st.builds(Sack, st.lists(st.tuples(U32, U32), min_size=1, max_size=1).map(tuple)),
)
TCP = st.builds(
    TcpLine,
    st.integers(0, 63),
    U32,
    U16,
    st.just(0),
    st.none() | U16,
    U16,
    st.none() | st.lists(OPTION, max_size=3).map(tuple),
    PORTS,
    TTL,
) | st.builds(lambda ack: TcpLine(16, 1, 0, ack), U32)
QUOTED = st.builds(Quoted, st.just("udp"), U16) | st.builds(Quoted, st.just("tcp"), U16, U32)
ICMP = st.builds(
    IcmpLine,
    st.sampled_from(["unreachable", "echo_request", "time_exceeded", "packet_too_big", "type_9"]),
    st.none() | st.sampled_from(["port_unreachable", "code_1", "frag_needed"]),
    st.none() | U32,
    st.none() | U16,
    st.none() | QUOTED,
    st.none(),
    TTL,
)
UDP = st.builds(UdpLine, U16, PORTS, TTL)
PACKET = TCP | UDP | ICMP
PACKET_LINE = st.builds(lambda packet: f"+0 > {packet_written(packet)}", PACKET) | st.builds(
    lambda packet: f"+0 < {packet_written(packet)}", UDP | ICMP
)

# Small numbers meet what is there more often than large ones.
NUMBER = st.sampled_from(
    ["0", "1", "2", "3", "4", "5", "1000", "-1", "0x10", "...", "70000", "99999999999"]
)
NAMES = [
    "NULL",
    "O_RDWR|O_NONBLOCK",
    *sorted({"SHUT_WR", "F_SETFL", "F_GETFL"} | LEVELS | OPTIONS | KINDS | PROTOCOLS),
]
STRUCTURES = [
    "[1]",
    "[]",
    '"abc"',
    "{onoff=1, linger=0}",
    "[{fd=3, events=POLLIN, revents=0}]",
    "[{fd=4, events=POLLOUT}]",
    "[{...}]",
    '{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("192.0.2.1")}',
    '{sa_family = AF_INET6, sin_port = htons(70000), sin_addr = inet_addr("fd00::1")}',
    '{sa_family = AF_INET, sin_port = htons(80), sin_addr = inet_addr("nowhere")}',
]
ARGUMENT = NUMBER | st.sampled_from(NAMES) | st.sampled_from(STRUCTURES)
CALL = st.builds(
    lambda time, name, arguments, result: f"{time} {name}({', '.join(arguments)}) = {result}",
    st.sampled_from(["+0", "+.1", "+0...0.3", "+.2...5"]),
    st.sampled_from(sorted(CALLS)),
    st.lists(ARGUMENT, max_size=5),
    NUMBER,
)
SEGMENT = st.builds(
    lambda time, way, flags, seq, length, ack: (
        f"{time} {way} {flags} {seq}:{seq + length}({length}) ack {ack} win 2000"
    ),
    st.sampled_from(["+0", "+.1", "+1"]),
    st.sampled_from("<>"),
    st.sampled_from(["S", "S.", ".", "P.", "F.", "R", "R.", "-"]),
    st.sampled_from([0, 1, 2, 1001]),
    st.sampled_from([0, 1, 1000]),
    st.sampled_from([0, 1, 2, 1001]),
)
OTHER = st.sampled_from(
    [
        "+0 < udp (100)",
        "+0 > udp (100)",
        "+0 < icmp unreachable port_unreachable",
        "+0 > icmp type_3",
        "* > . 1:1(0) ack 1",
        "+0 < icmp echo_request id 3",
        "`true`",
        "+.1 %{ print(1) }%",
    ]
)
USUAL = st.sampled_from(
    [
        "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3",
        "+0 bind(3, ..., ...) = 0",
        "+0 listen(3, 1) = 0",
        "+0 < S 0:0(0) win 2000 <mss 1000>",
        "+0 > S. 0:0(0) ack 1 <...>",
        "+0 < . 1:1(0) ack 1 win 2000",
        "+0 accept(3, ..., ...) = 4",
        "+0 write(4, ..., 3000) = 3000",
    ]
)
SCRIPT = st.lists(CALL | SEGMENT | OTHER | USUAL | PACKET_LINE, min_size=1, max_size=14).map(
    "\n".join
)
