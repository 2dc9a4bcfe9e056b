"""Playing a script: line by line, in the host's own time.

Nothing here knows what kind of host it is. Time moves in `_let_pass` alone, and a call that waits
returns in there too.
"""

from dataclasses import dataclass, replace

from portlab.errors import PacketError
from portlab.packets import Segment
from portlab.scripts.awaited import Awaited
from portlab.scripts.comparing import Difference, asked_of, differences, late_or_early
from portlab.scripts.flow import Flow, Untranslatable
from portlab.scripts.flows import Flows
from portlab.scripts.lines import (
    Call,
    Event,
    Expected,
    Injected,
    PacketLine,
    Script,
    TcpLine,
    seconds,
)
from portlab.scripts.outcome import Outcome
from portlab.scripts.settings import Settings
from portlab.scripts.subject import HostUnderTest, Returned, Sent, Waiting
from portlab.scripts.wire import canonical, line_of, packet_for
from portlab.scripts.written import packet_written

_SAME_ERRNO = {"EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP"}
"""Two names of one number, on Linux."""


class _Failed(Exception):
    """A line was not met; it carries the Outcome but for what only the player knows."""

    def __init__(self, event: Event, reason: str = "", **more: object) -> None:
        super().__init__(reason)
        self.outcome = Outcome("", "fail", reason, event.line, event.text, **more)  # type: ignore[arg-type]


@dataclass(slots=True)
class _Pending:
    """A call that waits, and when it must return."""

    call: Call
    waiting: Waiting
    end: int


class Player:
    """Plays one script against one fresh host, once."""

    def __init__(self, script: Script, host: HostUnderTest, settings: Settings) -> None:
        self._script = script
        self._host = host
        self._settings = settings
        self._flows = Flows(settings)
        self._asked: set[int] = set()
        self._pending: _Pending | None = None
        self._last: Event | None = None
        self._last_due = 0

    def play(self) -> Outcome:
        skip = self._why_not()
        if skip is not None:
            return Outcome(self._script.name, "skip", skip)
        try:
            for event in self._script.events:
                self._do(event)
                self._last = event
            self._let_pass(self._host.now)
            self._await_pending()
        except _Failed as failed:
            return self._complete(failed.outcome)
        return self._complete(Outcome("", "pass"))

    def _why_not(self) -> str | None:
        if self._script.beyond is not None:
            return str(self._script.beyond)
        for call in self._script.calls:
            if what := self._host.lacks(call):
                return f"line {call.line} uses {what}"
        return None

    def _complete(self, outcome: Outcome) -> Outcome:
        unasked = [sent for n, sent in enumerate(self._host.sent) if n not in self._asked]
        return replace(
            outcome,
            script=self._script.name,
            skipped=len(self._script.skipped),
            unasked=tuple(map(self._written, unasked)),
            trace=self._host.trace(),
        )

    # ---- time

    def _due(self, event: Event) -> int:
        """When `event` is to happen. Injected packets one behind the other do not drift."""
        if event.time is None or event.time.any_time:
            return self._host.now
        if not event.time.relative:
            return event.time.start
        both = isinstance(event, Injected) and isinstance(self._last, Injected)
        return event.time.start + (self._last_due if both else self._host.now)

    def _let_pass(self, until: int, wanted: Awaited | None = None) -> None:
        """Let time pass to `until`, or until what is `wanted` has been sent."""
        while self._pending is not None:
            pending = self._pending
            # It is looked at when it should return, also if nothing happens then.
            stop = pending.end if self._host.now < pending.end < until else until
            self._host.wait(stop, lambda: _found(wanted) or self._pending_returns())
            if self._pending_returns():
                self._pending = None
                self._check(pending.call, pending.waiting.finish(), pending.end)
            elif self._host.now > pending.end + self._settings.tolerance:
                raise _Failed(
                    pending.call, f"It should have returned by {seconds(pending.end)} s, and waits."
                )
            elif stop == until or _found(wanted):
                return
        self._host.wait(until, lambda: _found(wanted))

    def _await_pending(self) -> None:
        """Only one call waits at a time; the next one comes after it."""
        if self._pending is not None:
            end = self._pending.end
            for stop in (end, end + self._settings.tolerance + 1):
                self._host.wait(max(stop, self._host.now), self._pending_returns)
            self._let_pass(self._host.now)

    def _pending_returns(self) -> bool:
        return self._pending is not None and self._pending.waiting.ready()

    # ---- events

    def _do(self, event: Event) -> None:
        if isinstance(event, Call):
            self._await_pending()
        due = self._due(event)
        if isinstance(event, Expected):
            self._expect(event, due)
        else:
            self._let_pass(due)
            now = self._host.now
            if now > due + self._settings.tolerance:
                raise _Failed(
                    event, f"It is due at {seconds(due)} s, and it is {seconds(now)} s already."
                )
            if isinstance(event, Injected):
                self._inject(event)
            elif isinstance(event, Call):
                self._call(event, due)
        self._last_due = due

    def _inject(self, event: Injected) -> None:
        try:
            flow = self._flows.of(event.packet, outbound=False)
            self._host.give(packet_for(event.packet, flow))
        except (Untranslatable, PacketError) as error:
            raise _Failed(event, f"This cannot be injected: {error}") from None

    def _call(self, call: Call, due: int) -> None:
        started = self._host.start(call)
        if not (isinstance(started, Returned) and started.errno not in (None, "EINPROGRESS")):
            number = call.arguments[0] if call.arguments else None
            if isinstance(number, int):
                self._flows.opened(call.name, self._host.ends(number))
        if call.until is None:
            if isinstance(started, Waiting):
                raise _Failed(
                    call,
                    "It waits, and the script does not let it: there is nothing to return yet. "
                    f"Say until when it may, as in +0...0.5 {call.name}(...).",
                )
            self._check(call, started, None)
            return
        end = call.until + (due - call.time.start)
        if isinstance(started, Waiting):
            self._pending = _Pending(call, started, end)
        else:
            self._check(call, started, end)

    def _check(self, call: Call, returned: Returned, end: int | None) -> None:
        """Hold what a call returned against what the script says, and when."""
        found: list[Difference] = []
        wanted = str(call.result) + (f" {call.errno}" if call.errno else "")
        any_result = call.result is ...
        same = call.result == returned.value and _errno(call.errno) in (
            None,
            _errno(returned.errno),
        )
        if not any_result and not same:
            found.append(Difference("result", wanted, str(returned)))
        if returned.wrong:
            raise _Failed(call, f"It returned {returned}, but {returned.wrong}.")
        tolerance, now = self._settings.tolerance, self._host.now
        if end is not None and abs(now - end) > tolerance:
            found.append(Difference("time", f"at {seconds(end)} s", f"at {seconds(now)} s"))
        if found:
            raise _Failed(call, differences=tuple(found))

    # ---- what the host must send

    def _expect(self, event: Expected, due: int) -> None:
        time, tolerance = event.time, self._settings.tolerance
        end = due if time.end is None else due - time.start + time.end
        try:
            flow = self._flows.of(event.packet, outbound=True)
            expected = canonical(event.packet, flow)
        except Untranslatable as error:
            raise _Failed(event, f"This cannot be expected: {error}") from None
        wanted = Awaited(self._host, self._flows, self._asked, expected, flow)
        patience = self._host.now + self._host.patience
        if not time.any_time:
            self._let_pass(end + tolerance, wanted)
        if wanted.found() is None:
            self._let_pass(patience, wanted)
        number = wanted.found()
        if number is None:
            raise _Failed(event, self._nothing(time.any_time, end))
        sent = self._host.sent[number]
        self._asked.add(number)
        seen = self._seen(sent, expected, flow)
        if isinstance(expected, TcpLine) and isinstance(seen, TcpLine):
            seen = self._joined(expected, seen, wanted, end + tolerance)
        tick = self._settings.stamp_tick
        found = differences(
            expected, seen, stamp_tolerance=None if tick is None else tolerance // tick
        )
        if late := late_or_early(event, due, end, sent.time, tolerance):
            found.append(late)
        if found:
            raise _Failed(
                event,
                expected=packet_written(event.packet),
                seen=packet_written(asked_of(seen, expected)),
                differences=tuple(found),
            )

    def _joined(self, expected: TcpLine, seen: TcpLine, wanted: Awaited, until: int) -> TcpLine:
        """Segments that follow each other as the one that a script expects: scripts count on
        network cards that cut (unless --strict_segments)."""
        while seen.length < expected.length and not self._settings.strict_segments:
            self._let_pass(until, wanted)
            number = wanted.found()
            if number is None:
                break
            after = self._seen(self._host.sent[number], expected, wanted.flow)
            follows = (seen.seq + seen.length) % 2**32
            if not isinstance(after, TcpLine) or after.seq != follows or not after.length:
                break
            self._asked.add(number)
            seen = replace(after, seq=seen.seq, length=seen.length + after.length)
        return seen

    def _seen(self, sent: Sent, expected: PacketLine, flow: Flow) -> PacketLine:
        payload = sent.packet.payload
        if isinstance(payload, Segment) and isinstance(expected, TcpLine):
            flow.matches(payload, expected)
        return line_of(sent.packet, flow)

    def _nothing(self, any_time: bool, end: int) -> str:
        unasked = [sent for n, sent in enumerate(self._host.sent) if n not in self._asked]
        waited = "however long one waits" if any_time else f"by {seconds(end)} s or later"
        if unasked:
            return f"No such packet was sent; the host sent {self._written(unasked[0])} instead."
        return f"The host sent nothing, {waited}."

    def _written(self, sent: Sent) -> str:
        try:
            line = packet_written(line_of(sent.packet, self._flows.whose(sent.packet)))
        except Untranslatable:
            line = str(sent.packet)
        return f"{seconds(sent.time)} > {line}"


def _found(wanted: Awaited | None) -> bool:
    return wanted is not None and wanted.found() is not None


def _errno(name: str | None) -> str | None:
    return _SAME_ERRNO.get(name or "", name)
