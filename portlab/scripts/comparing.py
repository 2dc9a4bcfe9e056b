"""What was expected beside what was seen, field by field and in words."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from portlab.scripts.lines import (
    Expected,
    IcmpLine,
    PacketLine,
    Padding,
    ScriptOption,
    Stamp,
    TcpLine,
    UdpLine,
    seconds,
)
from portlab.scripts.written import flags_written, options_written
from portlab.wording import count


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what the script expects and what was there."""

    field: str
    expected: str
    seen: str

    def __str__(self) -> str:
        return f"{self.field}: expected {self.expected}, seen {self.seen}"


def differences(
    expected: PacketLine, seen: PacketLine, *, stamp_tolerance: int | None = None
) -> list[Difference]:
    """Every field in which two packets differ; what a script leaves open is not compared.

    `stamp_tolerance` is how far (in its own ticks) a timestamp may be off; None: any is right.
    """
    return list(_compared(expected, seen, stamp_tolerance))


def asked_of(seen: PacketLine, expected: PacketLine) -> PacketLine:
    """`seen` without the ports and the TTL, where `expected` does not speak of them."""
    shown = replace(seen, ttl=None if expected.ttl is None else seen.ttl)
    if isinstance(shown, IcmpLine) or isinstance(expected, IcmpLine):
        return shown
    return replace(shown, ports=None if expected.ports is None else shown.ports)


def _compared(
    expected: PacketLine, seen: PacketLine, stamp_tolerance: int | None
) -> Iterator[Difference]:
    if type(expected) is not type(seen):
        yield Difference("protocol", _proto(expected), _proto(seen))
        return
    if expected.ttl is not None and expected.ttl != seen.ttl:
        yield Difference("TTL", str(expected.ttl), str(seen.ttl))
    if isinstance(expected, TcpLine) and isinstance(seen, TcpLine):
        yield from _tcp(expected, seen, stamp_tolerance)
    elif isinstance(expected, UdpLine) and isinstance(seen, UdpLine):
        if expected.length != seen.length:
            yield Difference("length", count(expected.length, "byte"), count(seen.length, "byte"))
    elif isinstance(expected, IcmpLine) and isinstance(seen, IcmpLine):
        for field in ("type", "code", "mtu", "identifier", "quoted", "raw"):
            wanted, found = getattr(expected, field), getattr(seen, field)
            if wanted != found and (field in ("type", "code") or wanted is not None):
                yield Difference(field, str(wanted), str(found))


def _tcp(expected: TcpLine, seen: TcpLine, stamp_tolerance: int | None) -> Iterator[Difference]:
    if expected.flags != seen.flags:
        yield Difference("flags", flags_written(expected.flags), flags_written(seen.flags))
    for field, wanted, found in (
        ("seq", expected.seq, seen.seq),
        ("ack", expected.ack, seen.ack),
        ("win", expected.window, seen.window),
        ("urg", expected.urgent, seen.urgent),
    ):
        if wanted is not None and wanted != found:
            yield Difference(field, str(wanted), str(found))
    if expected.length != seen.length:
        yield Difference("length", count(expected.length, "byte"), count(seen.length, "byte"))
    if expected.options is not None:
        mine, theirs = _told(expected.options), _told(seen.options or ())
        same = len(mine) == len(theirs) and all(
            _same(one, other, stamp_tolerance) for one, other in zip(mine, theirs, strict=True)
        )
        if not same:
            yield Difference(
                "options", options_written(mine) or "none", options_written(theirs) or "none"
            )


def _told(options: tuple[ScriptOption, ...]) -> tuple[ScriptOption, ...]:
    """Without what only fills: a sender may pad as it likes (RFC 9293 3.2)."""
    return tuple(o for o in options if not isinstance(o, Padding))


def _same(one: ScriptOption, other: ScriptOption, tolerance: int | None) -> bool:
    if not (isinstance(one, Stamp) and isinstance(other, Stamp)):
        return one == other
    if one.echo is not None and one.echo != other.echo:
        return False
    if one.value is None or other.value is None or tolerance is None:
        return True
    return abs((one.value - other.value + 2**31) % 2**32 - 2**31) <= tolerance


def _proto(line: PacketLine) -> str:
    return {TcpLine: "TCP", UdpLine: "UDP", IcmpLine: "ICMP"}[type(line)]


def late_or_early(
    event: Expected, due: int, end: int, at: int, tolerance: int
) -> Difference | None:
    """The time as one more field: `at`, held against `due` to `end` (all in microseconds)."""
    if event.time.any_time or due - tolerance <= at <= end + tolerance:
        return None
    wanted = f"at {seconds(due)} s" if due == end else f"from {seconds(due)} to {seconds(end)} s"
    return Difference(
        "time", f"{wanted} (give or take {seconds(tolerance)} s)", f"at {seconds(at)} s"
    )
