"""The waist of the hourglass: whatever makes traffic ends in a Trace, whatever looks starts here.

A Trace knows the experiment it came from only as something that can run again with other faults.
It knows nothing of worlds, and nothing of views: those register here how a Trace shows itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, overload

from portlab.errors import AddressError, LabError, PacketError, PortlabError
from portlab.host import written
from portlab.packets import flag_names, packed, unpacked
from portlab.ports import check_port
from portlab.trace.record import Record, StateChange
from portlab.trace.snapshot import Snapshot


class Experiment(Protocol):
    """What made a Trace, and can make another with other faults."""

    def run(self, faults: Sequence[Any]) -> "Trace":
        """The same once more, with these faults and no others."""
        ...

    def with_fault(
        self, faults: Sequence[Any], kind: str, number: int, seconds: float
    ) -> Sequence[Any]:
        """`faults` and one more, on transmission `number`; those that it may change are cleared.

        Raises LabError for what is no fault, and where none can be made.
        """
        ...

    def code(self, faults: Sequence[Any]) -> str:
        """One line of Python that shows this very run, with these faults."""
        ...


class Trace(Sequence[Record]):
    """The records of one run in the order they were seen, and what is known beside them.

    `changes` are the TCP state changes and `snapshots` the variables of both ends' TCP, one
    wherever they changed (both empty where nobody can see them), `hosts` names addresses,
    `faults` are those of the run, `result` is what the experiment returned, `error` is the network
    error it ended with instead (refused, timed out, aborted) or where a capture file breaks off,
    and `unused_faults` are those that named a transmission which never happened. `notes` say what
    is odd about it as a whole, such as a capture file without any frames.
    """

    def __init__(
        self,
        records: Iterable[Record] = (),
        *,
        changes: Iterable[StateChange] = (),
        snapshots: Sequence[Snapshot] = (),
        hosts: Mapping[str, str] | None = None,
        world: str = "",
        title: str = "",
        experiment: Experiment | None = None,
        faults: Sequence[Any] = (),
        result: object = None,
        error: PortlabError | None = None,
        unused_faults: Sequence[Any] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self.records = list(records)
        self.changes = list(changes)
        self.snapshots = snapshots
        self.hosts = dict(hosts or {})
        self.world = world
        self.title = title
        self.experiment = experiment
        self.faults = tuple(faults)
        self.result = result
        self.error = error
        self.unused_faults = tuple(unused_faults)
        self.notes = tuple(notes)

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> "Trace": ...
    def __getitem__(self, index: int | slice) -> "Record | Trace":
        if isinstance(index, slice):
            return self.with_records(self.records[index])
        return self.records[index]

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def where(self, keep: Callable[[Record], bool]) -> "Trace":
        """The records for which `keep` is true, numbers and all else unchanged."""
        return self.with_records([record for record in self.records if keep(record)])

    def filter(
        self,
        *,
        proto: str | None = None,
        host: str | None = None,
        port: int | None = None,
        flags: str | None = None,
    ) -> "Trace":
        """The records to which everything given applies, numbers and all else unchanged.

        `proto` as in `tcp`; `host` a name or an address, at either end; `port` at either end;
        `flags` as in `SYN` or `SYN,ACK`: segments that have all of these, and maybe others. For
        anything else there is `where`. Raises PortError, and PacketError for an unknown flag.
        """
        wanted = _flags(flags) if flags is not None else None
        if port is not None:
            check_port(port, zero=True)
        addresses = {address for address, name in self.hosts.items() if name == host}
        if host is not None:
            addresses.add(_canonical(host))

        def keep(record: Record) -> bool:
            return (
                (proto is None or record.proto == proto.lower())
                and (host is None or record.src in addresses or record.dst in addresses)
                and (port is None or port in (record.sport, record.dport))
                and (wanted is None or wanted <= frozenset((record.flags or "").split(",")))
            )

        return self.where(keep)

    def rerun(self, faults: Sequence[Any]) -> "Trace":
        """The same experiment, with the same seed and these faults.

        It is run as it is now: what it reads beside the lab (a variable of the notebook, a clock)
        is not remembered. Raises LabError for a Trace without an experiment, and whatever the
        experiment itself raises.
        """
        return self._repeatable().run(faults)

    def with_fault(self, kind: str, number: int, seconds: float = 0.0) -> "Trace":
        """The same experiment with one more fault: `drop`, `delay` or `duplicate` packet `number`.

        Faults on earlier packets stay; those on this one and on later ones are cleared, because
        everything from here on may change. Nothing before it can, if the experiment uses nothing
        but the lab; where it does change, a note of the new Trace says so. Raises as `rerun` does,
        and LabError for what is no fault or where none can be made (loopback).

        >>> from portlab import run
        >>> def ask(lab):
        ...     server, client = lab.hosts("server", "client")
        ...     server.listen(80)
        ...     client.connect(server, 80)
        >>> [record.fate for record in run(ask).with_fault("drop", 1)]
        ['lost', 'delivered', 'delivered', 'delivered']
        """
        faults = self._repeatable().with_fault(self.faults, kind, number, seconds)
        new = self.rerun(faults)
        if strayed := _strayed(self, new, number):
            new.notes += (strayed,)
        return new

    @property
    def takes_faults(self) -> bool:
        """Can the experiment be run again with a packet dropped, delayed or doubled?"""
        try:
            self._repeatable().with_fault((), "drop", 1, 0.0)
        except LabError:
            return False
        return True

    @property
    def code(self) -> str | None:
        """One line of Python that shows this very run, as far as it can be written down.

        A comment behind it says what it needs beside `from portlab import ...`. None for a Trace
        without an experiment.
        """
        return None if self.experiment is None else self.experiment.code(self.faults)

    def _repeatable(self) -> Experiment:
        if self.experiment is None:
            raise LabError(
                "This trace cannot be run again: it came from a file or from a lab played by "
                "hand, so there is no experiment to repeat. Write the steps as a function of a "
                "lab and give it to run()."
            )
        return self.experiment

    def with_records(self, records: Iterable[Record]) -> "Trace":
        """A Trace of these records, with all that is known beside the present ones."""
        return Trace(
            records,
            changes=self.changes,
            snapshots=self.snapshots,
            hosts=self.hosts,
            world=self.world,
            title=self.title,
            experiment=self.experiment,
            faults=self.faults,
            result=self.result,
            error=self.error,
            unused_faults=self.unused_faults,
            notes=self.notes,
        )

    def name_of(self, address: str, port: int | None = None) -> str:
        """The host's name where it is known, else the address itself.

        Hosts that share an address (loopback) are known by address and port, as `127.0.0.1:80`.
        """
        name = self.hosts.get(address)
        if name is None and port is not None:
            name = self.hosts.get(written((address, port)))
        return name or address

    def __repr__(self) -> str:
        return f"<Trace {self.title or self.world or 'of packets'}: {len(self.records)} records>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return _display(self)


def _canonical(host: str) -> str:
    """An address in the spelling that records have; anything else as it is."""
    try:
        return unpacked(packed(host))
    except AddressError:
        return host


def _strayed(old: Trace, new: Trace, number: int) -> str | None:
    """A sentence, if a run went another way before the packet that was to change it."""
    for was in old:
        if was.number >= number or was.origin != "modelled":
            break
        now = new.records[was.number - 1] if was.number <= len(new) else None
        if now is None or (now.time, now.packet, now.fate) != (was.time, was.packet, was.fate):
            return (
                f"Nothing was to change before packet {number}, and yet packet {was.number} is "
                "another one: the experiment uses something that is not the lab's, such as a "
                "variable that has changed since, a clock, or random numbers of its own."
            )
    return None


_FLAGS = flag_names(0xFF).split(",")


def _flags(text: str) -> frozenset[str]:
    wanted = frozenset(name.strip().upper() for name in text.split(","))
    if unknown := sorted(wanted.difference(_FLAGS)):
        raise PacketError(
            f"{unknown[0]!r} is not a flag of TCP. The flags are {', '.join(_FLAGS)}; "
            "write several as 'SYN,ACK'."
        )
    return wanted


def _as_text(trace: Trace) -> dict[str, Any]:
    return {"text/plain": repr(trace)}


_display: Callable[[Trace], dict[str, Any]] = _as_text


def show_traces_with(display: Callable[[Trace], dict[str, Any]]) -> None:
    """Let a view say how a Trace shows itself in a notebook, as a MIME bundle."""
    global _display
    _display = display
