"""The waist of the hourglass: whatever makes traffic ends in a Trace, whatever looks starts here.

A Trace knows the experiment it came from only as something that can run again with other faults.
It knows nothing of worlds, and nothing of views: those register here how a Trace shows itself.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, overload

from portlab.errors import LabError, PortlabError
from portlab.trace.record import Record, StateChange


class Experiment(Protocol):
    """What made a Trace, and can make another with other faults."""

    def run(self, faults: Sequence[Any]) -> "Trace": ...


class Trace(Sequence[Record]):
    """The records of one run in the order they were seen, and what is known beside them.

    `changes` are the TCP state changes (empty where nobody can see them), `hosts` names addresses,
    `faults` are those of the run, `result` is what the experiment returned, `error` is the network
    error it ended with instead (refused, timed out, aborted), and `unused_faults` are those that
    named a transmission which never happened.
    """

    def __init__(
        self,
        records: Iterable[Record] = (),
        *,
        changes: Iterable[StateChange] = (),
        hosts: Mapping[str, str] | None = None,
        world: str = "",
        title: str = "",
        experiment: Experiment | None = None,
        faults: Sequence[Any] = (),
        result: object = None,
        error: PortlabError | None = None,
        unused_faults: Sequence[Any] = (),
    ) -> None:
        self.records = list(records)
        self.changes = list(changes)
        self.hosts = dict(hosts or {})
        self.world = world
        self.title = title
        self.experiment = experiment
        self.faults = tuple(faults)
        self.result = result
        self.error = error
        self.unused_faults = tuple(unused_faults)

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> "Trace": ...
    def __getitem__(self, index: int | slice) -> "Record | Trace":
        if isinstance(index, slice):
            return self._with(self.records[index])
        return self.records[index]

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records)

    def where(self, keep: Callable[[Record], bool]) -> "Trace":
        """The records for which `keep` is true, numbers and all else unchanged."""
        return self._with([record for record in self.records if keep(record)])

    def rerun(self, faults: Sequence[Any]) -> "Trace":
        """The same experiment with these faults. Raises LabError for a Trace without one."""
        if self.experiment is None:
            raise LabError(
                "This trace cannot be run again: it came from a file or from a lab played by "
                "hand, so there is no experiment to repeat. Write the steps as a function of a "
                "lab and give it to run()."
            )
        return self.experiment.run(faults)

    def _with(self, records: list[Record]) -> "Trace":
        return Trace(
            records,
            changes=self.changes,
            hosts=self.hosts,
            world=self.world,
            title=self.title,
            experiment=self.experiment,
            faults=self.faults,
            result=self.result,
            error=self.error,
            unused_faults=self.unused_faults,
        )

    def name_of(self, address: str) -> str:
        """The host's name where it is known, else the address itself."""
        return self.hosts.get(address, address)

    def __repr__(self) -> str:
        return f"<Trace {self.title or self.world or 'of packets'}: {len(self.records)} records>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return _display(self)


def _as_text(trace: Trace) -> dict[str, Any]:
    return {"text/plain": repr(trace)}


_display: Callable[[Trace], dict[str, Any]] = _as_text


def show_traces_with(display: Callable[[Trace], dict[str, Any]]) -> None:
    """Let a view say how a Trace shows itself in a notebook, as a MIME bundle."""
    global _display
    _display = display
