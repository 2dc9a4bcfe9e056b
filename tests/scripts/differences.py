"""Where Linux does not do what a script of ours says, and why. The list is exact.

For each script: the line that is not met, what Linux sends there (flags and numbers), and the
reason. `NOT_PLAYED` are those that would take minutes of real time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """`line` is None where all lines are met, and Linux sends something more."""

    line: str | None
    seen: str
    why: str


DIFFERENCES = {
    "calls/keep-alive": Difference(
        None,
        "R. 1:1(0) ack 1",
        "After the last probe Linux takes leave with a RST; 9293 3.8.4 asks for none.",
    ),
    "challenge-acks/rationed": Difference(
        "> . 1:1(0) ack 101",
        ". 1:1(0) ack 1",
        "The model allows a connection ten in five seconds, the example of RFC 5961 7; Linux "
        "counts per host, and far more.",
    ),
    "closes/abort": Difference(
        "> R 1:1(0)",
        "R. 1:1(0) ack 1",
        "9293 3.10.5 aborts with a bare RST; Linux sets ACK as well.",
    ),
    "closes/unread-data": Difference(
        "> R 1:1(0)",
        "R. 1:1(0) ack 101",
        "9293 3.10.5 aborts with a bare RST; Linux sets ACK as well.",
    ),
    "closes/data-before-fin": Difference(
        "> . 1:1001(1000) ack 1",
        "P. 1:1001(1000) ack 1",
        "9293 3.9.1.2 asks for PSH where nothing more is queued; Linux sets it as well wherever "
        "more than half of the largest window was written.",
    ),
    "established/window": Difference(
        "> . 1001:2001(1000) ack 1",
        "P. 1001:2001(1000) ack 1",
        "As in closes/data-before-fin.",
    ),
    "icmp/host-unreachable-while-calling": Difference(
        "> . 1:1(0) ack 1",
        "R 1:1(0)",
        "9293 3.9.2.2 (MUST-56) lets a soft error end nothing; on Linux it ends a call.",
    ),
    "icmp/time-exceeded": Difference(
        "> . 1:1(0) ack 1",
        "R 1:1(0)",
        "As in icmp/host-unreachable-while-calling.",
    ),
    "listen/syn-fin": Difference(
        "> S. 0:0(0) ack 1 <mss 1460>",
        "nothing",
        "Linux drops what only a port scanner sends; 9293 3.10.7.2 answers the SYN.",
    ),
    "retransmission/syn": Difference(
        "> S 0:0(0) <...>",
        "S 0:0(0)",
        "6298 5.5 doubles the timer each time; Linux repeats a SYN four times at one second "
        "(tcp_syn_linear_timeouts) before it doubles.",
    ),
    "syn-received/another-syn": Difference(
        "> R 1:1(0)",
        "R. 0:0(0) ack 2",
        "9293 3.10.7.4, fourth: back to LISTEN without a RST; Linux keeps the RST of RFC 793.",
    ),
    "syn-sent/rst-of-something-never-sent": Difference(
        "> . 1:1(0) ack 1",
        "S 0:0(0)",
        "After an ACK of something never sent Linux repeats its SYN at once.",
    ),
    "syn-sent/syn-ack-of-something-never-sent": Difference(
        "> . 1:1(0) ack 1",
        "S 0:0(0)",
        "As in syn-sent/rst-of-something-never-sent.",
    ),
    "time-wait/data": Difference(
        None,
        ". 2:2(0) ack 2",
        "Linux acknowledges whatever takes up numbers; 9293 3.10.7.4, seventh, ignores it.",
    ),
    "time-wait/rst-in-the-window": Difference(
        "> . 2:2(0) ack 2",
        "nothing",
        "Linux keeps no window in TIME-WAIT; 9293 3.10.7.4, second, challenges in every state.",
    ),
    "time-wait/syn-of-a-new-connection": Difference(
        "> . 2:2(0) ack 2",
        "S. 2:2(0) ack 1000001",
        "Linux lets a new connection begin (9293 3.6.1, MAY-2); the model challenges every SYN.",
    ),
    "zero-window/acks-are-heard": Difference(
        "> S. 0:0(0) ack 1 win 2000 <mss 1460>",
        "S. 0:0(0) ack 1",
        "What SO_RCVBUF makes of the window is the system's own business; Linux counts what a "
        "packet costs in memory.",
    ),
    "zero-window/probe": Difference(
        "> . 1:2(1) ack 1",
        ". 0:0(0) ack 1",
        "9293 3.8.6.1 probes with one byte of new data; Linux with an old number and no data.",
    ),
}

NOT_PLAYED = {
    "time-wait/two-msl": "twelve minutes",
    "retransmission/give-up": "four minutes",
}
