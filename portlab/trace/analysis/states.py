"""The state of each end as an observer concludes it, packet by packet (RFC 9293 3.3.2).

A few facts decide: who has sent a SYN and a FIN, and which of them the other side has. When an end
sends, its acknowledgment number says what it has, and that is certain. When a packet goes to an
end, the observer takes it that it will arrive, and is wrong where it does not; the end's next
packet mends that.
"""

from dataclasses import dataclass
from typing import NamedTuple

from portlab.packets import ACK, FIN, SYN
from portlab.tcp.states import State

_HALF = 0x8000_0000
_MASK = 0xFFFF_FFFF


class States(NamedTuple):
    """Of both ends after record `record`; None for an end of which nothing is known."""

    record: int
    client: State | None
    server: State | None


@dataclass(slots=True)
class End:
    """What is known of one end. `syn` and `fin` are the numbers of those that it sent."""

    seen: bool = False
    syn: int | None = None
    fin: int | None = None
    has_syn: bool = False
    """It has the other side's SYN."""
    has_fin: bool = False
    syn_acked: bool = False
    fin_acked: bool = False
    asked: bool = False
    """It asked for the connection, and was not asked."""
    second: bool = False
    """It had the other side's FIN when it sent its own."""
    over: bool = False
    listens: bool = False
    """It waits again, because whoever asked took it back."""

    @property
    def state(self) -> State | None:
        if self.over:
            return State.LISTEN if self.listens else State.CLOSED
        if not self.seen:
            return None
        if not (self.has_syn and self.syn_acked):
            return State.SYN_RECEIVED if self.has_syn else State.SYN_SENT
        if self.fin is None:
            return State.CLOSE_WAIT if self.has_fin else State.ESTABLISHED
        if not self.has_fin:
            return State.FIN_WAIT_2 if self.fin_acked else State.FIN_WAIT_1
        if self.second:
            return State.CLOSED if self.fin_acked else State.LAST_ACK
        return State.TIME_WAIT if self.fin_acked else State.CLOSING

    @property
    def synchronized(self) -> bool:
        """Does it hold a connection that both sides have agreed on (RFC 9293 3.4)?"""
        return self.has_syn and self.syn_acked and not self.over

    @property
    def calm(self) -> bool:
        """Can nothing but a SYN, FIN or RST change its state?"""
        return self.synchronized and self.fin is None and not self.has_fin

    def settle(self) -> None:
        """It is found in mid-conversation, so it has been through the opening."""
        self.seen = self.has_syn = self.syn_acked = True

    def forget(self) -> None:
        """As if nothing had been before."""
        self.__init__()  # type: ignore[misc]

    def open_anew(self, seq: int) -> None:
        """It sends a SYN as if nothing had been before."""
        self.forget()
        self.seen = self.asked = True
        self.syn = seq


def follow(sender: End, target: End, flags: int, seq: int, ack: int, size: int) -> None:
    """Take in one segment from `sender` to `target` (no RST); `size` counts its SYN and FIN too.

    A gap before it is no matter of states: the observer takes it to be filled, until the target's
    next acknowledgment says that it is not.
    """
    sender.over = False  # whoever sends did not take in the RST that was on its way
    if flags & SYN:
        _open(sender, target, flags, seq)
        if not target.seen:
            return
    elif sender.syn is None and target.state is State.SYN_SENT and not _covers(ack, target.syn):
        sender.seen = False  # it speaks of a connection from before, of which nothing is known
        return
    for end in (sender, target):
        if not end.seen:
            end.settle()
    if flags & ACK:
        _acknowledge(sender, target, ack)
    if size and not flags & SYN:
        sender.syn_acked = True
    if flags & FIN:
        if sender.fin is None:
            sender.second = sender.has_fin
        sender.fin = (seq + size - 1) & _MASK
        sender.fin_acked = False  # or it would not say it again
        target.has_fin = True


def reset(sender: End, target: End, *, taken: bool) -> None:
    """Take in a RST; `taken` if its number is the one that the target waits for."""
    if sender.state is not State.SYN_SENT:
        # There it is an answer to something old, and the opening goes on (RFC 9293 3.10.7.3).
        sender.seen = sender.over = True
    if taken or not target.synchronized:
        target.listens = target.state is State.SYN_RECEIVED and not target.asked
        target.seen = target.over = True


def _open(sender: End, target: End, flags: int, seq: int) -> None:
    if target.over:
        target.forget()
    elif sender.syn == seq and target.syn is None:
        target.forget()  # it was asked before, and nothing came
        return
    sender.seen, sender.syn = True, seq
    sender.syn_acked = False
    if not flags & ACK:
        sender.asked, sender.has_syn = True, False
    target.seen = target.has_syn = True


def _acknowledge(sender: End, target: End, ack: int) -> None:
    sender.has_syn = True
    if not target.syn_acked:
        # A SYN that was not captured was sent all the same.
        target.syn_acked = target.syn is None or _covers(ack, target.syn)
    if target.fin is not None:
        target.fin_acked = target.fin_acked or _covers(ack, target.fin)
        sender.has_fin = _covers(ack, target.fin)


def _covers(ack: int, number: int | None) -> bool:
    """Does `ack` acknowledge the sequence number `number`?"""
    return number is not None and 0 < (ack - number) & _MASK < _HALF
