"""The network: nodes, the wires between them, and the one loop that moves packets.

Only the Network loops, and only it owns what is still to come. It reads no clock either: whoever
drives it says how late it is. `run` drives it by the virtual clock, from one event to the next
with nothing in between; a wall clock asks `next_event` how long it may sleep and calls `run_until`
when it wakes. Every transmission becomes one Record, at the moment it is sent.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from heapq import heappop, heappush
from typing import Protocol

from portlab.errors import LimitReached, PortlabError
from portlab.network.acting import Acting
from portlab.network.addresses import is_loopback
from portlab.network.clock import SECOND
from portlab.network.faults import Fault
from portlab.network.link import Link, Passage, Wire
from portlab.network.many import is_for_many
from portlab.network.timers import Timers
from portlab.packets import Packet
from portlab.trace.record import Fate, Origin, Record, StateChange
from portlab.trace.snapshot import Noted

LOOPBACK_DELAY = 0.000010
"""Seconds from a host to itself: a kernel needs about as long, and time must go forward."""

MOST_SECONDS = 3600
MOST_EVENTS = 5_000_000
"""How long one call goes on at most, if it has no deadline and if things never stop happening."""


class Node(Protocol):
    """What the network connects. Times are microseconds; a node never reads a clock."""

    @property
    def name(self) -> str: ...

    @property
    def addresses(self) -> tuple[str, ...]: ...

    @property
    def origin(self) -> Origin:
        """What its packets are, for their Records: `modelled`, or `captured` from a kernel."""
        ...

    def receive(self, packet: Packet, now: int) -> None:
        """A packet has arrived."""
        ...

    def next_deadline(self) -> int | None:
        """When this node next wants `on_deadline`, whatever arrives before."""
        ...

    def on_deadline(self, now: int) -> None: ...

    def is_quiet(self) -> bool:
        """Whether all that it still waits for is to keep things alive."""
        ...


class Network:
    """Nodes and wires, the records of what they sent, and the events still to come."""

    def __init__(
        self, *, seed: int = 0, link: Link | None = None, faults: Iterable[Fault] = ()
    ) -> None:
        self.now = 0
        self.records: list[Record] = []
        self.changes: list[StateChange] = []
        self.noted: Noted = []
        """The variables of each connection's ends, after everything that may change them."""
        self.failures: list[PortlabError] = []
        """What went wrong inside a node, to be raised from the call that is waiting."""
        self._seed = seed
        self._link = link or Link()
        self._faults: dict[int, list[Fault]] = {}
        for fault in faults:
            self._faults.setdefault(fault.number, []).append(fault)
        self._nodes: list[Node] = []
        self._owners: dict[str, Node] = {}
        self._wires: dict[tuple[str, str], Wire] = {}
        # Packets on their way: arrival, the order they were sent in, who gets them.
        self._flying: list[tuple[int, int, Node, Packet]] = []
        self._order = 0
        self._timers: Timers[Node] = Timers()
        self._acting = False
        self._broken = False
        self._closed = False

    # ---- who is there, and what lies between them

    def add(self, node: Node) -> None:
        self._nodes.append(node)
        for address in node.addresses:
            self._owners[address] = node

    def own(self, name: str, address: str) -> None:
        """From now on what is sent to `address` is for the node `name`."""
        self._owners[address] = next(node for node in self._nodes if node.name == name)

    def wire(self, sender: str, receiver: str) -> Wire:
        """The way from one node, by name, to another.

        Its randomness is seeded by its ends, so a host more leaves all the others' luck alone.
        """
        wire = self._wires.get((sender, receiver))
        if wire is None:
            link = Link(delay=LOOPBACK_DELAY) if sender == receiver else self._link
            wire = Wire(link, f"{self._seed} {sender}>{receiver}")
            self._wires[sender, receiver] = wire
        return wire

    # ---- sending

    def send(
        self,
        sender: Node,
        packet: Packet,
        state: str | None = None,
        destination: str | None = None,
    ) -> None:
        """Put a packet on the wire now. `state` is the sender's TCP state after sending; who knows
        the `destination` without decoding the packet may say it.
        """
        if destination is None:
            destination = packet.dst
        if is_for_many(destination):
            self._send_to_all(sender, packet)
            return
        receiver = sender if is_loopback(destination) else self._owners.get(destination)
        if receiver is None:
            nowhere = (None, f"no host has {destination}")
            self._transmit(sender, packet, state, None, nowhere, "lost")
            return
        self._carry(sender, packet, state, receiver)

    def _send_to_all(self, sender: Node, packet: Packet) -> None:
        """As a switch does: a copy for every line but the sender's. Each host sees whether it
        wants it.

        A sender that listens itself would hear itself on many systems; that is not modelled.
        """
        others = [node for node in self._nodes if node is not sender]
        for receiver in others:
            self._carry(sender, packet, None, receiver, f"copy for {receiver.name}")
        if not others:
            nowhere = (None, "no other host is there")
            self._transmit(sender, packet, None, None, nowhere, "lost")

    def _carry(
        self, sender: Node, packet: Packet, state: str | None, receiver: Node, copy: str = ""
    ) -> None:
        fate: Fate = "delivered"
        wire = self.wire(sender.name, receiver.name)
        port = packet.dport if wire.link.filtered else None
        for passage in wire.carry(self.now, len(packet.raw), port):
            if copy:
                arrival, cause = passage
                passage = arrival, f"{copy}: {cause}" if cause else copy
            self._transmit(sender, packet, state, receiver, passage, fate)
            fate = "duplicate"

    def _transmit(
        self,
        sender: Node,
        packet: Packet,
        state: str | None,
        receiver: Node | None,
        passage: Passage,
        fate: Fate,
    ) -> None:
        number = len(self.records) + 1
        arrival, cause = passage
        doubled_by = None
        for fault in self._faults.get(number, ()):
            if arrival is None:
                break
            if fault.kind == "drop":
                arrival, cause = None, f"dropped on request: {fault}"
            elif fault.kind == "delay":
                arrival += round(fault.seconds * SECOND)
                cause = f"delayed on request: {fault}"
            else:
                doubled_by = fault
        self.records.append(
            Record(
                number,
                self.now,
                sender.origin,
                "lost" if arrival is None else fate,
                packet,
                arrival,
                cause,
                state,
            )
        )
        if arrival is None or receiver is None:
            return
        heappush(self._flying, (arrival, self._order, receiver, packet))
        self._order += 1
        if doubled_by:
            copy = (arrival, f"doubled on request: {doubled_by}")
            self._transmit(sender, packet, state, receiver, copy, "duplicate")

    # ---- the loop

    def next_event(self) -> int | None:
        """When something happens next, in microseconds; None if nothing ever will."""
        deadline = self._timers.next()
        if self._flying and (deadline is None or self._flying[0][0] <= deadline):
            return self._flying[0][0]
        return deadline

    def _step(self, time: int) -> None:
        """Let happen what `next_event` said is next, and move the clock to it.

        At one and the same time packets come before deadlines, and each in the order they were
        made.
        """
        if time > self.now:
            self.now = time
        if self._flying and self._flying[0][0] <= time:
            _, _, node, packet = heappop(self._flying)
            node.receive(packet, self.now)
        else:
            due = self._timers.due(time)
            if due is None:
                return
            node = due
            node.on_deadline(self.now)
        self._timers.set(node, node.next_deadline())
        self._surface()

    def _surface(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def run_until(self, now: int) -> None:
        """Let everything happen that is due by `now`, and set the clock to it."""
        with self.acting():
            self._run(lambda: False, now)

    def run(self, until: Callable[[], bool], deadline: int | None) -> bool:
        """Let things happen by the virtual clock, until `until()` is true.

        False if `deadline` came first; the clock then stands there. False also when nothing is
        left to happen, and without a deadline after an hour: TCP may probe a closed window for
        ever. Raises what went wrong inside a node, such as AppError, and LimitReached after five
        million events.
        """
        with self.acting():
            return self._run(until, deadline)

    def _run(self, until: Callable[[], bool], deadline: int | None) -> bool:
        self._surface()
        last = self.now + MOST_SECONDS * SECOND if deadline is None else deadline
        for _ in range(MOST_EVENTS):
            if until():
                return True
            time = self.next_event()
            if time is None or time > last:
                if deadline is not None:
                    self.now = max(self.now, deadline)
                return False
            self._step(time)
        raise self._restless()

    def run_to_quiet(self) -> None:
        """Let things happen until only keep-alive is left.

        Raises LimitReached after an hour of the network's time, or five million events.
        """
        if not self.run(self.is_quiet, None) and self.next_event() is not None:
            raise self._restless()

    def _restless(self) -> LimitReached:
        return LimitReached(
            "This lab does not come to rest: something in it goes on for ever, such as a program "
            "that wakes itself again and again, or TCP probing a window that nobody opens. It was "
            f"stopped at {self.now / SECOND:g} s. Give lab.run() a number of seconds, or close "
            "what keeps it busy."
        )

    @property
    def carries(self) -> bool:
        """Whether packets are on their way."""
        return bool(self._flying)

    def is_quiet(self) -> bool:
        return not self._flying and all(node.is_quiet() for node in self._nodes)

    # ---- its end

    def close(self) -> None:
        """Nothing can be done with this network any more; what it recorded stays."""
        self._closed = True

    @property
    def is_over(self) -> bool:
        """Closed, or torn out of a step half-way: time does not move here any more."""
        return self._closed or self._broken

    # ---- one at a time

    def acting(self, node: Node | None = None) -> AbstractContextManager[None]:
        """Entered by every call from outside while it changes anything, in `node` or elsewhere.

        Raises LabError when another call is inside already (from an app's session, or from a
        second thread), or was torn out half-way by an interrupt.
        """
        return Acting(self, node)
