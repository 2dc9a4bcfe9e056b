"""What playing a script gives: when it passes, and what is said when it does not."""

import pytest
from hypothesis import given, settings

from portlab.scripts import Assumed, Outcome, play
from portlab.scripts.outcome import summary
from tests.scripts.strategies import SCRIPT

LISTEN = """
0   socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0  bind(3, ..., ...) = 0
+0  listen(3, 1) = 0
"""
OPEN = (
    LISTEN
    + """
+0  < S 0:0(0) win 65535 <mss 1000>
+0  > S. 0:0(0) ack 1 <mss 1460>
+0  < . 1:1(0) ack 1 win 65535
+0  accept(3, ..., ...) = 4
"""
)


def fails(script: str, **options: object) -> Outcome:
    outcome = play(script, **options)  # type: ignore[arg-type]
    assert outcome.status == "fail", outcome.report()
    return outcome


def passes(script: str, **options: object) -> Outcome:
    outcome = play(script, **options)  # type: ignore[arg-type]
    assert outcome.passed, outcome.report()
    return outcome


def said(outcome: Outcome) -> list[str]:
    return [str(difference) for difference in outcome.differences]


# ---- the packets


@pytest.mark.parametrize(
    ("line", "difference"),
    [
        ("+0 > . 0:0(0) ack 1 <...>", "flags: expected ., seen S."),
        ("+0 > S. 0:0(0) ack 2 <...>", "ack: expected 2, seen 1"),
        ("+0 > S. 0:10(10) ack 1 <...>", "length: expected 10 bytes, seen 0 bytes"),
        ("+0 > S. 0:0(0) ack 1 win 9 <...>", "win: expected 9, seen 65535"),
        ("+0 > S. 0:0(0) ack 1 urg 1 <...>", "urg: expected 1, seen 0"),
        ("+0 > S. 0:0(0) ack 1", "options: expected none, seen <mss 1460>"),
        ("+0 > S. 0:0(0) ack 1 <mss 9>", "options: expected <mss 9>, seen <mss 1460>"),
        ("+0 > (ttl 9) S. 0:0(0) ack 1 <...>", "TTL: expected 9, seen 64"),
        ("+.5 > S. 0:0(0) ack 1 <...>",
         "time: expected at 0.5 s (give or take 0.004 s), seen at 0 s"),
        ("+.5~+.7 > S. 0:0(0) ack 1 <...>",
         "time: expected from 0.5 to 0.7 s (give or take 0.004 s), seen at 0 s"),
    ],
)  # fmt: skip
def test_each_field_is_compared(line: str, difference: str) -> None:
    outcome = fails(f"{LISTEN}+0 < S 0:0(0) win 65535 <mss 1000>\n{line}\n")
    assert said(outcome) == [difference]
    assert (outcome.line, outcome.text) == (6, line)


def test_the_second_segment_is_counted_from_the_syn() -> None:
    outcome = fails(f"{OPEN}+0 write(4, ..., 10) = 10\n+0 > P. 2:12(10) ack 1\n")
    assert said(outcome) == ["seq: expected 2, seen 1"]
    assert outcome.seen == "P. 1:11(10) ack 1 win 65535"


def test_padding_of_options_is_the_senders_business_and_their_order_is_not() -> None:
    syn = LISTEN + "+0 < S 0:0(0) win 65535 <mss 1000,nop,nop,sackOK>\n"
    passes(f"{syn}+0 > S. 0:0(0) ack 1 <nop,mss 1460,sackOK,eol>\n")
    passes(f"{syn}+0 > S. 0:0(0) ack 1 <mss 1460,nop,nop,sackOK>\n")
    outcome = fails(f"{syn}+0 > S. 0:0(0) ack 1 <sackOK,mss 1460>\n")
    assert said(outcome) == ["options: expected <sackOK,mss 1460>, seen <mss 1460,sackOK>"]


def test_all_numbers_count_from_the_syns_blocks_too() -> None:
    """Whatever number the script's own SYN has, and the host's."""
    for seed in range(3):
        passes(
            f"""{LISTEN}
+0 < S 4000000000:4000000000(0) win 65535 <mss 1000,nop,nop,sackOK>
+0 > S. 0:0(0) ack 4000000001 <...>
+0 < . 1:1(0) ack 1 win 65535
+0 accept(3, ..., ...) = 4
+0 < P. 101:201(100) ack 1 win 65535
+0 > . 1:1(0) ack 1 <nop,nop,sack 101:201>
+0 write(4, ..., 4000) = 4000
+0 > P. 1:4001(4000) ack 1
+0 < . 201:201(0) ack 1 win 65535 <nop,nop,sack 1001:4001>
+0 > . 1:1001(1000) ack 1
""",
            seed=seed,
        )


def test_a_packet_that_never_comes() -> None:
    outcome = fails(f"{OPEN}+0 > P. 1:11(10) ack 1\n")
    assert outcome.reason == "The host sent nothing, by 0 s or later."


def test_a_packet_that_comes_later_is_told_with_its_time() -> None:
    outcome = fails(
        f"{OPEN}+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+1 > P. 1:11(10) ack 1"
    )
    assert said(outcome) == ["time: expected at 1 s (give or take 0.004 s), seen at 0.2 s"]


def test_another_kind_of_packet_is_named() -> None:
    outcome = fails("0 < udp 5000 > 8080 (9)\n+0 > udp 8080 > 5000 (9)\n")
    assert "the host sent 0 > (ttl 64) icmp unreachable port_unreachable" in outcome.reason


def test_segments_that_follow_each_other_may_be_written_as_one() -> None:
    write = (
        f"{OPEN}+0 write(4, ..., 2500) = 2500\n+0 setsockopt(4, SOL_TCP, TCP_NODELAY, [1], 4) = 0\n"
    )
    passes(f"{write}+0 > P. 1:2501(2500) ack 1\n")
    outcome = fails(f"--strict_segments\n{write}+0 > P. 1:2501(2500) ack 1\n")
    assert "length: expected 2,500 bytes, seen 1,000 bytes" in said(outcome)


def test_the_tolerance_is_the_scripts_to_set() -> None:
    late = f"{OPEN}+0 write(4, ..., 10) = 10\n+0 > P. 1:11(10) ack 1\n+.19 > P. 1:11(10) ack 1\n"
    assert said(fails(late))[0].startswith("time")
    passes(f"--tolerance_usecs=10000\n{late}")


def test_what_no_line_speaks_of_is_told() -> None:
    outcome = passes(f"{OPEN}+0 write(4, ..., 10) = 10\n")
    assert outcome.unasked == ("0 > (ttl 64) 8080 > 50000 P. 1:11(10) ack 1 win 65535",)


# ---- timestamps


STAMPS = f"""{LISTEN}
+0 < S 0:0(0) win 65535 <mss 1000,sackOK,TS val 10 ecr 0>
+0 > S. 0:0(0) ack 1 <mss 1460,sackOK,TS val 100 ecr 10>
+.1 < . 1:1(0) ack 1 win 65535 <nop,nop,TS val 20 ecr 100>
+0 accept(3, ..., ...) = 4
+.2 write(4, ..., 10) = 10
"""


def test_timestamps_are_the_scripts_own_and_count_on_from_the_first() -> None:
    passes(
        f"--tcp_ts_tick_usecs=1000\n{STAMPS}+0 > P. 1:11(10) ack 1 <nop,nop,TS val 400 ecr 20>\n"
    )
    outcome = fails(
        f"--tcp_ts_tick_usecs=1000\n{STAMPS}+0 > P. 1:11(10) ack 1 <nop,nop,TS val 500 ecr 20>\n"
    )
    assert said(outcome) == ["options: expected <TS val 500 ecr 20>, seen <TS val 400 ecr 20>"]


def test_without_a_tick_the_value_is_open_and_the_echo_is_not() -> None:
    passes(f"{STAMPS}+0 > P. 1:11(10) ack 1 <nop,nop,TS val 9 ecr 20>\n")
    outcome = fails(f"{STAMPS}+0 > P. 1:11(10) ack 1 <nop,nop,TS val 9 ecr 10>\n")
    assert said(outcome) == ["options: expected <TS val 9 ecr 10>, seen <TS val 400 ecr 20>"]


def test_an_echo_of_what_was_never_sent_cannot_be_injected() -> None:
    script = f"{STAMPS}+0 > P. 1:11(10) ack 1 <...>\n"
    line = "+0 < . 1:1(0) ack 11 win 9 <nop,nop,TS val 30 ecr 400>\n"
    outcome = fails(script + line)
    assert "echoes the timestamp 400" in outcome.reason
    passes(f"--tcp_ts_ecr_scaled\n{script}{line}")


# ---- the calls


def test_a_call_that_returns_something_else() -> None:
    outcome = fails(f"{OPEN}+0 write(4, ..., 10) = 11\n")
    assert said(outcome) == ["result: expected 11, seen 10"]


def test_an_error_is_compared_by_name() -> None:
    script = "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 read(3, ..., 10) = -1 {}\n"
    passes(script.format("ENOTCONN (Transport endpoint is not connected)"))
    passes(script.format(""))
    outcome = fails(script.format("EBADF"))
    assert said(outcome) == ["result: expected -1 EBADF, seen -1 ENOTCONN"]


def test_a_call_that_would_wait_needs_a_time() -> None:
    outcome = fails(f"{LISTEN}+0 accept(3, ..., ...) = 4\n")
    assert "Say until when it may, as in +0...0.5 accept(...)." in outcome.reason


def test_a_call_that_waits_returns_when_the_script_says() -> None:
    script = f"{OPEN}+0...{{}} read(4, ..., 100) = 10\n+.1 < P. 1:11(10) ack 1 win 9\n"
    passes(script.format("0.1") + "+0 > . 1:1(0) ack 11\n")
    assert said(fails(script.format("0.3"))) == ["time: expected at 0.3 s, seen at 0.1 s"]
    outcome = fails(f"{OPEN}+0...0.05 read(4, ..., 100) = 10\n+.1 close(3) = 0\n")
    assert outcome.reason == "It should have returned by 0.05 s, and waits."
    assert outcome.line == 10


def test_what_is_read_may_be_quoted() -> None:
    script = f"{OPEN}+0 < P. 1:4(3) ack 1 win 9\n+0 > . 1:1(0) ack 4\n+0 read(4, {{}}, 9) = 3\n"
    passes(script.format('"\\0\\0\\0"'))
    assert "it read b'\\x00\\x00\\x00' instead of b'abc'" in fails(script.format('"abc"')).reason


def test_poll_and_getsockopt_say_what_they_put_out() -> None:
    poll = f"{OPEN}+0 poll([{{fd=4, events=POLLIN|POLLOUT, revents=POLLIN}}], 1, 0) = 1\n"
    assert "for descriptor 4 it saw POLLOUT" in fails(poll).reason
    option = f"{OPEN}+0 getsockopt(4, SOL_TCP, TCP_MAXSEG, [9], [4]) = 0\n"
    assert "TCP_MAXSEG is 1000 instead of 9" in fails(option).reason


@pytest.mark.parametrize(
    ("call", "what"),
    [
        ("epoll_create(1) = 4", "the system call epoll_create()"),
        ("setsockopt(3, SOL_TCP, TCP_CORK, [1], 4) = 0", "TCP_CORK in setsockopt()"),
        ("setsockopt(3, SOL_IP, IP_TOS, [4], 4) = 0", "SOL_IP in setsockopt()"),
        ("send(3, ..., 9, MSG_ZEROCOPY) = 9", "MSG_ZEROCOPY in send()"),
        ("socket(..., SOCK_RAW, IPPROTO_ICMP) = 5", "IPPROTO_ICMP in socket()"),
        ("write(3, NULL, 9) = -1 EFAULT", "an address that is none in write()"),
    ],
)
def test_what_the_host_lacks_is_skipped_before_anything_is_played(call: str, what: str) -> None:
    outcome = play(f"0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 4\n+0 {call}\n")
    assert outcome == Outcome("script", "skip", f"line 2 uses {what}")


def test_shell_lines_and_assertions_are_counted_and_never_run(tmp_path: object) -> None:
    outcome = passes(f"`touch {tmp_path}/made`\n0 close(9) = -1 EBADF\n+0 %{{ assert False }}%\n")
    assert outcome.skipped == 2
    assert outcome.report() == "pass  script (2 lines of shell or assertions not run)"
    assert not list(tmp_path.iterdir())  # type: ignore[attr-defined]


# ---- what is assumed of the host


def test_the_options_of_whoever_plays_it() -> None:
    call = """0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) {}
"""
    passes(call.format("win 65535 <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 8>"))
    other = Assumed(mss=1000, window=5000, wscale=0, sack=False, timestamps=False)
    passes(call.format("win 5000 <mss 1000,nop,wscale 0>"), assumed=other)
    six = Assumed(ip_version="ipv6")
    passes(call.format("<mss 1440,sackOK,TS val 7 ecr 0,nop,wscale 8>"), assumed=six)


def test_addresses_are_the_scripts_to_choose() -> None:
    outcome = passes(
        "--local_ip=10.1.0.1\n--remote_ip=10.2.0.2\n0 < S 0:0(0) win 9\n+0 > R. 0:0(0) ack 1\n"
    )
    assert outcome.trace is not None
    assert outcome.trace.hosts == {"10.1.0.1": "host", "10.2.0.2": "script"}


@pytest.mark.parametrize(
    "option",
    ["ip_version=ipv9", "tolerance_usecs=much", "local_ip=nowhere", "local_ip=fd00::1"],
)
def test_an_option_that_cannot_be_is_named(option: str) -> None:
    with pytest.raises(Exception, match=f"--{option.partition('=')[0]}="):
        play(f"--{option}\n0 close(3) = 0\n")


# ---- what comes of it


def test_the_story_so_far_is_a_ladder() -> None:
    report = fails(f"{OPEN}+0 write(4, ..., 10) = 10\n+0 > P. 1:12(11) ack 1\n").report()
    lines = report.split("\n")
    assert lines[0] == "fail  script"
    assert "line 11: +0 > P. 1:12(11) ack 1" in lines[1]
    assert "PSH,ACK seq=1 ack=1 len=10" in report
    assert "ESTABLISHED" in report


def test_the_trace_knows_the_hosts_own_numbers_and_states() -> None:
    outcome = passes(OPEN)
    assert outcome.trace is not None
    assert [record.flags for record in outcome.trace] == ["SYN", "SYN,ACK", "ACK"]
    assert outcome.trace[1].seq != 0
    assert [change.new for change in outcome.trace.changes] == ["SYN-RECEIVED", "ESTABLISHED"]


def test_the_summary_counts() -> None:
    outcomes = [Outcome("a", "pass"), Outcome("b", "fail"), Outcome("c", "pass")]
    assert summary(outcomes) == "2 passed, 1 failed, 0 skipped"


@settings(max_examples=300, deadline=None)
@given(SCRIPT)
def test_whatever_is_played_comes_to_an_outcome(script: str) -> None:
    outcome = play(script)
    assert outcome.status in ("pass", "fail", "skip")
    assert outcome.report()
    assert outcome.as_dict()["script"] == "script"


def test_a_line_that_is_due_before_the_one_above_is_met() -> None:
    """The timer of the SYN,ACK runs for a second; the next line says 0.5 s."""
    outcome = fails(
        f"{LISTEN}+0 < S 0:0(0) win 9\n* > S. 0:0(0) ack 1 <...>\n"
        "* > S. 0:0(0) ack 1 <...>\n0.5 close(3) = 0\n"
    )
    assert outcome.reason == "It is due at 0.5 s, and it is 1 s already."


@pytest.mark.parametrize(
    ("call", "errno"),
    [
        ("setsockopt(3, SOL_TCP, TCP_MAXSEG, [40], 4) = -1", "EINVAL"),
        ("setsockopt(3, SOL_TCP, TCP_KEEPIDLE, [0], 4) = -1", "EINVAL"),
        ('bind(3, {sa_family = AF_INET, sin_port = htons(1), sin_addr = inet_addr("9.9.9.9")}, 16)'
         " = -1", "EADDRNOTAVAIL"),
        ('connect(3, {sa_family = AF_INET6, sin_port = htons(1), sin_addr = inet_addr("fd00::2")},'
         " 28) = -1", "EAFNOSUPPORT"),
    ],
)  # fmt: skip
def test_arguments_that_cannot_be(call: str, errno: str) -> None:
    passes(f"0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n+0 {call} {errno}\n")
