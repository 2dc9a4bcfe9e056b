"""Lab and run: where an experiment begins, in whichever world, and the Trace it ends in."""

import re
from collections.abc import Callable, Iterable, Sequence
from inspect import signature
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from portlab.errors import (
    ConnectError,
    ConnectionAborted,
    LabError,
    PortlabError,
    PortUnreachable,
    TlsError,
)
from portlab.host import Host
from portlab.network.faults import (
    Fault,
    check_faults,
    delay,
    drop,
    duplicate,
    with_fault,
)
from portlab.trace.code import line_to_paste
from portlab.trace.trace import Trace
from portlab.wording import listed
from portlab.worlds import HOSTS_OF, World, world_class

if TYPE_CHECKING:
    from portlab.network.link import Link

NETWORK_ERRORS = (ConnectError, ConnectionAborted, PortUnreachable, TlsError)
"""What an experiment may end with and still have shown something: refused, timed out, aborted, or
no agreement on TLS."""

_NAME = re.compile(r"[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class Lab:
    """Hosts in a world of their own, and what was seen between them.

    `seed` decides all that is random, `faults` what goes wrong on purpose, `link` how the lines
    behave (the last two not in the loopback world). With `capture`, the loopback world sees packets
    in place of socket calls, where the system lets it (else WorldError); the others always do.
    Leaving the `with` block closes what is open, lets everything come to rest, and ends the world.

    >>> from portlab import Lab
    >>> with Lab(seed=1) as lab:
    ...     server, client = lab.hosts("server", "client")
    ...     listener = server.listen(80)
    ...     connection = client.connect(server, 80)
    ...     [record.flags for record in lab.trace]
    ['SYN', 'SYN,ACK', 'ACK']
    """

    def __init__(
        self,
        world: str = "model",
        *,
        seed: int = 0,
        faults: Iterable[Fault] = (),
        link: "Link | None" = None,
        capture: bool = False,
    ) -> None:
        self._closed = False
        self._faults = check_faults(faults)
        make: Callable[..., World] = world_class(world)
        asked = {"capture": True} if capture and world == "loopback" else {}
        self._world = make(seed=seed, faults=self._faults, link=link, **asked)
        self._names: list[str] = []

    @property
    def world(self) -> str:
        """`model`, `kernel` or `loopback`."""
        return self._world.name

    def host(self, name: str, *, world: str | None = None, ipv4: bool = True) -> Host:
        """A new host. Raises LabError for a name that is taken, or that no host can have.

        A kernel lab can have model hosts too (`world="model"`), on the same wire. With `ipv4=False`
        it is yet to get an IPv4 address, and `assign` gives it one (not on loopback). The rule for
        names is RFC 1123 2.1, without names that start with a digit: those look like addresses.
        """
        self._check_open()
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise LabError(
                f"{name!r} is no name for a host: take a letter and then letters, digits and "
                "hyphens, at most 63 in all and no hyphen at the end, as in 'web-1'."
            )
        fitting = HOSTS_OF.get(self.world, (self.world,))
        if world is not None and world not in fitting:
            raise LabError(
                f"A lab of the {self.world} world has no hosts of world {world!r}, only of "
                f"{listed(fitting)}. The kernel world has hosts of two."
            )
        host = self._world.host(name, world, ipv4=ipv4)
        self._names.append(name)
        return host

    def hosts(self, *names: str) -> tuple[Host, ...]:
        """New hosts, as in `server, client = lab.hosts("server", "client")`."""
        return tuple(self.host(name) for name in names)

    def assign(self, host: Host | str, address: str) -> None:
        """Give a host made with `ipv4=False` its address, as `ask_for_address` does.

        Raises AddressError for an address of another host, or of no host of a lab, and LabError
        for a host that has one.
        """
        self._check_open()
        self._world.assign(host, address)

    def link(self, one: Host | str, other: Host | str, **properties: Any) -> None:
        """Change the line between two hosts from now on, as in `lab.link(a, b, loss=0.1)`.

        The properties are those of `Link`. Raises LabError where lines cannot be changed.
        """
        self._check_open()
        self._world.link(one, other, **properties)

    def run(self, seconds: float | None = None) -> None:
        """Let `seconds` pass, or (None) everything that is under way come to its end.

        Raises AppError if a program in the lab raised, and LimitReached if there is no end.
        """
        self._check_open()
        self._world.run(seconds)

    @property
    def trace(self) -> Trace:
        """What was seen up to now; also when the lab is closed."""
        records = self._world.records
        return Trace(
            records,
            changes=self._world.changes,
            snapshots=self._world.snapshots,
            hosts=self._world.hosts,
            world=self.world,
            faults=self._faults,
            unused_faults=[fault for fault in self._faults if fault.number > len(records)],
            notes=self._world.notes,
        )

    def close(self) -> None:
        """Close what is open, let everything come to rest, and end the world. Safe to repeat.

        Raises AppError if a program in the lab raised and nobody has heard of it yet.
        """
        self._closed = True
        self._world.close()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except KeyboardInterrupt:
            self._world.close()  # an impatient second Ctrl-C must not leave anything behind
            raise
        except PortlabError as another:
            if error is None:
                raise
            error.add_note(f"While the lab was closed: {type(another).__name__}: {another}")

    def _check_open(self) -> None:
        if self._closed:
            raise LabError(
                "This lab is closed: its hosts are gone, though what was seen is still in "
                "lab.trace. Open a new one: with Lab() as lab: ..."
            )

    def __repr__(self) -> str:
        state = "closed" if self._closed else "open"
        return f"<Lab in the {self.world} world, {state}: {', '.join(self._names) or 'no hosts'}>"


class _Repeatable:
    """An experiment with all that it takes to run it once more.

    The function itself is kept, not a copy of the notebook around it: what it reads from there is
    as it is when it runs again.
    """

    def __init__(
        self,
        experiment: Callable[[Lab], object],
        world: str,
        seed: int,
        link: "Link | None",
        capture: bool,
    ) -> None:
        self._experiment = experiment
        self._world = world
        self._seed = seed
        self._link = link
        self._capture = capture

    def run(self, faults: Sequence[Any]) -> Trace:
        error: PortlabError | None = None
        result: object = None
        with Lab(
            self._world, seed=self._seed, faults=faults, link=self._link, capture=self._capture
        ) as lab:
            try:
                result = self._experiment(lab)
            except NETWORK_ERRORS as ended:
                error = ended
            lab.run()
            trace = lab.trace
        trace.title = getattr(self._experiment, "__name__", "").strip("<>").replace("_", " ")
        trace.experiment = self
        trace.result = result
        trace.error = error
        return trace

    def with_fault(
        self, faults: Sequence[Any], kind: str, number: int, seconds: float
    ) -> Sequence[Fault]:
        if not world_class(self._world).takes_faults:
            raise LabError(
                f"No packet can be dropped, delayed or doubled in the {self._world} world: this "
                "computer's own sockets carry them, and there is no wire of ours. Run the "
                "experiment with world='model' to let something go wrong on purpose."
            )
        if kind == "delay":
            return with_fault(faults, delay(number, seconds))
        make = {"drop": drop, "duplicate": duplicate}.get(kind)
        if make is None:
            raise LabError(f"{kind!r} is no fault: there are drop, delay and duplicate.")
        return with_fault(faults, make(number))

    def code(self, faults: Sequence[Any]) -> str:
        return line_to_paste(
            self._experiment,
            world=self._world,
            seed=self._seed,
            link=self._link,
            capture=self._capture,
            faults=faults,
        )


def run(
    experiment: Callable[[Lab], object],
    *,
    world: str = "model",
    seed: int = 0,
    faults: Iterable[Fault] = (),
    link: "Link | None" = None,
    capture: bool = False,
) -> Trace:
    """Open a lab, do `experiment(lab)` in it, let everything come to rest, and give the Trace.

    What the experiment leaves open stays open in the Trace: the lab ends after it was taken.
    The Trace holds what the experiment returned as `result`, and can be run again with other
    faults. If the experiment ends because the network did not answer as hoped (ConnectError,
    ConnectionAborted, PortUnreachable, TlsError), the Trace holds that as `error`, for what was
    seen is then all the more worth a look. Every other exception is raised as it is.

    >>> from portlab import run
    >>> def nobody_listens(lab):
    ...     server, client = lab.hosts("server", "client")
    ...     client.connect(server, 80)
    >>> trace = run(nobody_listens)
    >>> [record.flags for record in trace], type(trace.error).__name__
    (['SYN', 'RST,ACK'], 'ConnectionRefused')
    """
    if not callable(experiment):
        raise LabError(
            f"{experiment!r} is no experiment: that is a function of a lab, given by its name "
            "and without brackets, as in run(hello)."
        )
    _check_takes_a_lab(experiment)
    repeatable = _Repeatable(experiment, world, seed, link, capture)
    return repeatable.run(check_faults(faults))


def _check_takes_a_lab(experiment: Callable[..., object]) -> None:
    """Raises LabError for a function that cannot be called with a lab and nothing else."""
    try:
        signature(experiment).bind(None)
    except ValueError:
        return  # a built-in one that does not say
    except TypeError as error:
        name = getattr(experiment, "__name__", repr(experiment))
        shown = name if name.isidentifier() else "experiment"
        raise LabError(
            f"{name} cannot be run as an experiment: it is called with one argument, the lab, and "
            f"Python says: {error}. Begin it with def {shown}(lab):"
        ) from None
