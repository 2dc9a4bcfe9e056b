"""The eleven states and the one table of how TCP moves between them (RFC 9293 3.3.2, figure 5).

The machine asks this table where to go: a move that is not written here cannot happen. The state
diagram is drawn from it, and a test drives every row. What figure 5 leaves out for legibility
(resets, aborts and giving up) is here.
"""

from dataclasses import dataclass
from enum import StrEnum

from portlab.packets.reason import Reason


class State(StrEnum):
    """RFC 9293 3.3.2. They print as the RFC writes them."""

    CLOSED = "CLOSED"
    LISTEN = "LISTEN"
    SYN_SENT = "SYN-SENT"
    SYN_RECEIVED = "SYN-RECEIVED"
    ESTABLISHED = "ESTABLISHED"
    FIN_WAIT_1 = "FIN-WAIT-1"
    FIN_WAIT_2 = "FIN-WAIT-2"
    CLOSE_WAIT = "CLOSE-WAIT"
    CLOSING = "CLOSING"
    LAST_ACK = "LAST-ACK"
    TIME_WAIT = "TIME-WAIT"


class Cause(StrEnum):
    """What moves a connection: calls of the program, segments that came, time that passed."""

    PASSIVE_OPEN = "passive OPEN"
    ACTIVE_OPEN = "active OPEN"
    SEND = "SEND"
    CLOSE = "CLOSE"
    ABORT = "ABORT"
    SYN = "rcv SYN"
    NEW_SYN = "rcv another SYN"
    SYN_ACK = "rcv SYN,ACK"
    ACK_OF_SYN = "rcv ACK of SYN"
    FIN = "rcv FIN"
    ACK_OF_FIN = "rcv ACK of FIN"
    RST = "rcv RST"
    UNREADABLE = "rcv data after CLOSE"
    UNREACHABLE = "rcv ICMP hard error"
    GIVE_UP = "last retry unanswered"
    NO_ANSWER = "keep-alive unanswered"
    TWO_MSL = "timeout 2 MSL"


@dataclass(frozen=True, slots=True)
class Transition:
    """In `state`, `cause` leads to `new` where `guard` holds (always, if it is empty)."""

    state: State
    cause: Cause
    guard: str
    new: State
    reason: Reason


PASSIVE = "opened passively"
ACTIVE = "opened actively"


def _table() -> tuple[Transition, ...]:
    s, c = State, Cause

    def row(
        state: State, cause: Cause, new: State, section: str, why: str, guard: str = ""
    ) -> Transition:
        return Transition(state, cause, guard, new, Reason(9293, section, why))

    opening = [
        row(s.CLOSED, c.PASSIVE_OPEN, s.LISTEN, "3.10.1", "A program waits for callers."),
        row(s.CLOSED, c.ACTIVE_OPEN, s.SYN_SENT, "3.10.1", "A program calls: a SYN goes out."),
        row(s.LISTEN, c.ACTIVE_OPEN, s.SYN_SENT, "3.10.1", "The waiting program calls instead."),
        row(s.LISTEN, c.SEND, s.SYN_SENT, "3.10.2", "Data for a named peer makes it a call."),
        row(s.LISTEN, c.SYN, s.SYN_RECEIVED, "3.10.7.2", "A caller's SYN came: answer SYN,ACK."),
        row(s.LISTEN, c.CLOSE, s.CLOSED, "3.10.4", "Nobody called; nothing needs to be sent."),
        row(s.LISTEN, c.ABORT, s.CLOSED, "3.10.5", "Nobody called; nothing needs to be sent."),
        row(
            s.SYN_SENT,
            c.SYN_ACK,
            s.ESTABLISHED,
            "3.10.7.3",
            "Our SYN is acknowledged and the peer's SYN is here: both numberings are known.",
        ),
        row(
            s.SYN_SENT,
            c.SYN,
            s.SYN_RECEIVED,
            "3.10.7.3",
            "The peer called at the same time: its SYN crossed ours.",
        ),
        row(s.SYN_SENT, c.RST, s.CLOSED, "3.10.7.3", "The call was refused."),
        row(s.SYN_SENT, c.CLOSE, s.CLOSED, "3.10.4", "The program hung up before an answer."),
        row(
            s.SYN_SENT,
            c.UNREACHABLE,
            s.CLOSED,
            "3.9.2.2",
            "The network says that the peer can never be reached this way.",
        ),
        row(
            s.SYN_RECEIVED,
            c.ACK_OF_SYN,
            s.ESTABLISHED,
            "3.10.7.4",
            "Our SYN is acknowledged: both sides have agreed.",
        ),
        row(
            s.SYN_RECEIVED,
            c.RST,
            s.LISTEN,
            "3.10.7.4",
            "The caller took it back, so wait for the next one.",
            PASSIVE,
        ),
        row(s.SYN_RECEIVED, c.RST, s.CLOSED, "3.10.7.4", "The call was refused.", ACTIVE),
        row(
            s.SYN_RECEIVED,
            c.NEW_SYN,
            s.LISTEN,
            "3.10.7.4",
            "Another SYN in the window: the first was stale, so wait again.",
            PASSIVE,
        ),
        row(s.SYN_RECEIVED, c.CLOSE, s.FIN_WAIT_1, "3.10.4", "Close before the last ACK: FIN."),
    ]
    closing = [
        row(s.ESTABLISHED, c.CLOSE, s.FIN_WAIT_1, "3.10.4", "We have no more to send: FIN."),
        row(s.ESTABLISHED, c.FIN, s.CLOSE_WAIT, "3.10.7.4", "The peer has no more to send."),
        row(s.FIN_WAIT_1, c.ACK_OF_FIN, s.FIN_WAIT_2, "3.10.7.4", "The peer knows we are done."),
        row(
            s.FIN_WAIT_1,
            c.FIN,
            s.CLOSING,
            "3.10.7.4",
            "Both sides closed at once: the FINs crossed.",
        ),
        row(
            s.FIN_WAIT_2,
            c.FIN,
            s.TIME_WAIT,
            "3.10.7.4",
            "Both directions are done. Wait, in case our last ACK is lost.",
        ),
        row(s.CLOSE_WAIT, c.CLOSE, s.LAST_ACK, "3.10.4", "Now we have no more either: FIN."),
        row(
            s.CLOSING,
            c.ACK_OF_FIN,
            s.TIME_WAIT,
            "3.10.7.4",
            "Both FINs are acknowledged. Wait for stray segments to die out.",
        ),
        row(s.LAST_ACK, c.ACK_OF_FIN, s.CLOSED, "3.10.7.4", "The peer knows we are done."),
        row(s.TIME_WAIT, c.TWO_MSL, s.CLOSED, "3.10.8", "Every stray segment has died out."),
    ]
    synchronized = (s.ESTABLISHED, s.FIN_WAIT_1, s.FIN_WAIT_2, s.CLOSE_WAIT)
    ending = (s.CLOSING, s.LAST_ACK, s.TIME_WAIT)
    resets = [
        row(state, c.RST, s.CLOSED, "3.10.7.4", "The peer reset the connection.")
        for state in (*synchronized, *ending)
    ]
    aborts = [
        row(state, c.ABORT, s.CLOSED, "3.10.5", "The program aborts: everything is forgotten.")
        for state in (s.SYN_SENT, s.SYN_RECEIVED, *synchronized, *ending)
    ]
    unreadable = [
        row(
            state,
            c.UNREADABLE,
            s.CLOSED,
            "3.6.1",
            "Data came and the program that could read it is gone.",
        )
        for state in (s.FIN_WAIT_1, s.FIN_WAIT_2)
    ]
    timeouts = [
        row(state, c.GIVE_UP, s.CLOSED, "3.8.3", "No acknowledgment after the last retry.")
        for state in (
            s.SYN_SENT,
            s.SYN_RECEIVED,
            s.ESTABLISHED,
            s.FIN_WAIT_1,
            s.CLOSE_WAIT,
            s.CLOSING,
            s.LAST_ACK,
        )
    ]
    silent = [
        row(state, c.NO_ANSWER, s.CLOSED, "3.8.4", "No answer to the last keep-alive probe.")
        for state in (s.ESTABLISHED, s.FIN_WAIT_2, s.CLOSE_WAIT)
    ]
    return (*opening, *closing, *resets, *aborts, *unreadable, *timeouts, *silent)


TRANSITIONS = _table()
"""Every move TCP can make."""

BY_CAUSE = {(t.state, t.cause, t.guard): t for t in TRANSITIONS}
"""The same rows, found by (state, cause, guard)."""
