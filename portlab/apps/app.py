"""The App protocol: a program that answers on a port, and does no I/O itself.

A session is told what happened (events) and says what should be done (actions). Whoever runs it
(the model host, or a thread with real sockets) carries the actions out after its world's guard
has looked at them. So one Http app serves the model network, the kernel and this computer.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from portlab.errors import LabError

Address = tuple[str, int]
"""An IP address as text and a port."""


# ---- events: what happened --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Opened:
    """The TCP connection is established. `now` is whole microseconds since 2026-01-01T00:00Z."""

    now: int = 0


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes of the stream, cut anywhere: a stream has no message boundaries."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP datagram, whole, from `source`."""

    data: bytes
    source: Address
    now: int = 0


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The peer has sent all it will ever send (FIN); this side may still send."""


@dataclass(frozen=True, slots=True)
class Reset:
    """The connection ended without a FIN; nothing can be sent any more."""


@dataclass(frozen=True, slots=True)
class Woken:
    """The time asked for with Wake has passed."""

    now: int


@dataclass(frozen=True, slots=True)
class Listening:
    """The port asked for with Listen is open, at `address`."""

    address: Address


@dataclass(frozen=True, slots=True)
class Told:
    """Another session of this host has said `message`, with Tell."""

    message: object


Event = Opened | Data | Datagram | PeerClosed | Reset | Woken | Listening | Told


# ---- actions: what should be done -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes onto this session's stream; from a UDP session, a datagram to its peer."""

    data: bytes


@dataclass(frozen=True, slots=True)
class SendTo:
    """A datagram to `peer`, from this session's port or, with `new_port`, from a fresh one."""

    data: bytes
    peer: Address
    new_port: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """No more from this side (FIN); what the peer still sends is still delivered."""


@dataclass(frozen=True, slots=True)
class Abort:
    """End at once and throw away what is not yet delivered (RST)."""


@dataclass(frozen=True, slots=True)
class Listen:
    """Serve `app` on another port of this host (0: one is chosen), as FTP does for its data.

    The answer is a Listening event. With `once` the port is for one connection, and for no longer
    than the session that asked.
    """

    port: int
    app: "App"
    once: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a TCP connection of its own to `peer` and run `app`'s session on it.

    It comes from `source_port` (0: one is chosen). That session hears Reset if nothing comes of
    it, and also if the source port cannot be had.
    """

    peer: Address
    app: "App"
    source_port: int = 0


@dataclass(frozen=True, slots=True)
class Wake:
    """Send a Woken event after `delay` seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class Tell:
    """Say something to another session of this host, which hears Told, unless it has ended.

    So a transfer on a connection of its own says that it is over. Told comes after what is being
    done now, at the same moment of the world's time.
    """

    session: "Session"
    message: object


Action = Send | SendTo | Close | Abort | Listen | Connect | Wake | Tell


class Session(Protocol):
    """One conversation: a TCP connection, or all the datagrams from one peer."""

    def handle(self, event: Event) -> Iterable[Action]:
        """What to do about `event`. A generator will do, and so will a list."""
        ...


class App(Protocol):
    """A program for one port.

    One whose class says `nodelay = True` has each piece sent at once, however small, as programs
    ask for with TCP_NODELAY (RFC 9293 3.7.4, MUST-17). On real sockets portlab asks for it always.
    """

    name: str

    def session(self, local: Address, peer: Address) -> Session:
        """A fresh session for the conversation between `local` and `peer`."""
        ...


def check_app(app: object) -> None:
    """Raises LabError for what cannot serve a port, such as a class where an app was meant.

    None is fine: a port without an app is served by hand.
    """
    if isinstance(app, type):
        raise LabError(
            f"{app.__name__} is a class of programs; a port needs one program. "
            f"Write {app.__name__}() with its brackets."
        )
    if app is not None and not (hasattr(app, "session") and hasattr(app, "name")):
        raise LabError(
            f"{app!r} cannot serve a port: it has no name or makes no sessions. Use one of "
            "portlab's apps, such as apps.Echo()."
        )
