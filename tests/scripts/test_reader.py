"""What the lines of a script mean, and what is said of a line that cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab.errors import ScriptError
from portlab.packets import ACK, FIN, PSH, SYN, MaximumSegmentSize, NoOperation, Sack, WindowScale
from portlab.scripts import read
from portlab.scripts.lines import (
    Applied,
    Call,
    Either,
    Expected,
    Fields,
    IcmpLine,
    Injected,
    Name,
    Quoted,
    Script,
    Skipped,
    Stamp,
    TcpLine,
    Time,
    UdpLine,
)
from portlab.scripts.written import packet_written
from tests.scripts.ours import NAMES, text
from tests.scripts.strategies import PACKET


def only(line: str) -> Injected | Expected | Call | Skipped:
    (event,) = read(line).events
    return event


def packet(line: str) -> object:
    event = only(line)
    assert isinstance(event, Injected | Expected)
    return event.packet


# ---- times


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("0", Time(0)),
        ("1.5", Time(1_500_000)),
        ("+.1", Time(100_000, relative=True)),
        ("+0.000001", Time(1, relative=True)),
        ("*", Time(any_time=True)),
        ("0.1~0.3", Time(100_000, 300_000)),
        ("+.1~+.3", Time(100_000, 300_000, relative=True)),
    ],
)
def test_times(written: str, time: Time) -> None:
    event = only(f"{written} > . 1:1(0) ack 1")
    assert event.time == time


def test_a_call_may_say_until_when_it_waits() -> None:
    event = only("+.1...0.200 connect(3, ..., ...) = 0")
    assert isinstance(event, Call)
    assert (event.time, event.until) == (Time(100_000, relative=True), 200_000)


# ---- packets


def test_a_syn_with_its_options() -> None:
    assert packet("0 < S 0:0(0) win 32792 <mss 1000,nop,wscale 7>") == TcpLine(
        SYN, 0, 0, 0, 32792, options=(MaximumSegmentSize(1000), NoOperation(), WindowScale(7))
    )


def test_data_and_fin_with_everything_a_segment_can_say() -> None:
    line = "0 < (ttl 3) 5000 > 80 FP. 1:1001(1000) ack 7 win 9 urg 2 <sack 1:2 5:9,TS val 8 ecr 9>"
    assert packet(line) == TcpLine(
        FIN | PSH | ACK, 1, 1000, 7, 9, 2, (Sack(((1, 2), (5, 9))), Stamp(8, 9)), (5000, 80), 3
    )


def test_what_is_expected_may_leave_things_open() -> None:
    assert packet("0 > . 1:1(0) ack 1 <...>") == TcpLine(ACK, 1, 0, 1, None, options=None)
    assert packet("0 > . 1:1(0) ack 1 <TS val * ecr 7>") == TcpLine(
        ACK, 1, 0, 1, options=(Stamp(None, 7),)
    )


def test_an_injected_line_may_stand_right_behind_another() -> None:
    """The `<` of the second line does not begin the options of the first."""
    events = read("0 < . 1:1(0) ack 1 win 5\n+0 < . 1:1(0) ack 2 win 5").events
    assert [type(event) for event in events] == [Injected, Injected]


def test_sequence_numbers_go_round() -> None:
    line = packet("0 < . 4294967295:4(5) ack 1 win 5")
    assert isinstance(line, TcpLine)
    assert (line.seq, line.length) == (2**32 - 1, 5)


def test_udp_and_icmp() -> None:
    assert packet("0 < udp (100)") == UdpLine(100)
    assert packet("0 > udp 53 > 5000 (0)") == UdpLine(0, (53, 5000))
    assert packet("0 < icmp unreachable frag_needed mtu 800 [1:11(10)]") == IcmpLine(
        "unreachable", "frag_needed", 800, quoted=Quoted("tcp", 10, 1)
    )
    assert packet("0 > icmp echo_reply id 9 [raw (64)]") == IcmpLine(
        "echo_reply", identifier=9, raw=64
    )
    assert packet("0 > icmp unreachable port_unreachable [udp (7)]") == IcmpLine(
        "unreachable", "port_unreachable", quoted=Quoted("udp", 7)
    )


# ---- calls


def test_a_call_with_all_kinds_of_values() -> None:
    event = only(
        'setsockopt(3, A|B, [1, 0x10], {fd=4, {..., 40}}, htons(80), "a\\n" "b") = -1 '
        "EINVAL (Invalid argument)".join(["+0 ", ""])
    )
    assert isinstance(event, Call)
    assert event.arguments == (
        3,
        Either((Name("A"), Name("B"))),
        (1, 16),
        Fields((("fd", 4), ("", Fields((("", ...), ("", 40)))))),
        Applied("htons", 80),
        b"a\nb",
    )
    assert (event.result, event.errno) == (-1, "EINVAL")


def test_a_call_over_several_lines_is_quoted_as_one() -> None:
    event = only("+0 write(4, ...,   // the buffer\n   1000) = 1000")
    assert event.text == "+0 write(4, ..., 1000) = 1000"
    assert event.line == 1


# ---- what surrounds the lines


def test_comments_options_shell_lines_and_assertions() -> None:
    script = read(
        "// a comment\n--tolerance_usecs=7000\n--strict_segments\n`./defaults.sh`\n"
        "/* another\n   one */ 0 close(3) = 0\n+.1 %{ assert tcpi_rto == 1, tcpi_rto }%\n`end`\n"
    )
    assert script.options == (("tolerance_usecs", "7000"), ("strict_segments", ""))
    assert [event.line for event in script.events] == [4, 6, 7, 8]
    assert [one.kind for one in script.skipped] == ["shell line", "assertion", "shell line"]


def test_a_defined_word_stands_for_its_value() -> None:
    script = read("--define=MSS=1420\n--define=P=IPPROTO_TCP\n0 > S 0:0(0) <mss MSS>\n+0 f(P) = 0")
    first, second = script.events
    assert isinstance(first, Expected)
    assert isinstance(first.packet, TcpLine)
    assert first.packet.options == (MaximumSegmentSize(1420),)
    assert isinstance(second, Call)
    assert second.arguments == (Name("IPPROTO_TCP"),)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("0 < S 0:0(0) win 9 <mss 9,FO abcd1234>", "TCP Fast Open"),
        ("0 < SEW 0:0(0) win 9", "ECN"),
        ("0 < [ect0] . 1:1(0) ack 1 win 9", "the IP field 'ect0'"),
        ("0 < ipv4 1.1.1.1 > 2.2.2.2: gre: . 1:1(0) ack 1 win 9", "a packet inside another"),
        ("0 > . 1:1(0) ack 1 <md5 00>", "TCP's MD5 option"),
        ("--psp_udp_port=1000\n0 close(3) = 0", "PSP"),
    ],
)
def test_what_is_not_modelled_is_no_error(line: str, what: str) -> None:
    beyond = read(f"// one line of comment\n{line}").beyond
    assert beyond is not None
    assert str(beyond) == f"line 2 uses {what}"


# ---- what cannot be read


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("+0 > S 0:0(0) ack", 18, "expected the acknowledgment number"),
        ("+0 < S 0:0(0)", 14, "An injected segment has to say its window"),
        ("+0 > . 1:1001(999) ack 1", 8, "Write 1:1000(999)"),
        ("+0 > X. 1:1(0)", 6, "there is no flag 'X'"),
        ("+0 > . 1:1(0) ack 1 <mss 70000>", 26, "Write a number from 0 to 65535"),
        ("+0 > . 1:1(0) ack 1 <ms 1>", 22, "The options are mss, wscale"),
        ("+0 < . 1:1(0) win 1 <...>", 21, "Write them out, or leave <...> away"),
        ("+0 < . 1:1(0) ack 5000000000 win 1", 19, "32 bits cannot hold"),
        ("+0 > . 1:1(0) <sack>", 16, "one to four blocks"),
        ("+0 > . 1:1(0) <TS val 1 ecr 1,TS val 1 ecr 1,TS val 1 ecr 1,TS val 1 ecr 1,mss 1>",
         15, "more than 40 bytes"),
        ("close(3) = 0", 1, "expected the time of a line"),
        ("+0 close(3)", 12, "and what the call returns"),
        ("+0 close(3 = 0", 12, "expected ',' or ')'"),
        ("+0 close(3) = ", 15, "expected a value"),
        ("* close(3) = 0", 3, "Only what the host sends may come at any time"),
        ("+.3~+.1 > . 1:1(0)", 2, "ends before it begins"),
        ("+99999 close(3) = 0", 2, "to 10000 seconds at most"),
        ("-1 close(3) = 0", 1, "Time goes forward"),
        ("+0 > icmp nonsense", 11, "a type of ICMP message"),
        ('+0 write(4, "abc', 13, "begins text in quotes that never ends"),
        ("+0 %{ assert 1", 4, "begins an assertion that never ends"),
        ("--define=MSS\n0 close(3) = 0", 1, "Write --define=NAME=VALUE"),
        ("+0 f(" + "[" * 30 + "1" + "]" * 30 + ") = 0", 27, "brackets deep"),
        ("// nothing", 11, "no line that does anything"),
    ],
)  # fmt: skip
def test_an_error_says_where_and_what_to_try(line: str, column: int, said: str) -> None:
    with pytest.raises(ScriptError, match=r"^script\.pkt, line 3, column ") as caught:
        read(f"// a comment\n\n{line}", "script.pkt")
    assert said in str(caught.value)
    assert (caught.value.line, caught.value.column) == (3, column), str(caught.value)


def test_what_is_no_text_is_no_script() -> None:
    with pytest.raises(ScriptError, match="not text in UTF-8"):
        read(b"\xff\xfe\x00")


def script_or_error(given: str | bytes) -> Script | ScriptError:
    try:
        return read(given)
    except ScriptError as error:
        return error


@given(st.text() | st.binary())
def test_any_text_and_any_bytes_are_a_script_or_an_error(given: str | bytes) -> None:
    came = script_or_error(given)
    assert isinstance(came, Script) or str(came).endswith(".")


@given(st.data())
def test_a_script_with_a_slip_in_it_is_a_script_or_an_error(data: st.DataObject) -> None:
    """Random text rarely comes far; a real script that lost or doubled something does."""
    whole = text(data.draw(st.sampled_from(NAMES)))
    first, second = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 2)))
    slip = data.draw(st.text(alphabet='0:()<>[]{}.,|=*+~-"`%/ aS\n', max_size=3))
    came = script_or_error(whole[:first] + slip + whole[second:])
    assert isinstance(came, Script) or came.line > 0


@given(PACKET)
def test_what_is_written_is_read_again(line: object) -> None:
    assert packet(f"+0 > {packet_written(line)}") == line  # type: ignore[arg-type]


@pytest.mark.parametrize("behind", ["", "\n", "\n\n+0 > . 1:1(0) ack 1\n"])
def test_what_is_not_closed_is_reported_where_it_should_have_been(behind: str) -> None:
    text = f"// an open bracket\n0 < S 0:0(0) win 9 <mss 1000{behind}"
    with pytest.raises(ScriptError) as told:
        read(text)
    found = "the end of the line" if behind else "the end of the script"
    assert (told.value.line, told.value.column) == (2, 29)
    assert f"expected ',' or '>' behind an option, found {found}" in str(told.value)
