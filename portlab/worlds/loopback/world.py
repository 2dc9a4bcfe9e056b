"""The loopback world itself: its hosts, and its end, which comes whatever happens.

It ends when closed, when forgotten, when Python ends, when a limit is reached, or when a newer lab
of the same program wants one of its ports.
"""

import socket
import time
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from portlab.errors import AddressError, LabError
from portlab.host import Host, written
from portlab.network.clock import microseconds
from portlab.trace.record import Record
from portlab.worlds.guard import LOCALHOST, LOCALHOST6, check_address
from portlab.worlds.loopback.ground import LoopbackGround
from portlab.worlds.loopback.holders import remember
from portlab.worlds.loopback.host import LoopbackHost
from portlab.worlds.sockets.calls import CallLog, Meter
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.limits import Limits

if TYPE_CHECKING:
    from portlab.worlds.loopback.capture import Capture

_POLITE = 0.5
_QUIET = 100_000
"""Microseconds without a packet after which none is expected: Linux holds no ACK back so long."""
_NO_WIRE = (
    "The loopback world uses real sockets of this computer: their packets stay in the kernel, and "
    "there is no wire of ours to {what}. Use world='model' for that."
)
_HAVE_ONE = (
    "In the loopback world every host has the addresses of this computer, 127.0.0.1 and ::1, and "
    "asks nobody for one. Use world='model' or world='kernel'."
)


class LoopbackWorld:
    """Real sockets on 127.0.0.0/8 and ::1; see `portlab.worlds.World`.

    With `capture` it sees packets in place of calls; WorldError where the system does not let it.
    Raises LabError for `faults` or a `link`: there is nothing to drop packets from. `seed` decides
    nothing here, where the system chooses ports and numbers.
    """

    name = "loopback"
    takes_faults = False

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: Sequence[Any] = (),
        link: object = None,
        capture: bool = False,
        limits: Limits | None = None,
    ) -> None:
        if faults:
            raise LabError(_NO_WIRE.format(what="drop or delay them on"))
        if link is not None:
            raise LabError(_NO_WIRE.format(what="give a delay or a loss"))
        self._core = Core(self.name, limits or Limits(), Meter if capture else CallLog)
        self._ground = LoopbackGround()
        self._hosts: dict[str, LoopbackHost] = {}
        self._addresses = (LOCALHOST, LOCALHOST6) if _has_ipv6() else (LOCALHOST,)
        remember(self._core)
        self._forgotten = weakref.finalize(self, self._core.end)
        self._capture: Capture | None = None
        if capture:
            self._begin_to_capture()

    def _begin_to_capture(self) -> None:
        from portlab.worlds.loopback.capture import Capture

        try:
            self._capture = Capture(self._core)
        except BaseException:
            self._core.end()
            raise

    @property
    def records(self) -> list[Record]:
        """One for each socket call, of the learner's and of apps, origin `called`; or, if packets
        are captured, one for each packet.
        """
        return self._capture.records() if self._capture else self._core.log.records()

    @property
    def notes(self) -> list[str]:
        """What is odd about the captured packets."""
        return self._capture.notes if self._capture else []

    @property
    def changes(self) -> tuple[()]:
        """Nobody can see a kernel's TCP change its state."""
        return ()

    @property
    def snapshots(self) -> tuple[()]:
        """Nobody can ask a kernel's TCP for all its variables."""
        return ()

    @property
    def hosts(self) -> dict[str, str]:
        """Names by address and port (`127.0.0.1:80`), as all hosts share their addresses."""
        return {written(end): name for end, name in self._core.names.copy().items()}

    @property
    def now(self) -> int:
        """Microseconds since 2026-01-01T00:00Z, on this computer's clock."""
        return self._core.log.now()

    def host(self, name: str, world: str | None = None, *, ipv4: bool = True) -> LoopbackHost:
        """A new host. Raises LabError if there is one of this name, and without `ipv4`."""
        self._core.check()
        if not ipv4:
            raise LabError(_HAVE_ONE)
        if name in self._hosts:
            raise LabError(f"There is a host called {name!r} already. Give this one another name.")
        self._core.grounds[name] = self._ground
        self._hosts[name] = LoopbackHost(self._core, name, self._addresses, self._address_of)
        return self._hosts[name]

    def assign(self, host: object, address: object) -> None:
        """Raises LabError: every host here has this computer's addresses."""
        raise LabError(_HAVE_ONE)

    def link(self, *hosts: object, **properties: object) -> None:
        """Raises LabError: there is no wire of ours between these hosts."""
        raise LabError(_NO_WIRE.format(what="give a delay or a loss"))

    def run(self, seconds: float | None = None) -> None:
        """Wait `seconds`; or (None) until apps have dealt with all that has arrived.

        Raises AppError if one of them raised.
        """
        self._core.check()
        if seconds is None:
            self._come_to_rest()
        else:
            until = self.now + microseconds(seconds)
            while (left := until - self.now) > 0:
                time.sleep(min(left / 1_000_000, 0.1))
                self._core.check()
        self._core.check()

    def close(self) -> None:
        """Close every socket, let apps see it, then end the thread. Safe to repeat.

        Raises AppError if a program raised and no call has said so.
        """
        try:
            if not self._core.ended:
                self._core.close_by_hand()
                self._come_to_rest()
        finally:
            self._core.end()
        self._forgotten.detach()
        self._core.raise_unnoticed()

    def _come_to_rest(self) -> None:
        """Wait until apps have dealt with all that has arrived, and the last packet was seen."""
        self._core.settle(_POLITE)
        if self._capture is not None:
            until = self.now + microseconds(_POLITE)
            while self.now < min(until, self._capture.last + _QUIET):
                time.sleep(0.01)

    def _address_of(self, peer: "Host | str") -> str:
        """Where to reach a host, its name or an address. Raises AddressError."""
        if isinstance(peer, LoopbackHost) and self._hosts.get(peer.name) is peer:
            return peer.addresses[0]
        if isinstance(peer, str) and peer in self._hosts:
            return self._hosts[peer].addresses[0]
        if not isinstance(peer, str) and hasattr(peer, "addresses"):
            raise AddressError(f"{peer!r} is a host of another lab. Use one of this lab.")
        return check_address(peer)


def _has_ipv6() -> bool:
    """Whether this computer has ::1. Binding a socket is the only way to know."""
    if not socket.has_ipv6:
        return False
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind((LOCALHOST6, 0))
            return True
    except OSError:
        return False
