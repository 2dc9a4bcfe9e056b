"""What a script is played against: the host under test, and what its system calls give back.

The model host (`model_host`) is one; the tests have a second, the Linux kernel in a namespace.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from portlab.apps.app import Address
from portlab.packets import Packet
from portlab.scripts.lines import Call
from portlab.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Returned:
    """What a call returned. `wrong` says what it put out where the arguments say otherwise."""

    value: int
    errno: str | None = None
    wrong: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.errno}" if self.errno else str(self.value)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A call that waits: `ready` looks whether it could return now, `finish` lets it."""

    ready: Callable[[], bool]
    finish: Callable[[], Returned]


@dataclass(frozen=True, slots=True)
class Ends:
    """What a descriptor is bound to. `remote` is None while nobody is at the other end."""

    proto: str
    local: Address | None
    remote: Address | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A packet that the host has sent, and when (microseconds)."""

    time: int
    packet: Packet


class HostUnderTest(Protocol):
    """A host that is alone with the script. Times are microseconds since the script began."""

    local: str
    remote: str
    patience: int
    """How long to wait at most for what may come at any time."""

    @property
    def sent(self) -> Sequence[Sent]:
        """Everything it has sent so far."""
        ...

    @property
    def now(self) -> int: ...

    def wait(self, until: int, ready: Callable[[], bool]) -> None:
        """Let time pass to `until`, or only until `ready()` is true."""
        ...

    def give(self, packet: Packet) -> None:
        """Let it receive `packet` now."""
        ...

    def lacks(self, call: Call) -> str | None:
        """What of `call` it does not have, in words; None if it has all."""
        ...

    def start(self, call: Call) -> Returned | Waiting:
        """Make a system call."""
        ...

    def ends(self, descriptor: int) -> Ends | None:
        """What a descriptor (in the script's numbering) is bound to; None if it is not open."""
        ...

    def trace(self) -> Trace:
        """What was seen so far."""
        ...
