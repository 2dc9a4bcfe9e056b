"""Which ports of this computer have a program behind them: read, without sending anything."""

from collections.abc import Iterable, Iterator
from typing import Any

from portlab.errors import PortlabError

TRANSPORTS = ("tcp", "udp")


def listening(transport: str) -> tuple[frozenset[int], bool]:
    """The ports with a listener, and whether those of all users could be seen.

    With TCP a listener waits for connections. UDP has no such state: what counts is a socket that
    has a port and no peer, which may be a client's as well. Raises PortlabError for any other
    transport, and where the system tells nothing.
    """
    import psutil

    if transport not in TRANSPORTS:
        raise PortlabError(
            f"Listeners are told for TCP or UDP, and not for {transport!r}. "
            'Write listening_ports("tcp") or listening_ports("udp").'
        )
    try:
        return frozenset(_ports(psutil.net_connections(kind=transport), transport)), True
    except psutil.AccessDenied:  # macOS, for all but root
        return frozenset(_ports(_own(transport), transport)), False
    except (psutil.Error, OSError) as error:
        raise PortlabError(
            f"This system does not say which ports have a listener ({error}). "
            "Its own tools may: ss -tuln, netstat -an, lsof -i."
        ) from error


def _ports(sockets: Iterable[Any], transport: str) -> Iterator[int]:
    """Those that wait; `sockets` are psutil's."""
    for one in sockets:
        waits = one.status == "LISTEN" if transport == "tcp" else not one.raddr
        if waits and one.laddr:
            yield one.laddr.port


def _own(transport: str) -> Iterator[Any]:
    """The sockets of those programs that this user may look into."""
    import psutil

    for process in psutil.process_iter():
        # psutil 6 renamed it.
        read = getattr(process, "net_connections", None) or process.connections
        try:
            yield from read(kind=transport)
        except (psutil.Error, OSError):
            continue
