"""What a host's TCP said about itself at one moment: the variables of its control block.

Only a model host can be asked. Its variables are noted as bare values while a lab runs, and turned
into what people read when somebody looks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast, overload

if TYPE_CHECKING:
    from portlab.tcp.variables import Variables

Owner = tuple[str, tuple[str, int], tuple[str, int]]
"""Host, local end, remote end."""

Noted = list[Any]
"""Time in microseconds, Owner, and then each of the Variables that held after all that happened
then; again and again, all in one flat list. Python's garbage collector looks at every tuple that
is kept, and there would be more of them than of records."""

_WIDTH = 14

TimerName = Literal[
    "retransmission", "persist", "override", "delayed ACK", "TIME-WAIT", "keep-alive"
]
"""`retransmission` (RFC 6298); `persist` probes a closed window (RFC 9293 3.8.6.1); `override`
sends a small piece after all (3.8.6.2.1); `delayed ACK` (3.8.6.3); `TIME-WAIT` is 2 MSL
(3.10.7.4); `keep-alive` (3.8.4)."""


class Timer(NamedTuple):
    """A timer that runs, and when it falls due, in microseconds."""

    name: TimerName
    due: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One end of a connection after all that happened at `time`, until the next Snapshot of it.

    The names are those of RFC 9293 3.3.1; numbers are raw, windows in bytes whatever the scale.
    `snd_wnd`, `irs`, `rcv_nxt` and `rcv_wnd` are None until the peer's SYN has come. In CLOSED the
    control block is gone, and the numbers are its last ones. Times are in microseconds.
    """

    time: int
    host: str
    local: tuple[str, int]
    remote: tuple[str, int]
    state: str
    iss: int
    snd_una: int
    snd_nxt: int
    snd_wnd: int | None
    irs: int | None
    rcv_nxt: int | None
    rcv_wnd: int | None
    timers: tuple[Timer, ...] = ()


class Snapshots(Sequence[Snapshot]):
    """Snapshots in the order of time; made of what was noted when first looked at."""

    def __init__(self, noted: Noted) -> None:
        self._noted = noted.copy()
        self._made: list[Snapshot] | None = None

    def _all(self) -> list[Snapshot]:
        if self._made is None:
            self._made = list(_readable(self._noted))
            self._noted.clear()
        return self._made

    def __len__(self) -> int:
        return len(self._all())

    @overload
    def __getitem__(self, index: int) -> Snapshot: ...
    @overload
    def __getitem__(self, index: slice) -> list[Snapshot]: ...
    def __getitem__(self, index: int | slice) -> Snapshot | list[Snapshot]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Snapshot]:
        return iter(self._all())

    def __repr__(self) -> str:
        return f"<{len(self)} snapshots>"


def _readable(noted: Noted) -> Iterator[Snapshot]:
    """A Snapshot wherever something changed."""
    last: dict[Owner, Variables] = {}
    for at in range(0, len(noted), _WIDTH):
        time, owner = noted[at : at + 2]
        variables = cast("Variables", tuple(noted[at + 2 : at + _WIDTH]))
        if last.get(owner) != variables:
            last[owner] = variables
            yield _snapshot(time, owner, variables)


def _snapshot(time: int, owner: Owner, variables: "Variables") -> Snapshot:
    state, iss, una, nxt, wnd, irs, rcv_nxt, edge, *due = variables
    heard = irs != rcv_nxt
    return Snapshot(
        time,
        *owner,
        str(state),
        int(iss),
        int(una),
        int(nxt),
        wnd if heard else None,
        int(irs) if heard else None,
        int(rcv_nxt) if heard else None,
        edge - rcv_nxt if heard else None,
        tuple(_timers(iss != una, una != nxt, wnd, *due)),
    )


def _timers(
    opened: bool,
    outstanding: bool,
    wnd: int,
    sender: int | None,
    delayed_ack: int | None,
    time_wait: int | None,
    keep_alive: int | None,
) -> Iterator[Timer]:
    """The sender has one timer, and what it is for follows from where it stands."""
    if sender is not None:
        if opened and wnd == 0:
            yield Timer("persist", sender)
        else:
            yield Timer("retransmission" if outstanding else "override", sender)
    if delayed_ack is not None:
        yield Timer("delayed ACK", delayed_ack)
    if time_wait is not None:
        yield Timer("TIME-WAIT", time_wait)
    if keep_alive is not None:
        yield Timer("keep-alive", keep_alive)
