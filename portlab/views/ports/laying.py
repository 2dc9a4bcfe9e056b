"""What learners lay on the map, read as sets of numbers, or refused with a remedy."""

from collections.abc import Iterable, Mapping

from portlab.errors import PortlabError
from portlab.ports import check_port
from portlab.services import Service
from portlab.trace.conversations import conversations
from portlab.trace.trace import Trace
from portlab.views.ports.shapes import SIGNS, PortSet

PortLike = int | Service
"""A number, or a service, which has one."""

Ports = PortLike | PortSet | Iterable[PortLike]

_TRY = (
    'Give numbers, as in port_map({22, 80, 443}); services, as in port_map(search("mail")); sets '
    'by name, as in port_map({"mine": {22}, "yours": {80}}); or a Trace.'
)


def sets_of(what: Ports | Mapping[str, Ports] | Trace | None, name: str | None) -> list[PortSet]:
    """The sets that `what` means. Raises PortError for what is no port, PortlabError else."""
    if isinstance(what, (Mapping, Trace)) and name is not None:
        raise PortlabError(
            f"{name!r} would name one set, and here are several, which have names of their own. "
            "Leave it out."
        )
    if isinstance(what, Trace):
        found = ports_in(what)
    elif isinstance(what, Mapping):
        found = [_named(one, str(key)) for key, one in what.items()]
    elif what is None and name is None:
        return []
    else:
        found = [_named(what, name)]
    if len(found) > len(SIGNS):
        raise PortlabError(
            f"A map tells {len(SIGNS)} sets apart, and here are {len(found)}. "
            "Lay fewer on it, or draw a second one."
        )
    if not found:
        raise PortlabError(f"There are no sets here. {_TRY}")
    for one in found:
        if not one.ports:
            raise PortlabError(
                f"The set {one.name!r} is empty: nothing of it can be laid on the map. "
                "port_map() shows the map without any."
            )
    return found


def ports_in(trace: Trace) -> list[PortSet]:
    """Those of the servers and those of the clients in `trace`.

    Raises PortlabError for a Trace without any.
    """
    talks = conversations(trace)
    note = "Where no SYN was seen, who spoke first counts as the client."
    sides = (
        ("servers' ports", frozenset(talk.server[1] for talk in talks)),
        ("clients' ports", frozenset(talk.client[1] for talk in talks)),
    )
    inferred = any(talk.inferred for talk in talks)
    found = [
        PortSet(name, frozenset(port for port in ports if port is not None), note * inferred)
        for name, ports in sides
    ]
    kept = [one for one in found if one.ports]
    if not kept:
        raise PortlabError(
            "Nobody in this trace speaks TCP or UDP to anybody, so it has no ports to show. "
            "A Trace with a conversation has."
        )
    return kept


def _named(what: object, name: str | None) -> PortSet:
    if isinstance(what, PortSet):
        return what if name is None else PortSet(name, what.ports, what.note)
    if isinstance(what, (Trace, Mapping)) or what is None:
        raise PortlabError(f"{type(what).__name__} is no set of ports. {_TRY}")
    several = what if isinstance(what, Iterable) and not isinstance(what, str) else (what,)
    return PortSet("chosen" if name is None else name, frozenset(map(_number, several)))


def _number(one: object) -> int:
    return one.number if isinstance(one, Service) else check_port(one, zero=True)
