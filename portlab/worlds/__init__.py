"""The room of the worlds: where a host lives. A world makes hosts, and keeps what was seen.

Every world is a class with the members of World below, and every host in it keeps the promises of
`portlab.host`. Nothing outside this room opens a socket or starts a thread.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Protocol, cast

from portlab.errors import WorldError
from portlab.host import Host
from portlab.trace.record import Record, StateChange
from portlab.trace.snapshot import Snapshot
from portlab.wording import listed

WORLDS = {
    "model": ("portlab.worlds.model", "ModelWorld"),
    "kernel": ("portlab.worlds.kernel.world", "KernelWorld"),
    "loopback": ("portlab.worlds.loopback.world", "LoopbackWorld"),
}
"""Where each world's class is; imported only when somebody asks for it."""


HOSTS_OF = {"kernel": ("kernel", "model")}
"""Which worlds' hosts can live in a world, where those are not its own alone."""


class World(Protocol):
    """What a lab asks of a world. Made with `seed`, `faults` and `link`, all by name; the loopback
    world with `capture` too, where that is asked for.
    """

    name: str
    takes_faults: bool
    """Whether there is a wire of ours on which exactly this packet can be dropped."""

    @property
    def records(self) -> Sequence[Record]:
        """What was seen, in order, numbered from 1."""
        ...

    @property
    def changes(self) -> Sequence[StateChange]:
        """How TCP's states changed; empty where nobody can see them."""
        ...

    @property
    def snapshots(self) -> Sequence[Snapshot]:
        """What its TCPs said about themselves; empty where they cannot be asked."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What is odd about the records as a whole."""
        ...

    @property
    def hosts(self) -> Mapping[str, str]:
        """Names by address."""
        ...

    def host(self, name: str, world: str | None = None, *, ipv4: bool = True) -> Host:
        """A new host, of the world named (None: of this one). Raises LabError if there is one of
        this name. Only a world in `HOSTS_OF` is ever asked for a host of another. Without `ipv4` it
        has no such address yet; LabError where every host shares this computer's.
        """
        ...

    def assign(self, host: Host | str, address: str) -> None:
        """Give a host that has none its IPv4 address. Raises AddressError, LabError."""
        ...

    def link(self, one: Host | str, other: Host | str, **properties: Any) -> object:
        """Change the line between two hosts. Raises LabError where that cannot be done."""
        ...

    def run(self, seconds: float | None = None) -> None:
        """Let `seconds` pass, or (None) all that is under way come to its end."""
        ...

    def close(self) -> None:
        """End everything. Safe to repeat. Raises AppError if a program raised unnoticed."""
        ...


def world_class(name: object) -> type[World]:
    """The class of the world called `name`. Raises WorldError if there is none."""
    if not isinstance(name, str) or name not in WORLDS:
        known = listed(map(repr, WORLDS))
        raise WorldError(f"{name!r} is no world: there are {known}.")
    module, class_name = WORLDS[name]
    return cast(type[World], vars(import_module(module))[class_name])
