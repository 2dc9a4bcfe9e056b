"""What the parts of one lab share: its open sockets, its log, and what went wrong.

`trouble` is the one thing that every call looks at first: an app raised, a limit was reached, or
the lab is closed. The core knows no world, host or connection, so those can be forgotten while
the server's thread still runs, and being forgotten ends it.
"""

import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

from portlab.apps.app import Address
from portlab.errors import AppError, LabError, LimitReached, PortlabError
from portlab.network.clock import deadline_after
from portlab.worlds.sockets.calls import Meter
from portlab.worlds.sockets.ground import Ground
from portlab.worlds.sockets.limits import Limits

if TYPE_CHECKING:
    from portlab.worlds.sockets.server import Server

Kind = Literal["listener", "connection", "udp"]


@dataclass(frozen=True, slots=True)
class Held:
    """One open socket: whose it is, and what for."""

    host: str
    proto: str
    kind: Kind
    local: Address
    remote: Address | None = None
    program: str | None = None


class Core:
    """`meter` makes the log: a CallLog keeps the calls, a Meter counts what they carry."""

    def __init__(self, world: str, limits: Limits, meter: type[Meter]) -> None:
        self.world = world
        self.limits = limits
        self.log = meter(limits, self.reach_limit)
        self.grounds: dict[str, Ground] = {}
        self.sockets: dict[socket.socket, Held] = {}
        self.names: dict[Address, str] = {}
        self.ends: set[tuple[str, Address]] = set()
        """Protocol and local end of every socket there is and was, once it is known."""
        self.trouble = False
        self._errors: deque[tuple[str, BaseException]] = deque()
        self._ended: PortlabError | None = None
        self._server: Server | None = None
        self._last: list[Callable[[], None]] = []

    # ---- sockets

    def ground(self, host: str) -> Ground:
        """What the sockets of this host stand on."""
        return self.grounds[host]

    def hold(self, sock: socket.socket, held: Held) -> None:
        """Remember an open socket, so that it is closed when the lab ends."""
        self.sockets[sock] = held
        if held.local[1]:
            self.names[held.local] = held.host
            self.ends.add((held.proto, held.local))

    def release(self, sock: socket.socket) -> None:
        """Close it. In this order, so that an interrupt between the two leaves it to the lab."""
        sock.close()
        self.sockets.pop(sock, None)

    def discard(self, sock: socket.socket) -> None:
        """Close a socket that may be the server's, in the thread whose it is."""
        if self._server is not None and not self.ended:
            self._server.forget(sock)
        self.release(sock)

    def room_for_connection(self) -> None:
        """Raises LimitReached if there are as many connections as there may be."""
        held = tuple(self.sockets.copy().values())
        if sum(one.kind == "connection" for one in held) >= self.limits.connections:
            raise LimitReached(
                f"{self.limits.connections} ends of connections are open, and this lab allows no "
                "more. Close some: leaving a connection's `with` block does it."
            )

    # ---- the thread in which apps run

    def server(self) -> "Server":
        """The server, started when first asked for."""
        if self._server is None:
            from portlab.worlds.sockets.server import Server

            self._server = Server(self)
        self._server.start()
        return self._server

    def settle(self, seconds: float) -> None:
        """Wait until apps have dealt with all that has arrived, at most so long."""
        if self._server is not None:
            self._server.settle(seconds)

    # ---- waiting

    def until(self, timeout: float | None) -> int | None:
        """When a wait that starts now is over; None if never. Raises LabError for no time."""
        return deadline_after(self.log.now(), timeout)

    def left(self, until: int | None) -> float:
        """Seconds that are left of a wait; 0 or less when it is over."""
        return inf if until is None else (until - self.log.now()) / 1_000_000

    # ---- what went wrong

    def report(self, program: str, error: BaseException) -> None:
        """An app raised: the next call of the lab's owner says so."""
        self._errors.append((program, error))
        self.trouble = True

    def reach_limit(self, what: str) -> None:
        if self._ended is None:
            self._ended = LimitReached(
                f"This lab may use {what}, and has; everything in it is closed. Look for a loop "
                "that never ends, or open a new lab."
            )
        self.trouble = True
        if self._server is not None:
            self._server.ask_to_stop()

    def break_off(self, why: str) -> None:
        """The lab cannot go on, and every call says why; what is open is closed at its end."""
        if self._ended is None:
            self._ended = LabError(why)
        self.trouble = True

    def check(self) -> None:
        """Raises AppError, LimitReached or LabError if there is trouble."""
        if not self.trouble:
            return
        if self._errors:
            raise self._next_error()
        if self._ended is not None:
            if isinstance(self._ended, LimitReached):
                self._close_everything()
            raise type(self._ended)(*self._ended.args)
        self.trouble = False

    @property
    def ended(self) -> bool:
        return self._ended is not None

    def raise_unnoticed(self) -> None:
        """Raises the first error that no call has raised yet; the others are its notes."""
        errors = []
        while self._errors:
            errors.append(self._next_error())
        if errors:
            for another in errors[1:]:
                errors[0].add_note(f"And another: {another}")
            raise errors[0]

    def _next_error(self) -> PortlabError:
        program, error = self._errors.popleft()
        if isinstance(error, PortlabError) and not program:
            return error
        raised = AppError(
            f"The program {program} raised {type(error).__name__}: {error}. Its connection was "
            "reset; the lines above show where it happened."
        )
        raised.__cause__ = error
        return raised

    # ---- the end

    def close_by_hand(self) -> None:
        """Close what is not an app's, so that apps see their peers go."""
        for sock, held in list(self.sockets.items()):
            if held.program is None:
                self.log.add("close", held.proto, held.local, held.remote)
                self.release(sock)

    @property
    def closed(self) -> LabError:
        """What a call hears once the lab is closed."""
        return LabError(f"This lab is closed. Open a new one: with Lab({self.world!r}) as lab: ...")

    def at_the_end(self, do: Callable[[], None]) -> None:
        """Have something done when every socket is closed. It must bear to be repeated."""
        self._last.append(do)

    def end(self, why: str | None = None) -> None:
        """Close every socket and join the thread. Safe to repeat, and to be interrupted."""
        self.break_off(why or str(self.closed))
        try:
            self._close_everything()
        finally:
            self._close_everything()

    def _close_everything(self) -> None:
        if self._server is not None:
            self._server.stop()
        for sock in list(self.sockets):
            self.release(sock)
        for do in self._last:
            do()
