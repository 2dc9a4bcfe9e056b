"""A host of the loopback world: a name for part of this program, at 127.0.0.1 and ::1."""

from collections.abc import Sequence
from typing import NoReturn

from portlab.errors import LabError
from portlab.host import Host, SocketInfo, SocketTable
from portlab.worlds.sockets.host import ORDER, SocketHost

_STATES = {"FIN_WAIT1": "FIN-WAIT-1", "FIN_WAIT2": "FIN-WAIT-2", "SYN_RECV": "SYN-RECEIVED"}


class LoopbackHost(SocketHost):
    """See `portlab.host.Host`. Without an `address`, a socket is at 127.0.0.1.

    All hosts share this computer's ports: two of them cannot have the same one.
    """

    def start_connect(self, peer: "Host | str", port: int, *, source_port: int = 0) -> NoReturn:
        raise LabError(
            "Two calls cannot cross in the loopback world: this computer is both ends, so it has "
            "answered the first SYN before the second call is made. Use connect(), or "
            "world='model'."
        )

    def ping(
        self, peer: "Host | str", *, data: bytes = b"portlab", timeout: float = 1.0
    ) -> NoReturn:
        raise LabError(
            "A ping is ICMP, for which most systems ask administrator rights of every program but "
            "their own `ping`. Type `ping 127.0.0.1` in a terminal, or use world='model'."
        )

    def inside(self) -> NoReturn:
        raise LabError(
            f"{self._name} is a name for this computer itself, so every socket is inside already: "
            "point http.client and the like at 127.0.0.1 and the port of a listener. For hosts of "
            "their own take Lab('kernel')."
        )

    def run(
        self, argv: Sequence[str], *, input: bytes = b"", timeout: float | None = 10.0
    ) -> NoReturn:
        raise LabError(
            f"{self._name} is a name for this computer itself: start the program as always, in a "
            "terminal or with subprocess, and point it at 127.0.0.1 and the port of a listener. To "
            "run it in a host of its own take Lab('kernel')."
        )

    def sockets(self) -> SocketTable:
        self._core.check()
        mine = [held for held in self._core.sockets.copy().values() if held.host == self._name]
        states = _states_of_connections() if any(one.remote for one in mine) else {}
        return SocketTable(
            SocketInfo(
                held.proto,
                {"listener": "LISTEN", "udp": "UNCONN"}.get(held.kind)
                or states.get((held.local, held.remote), "CLOSED"),
                held.local,
                held.remote,
                held.program,
            )
            for held in sorted(mine, key=lambda held: ORDER[held.kind])
        )


def _states_of_connections() -> dict[tuple[object, object], str]:
    """The TCP state of every connection of this program, as the system tells it."""
    import psutil

    process = psutil.Process()
    # psutil 6 renamed it.
    connections = getattr(process, "net_connections", None) or process.connections
    try:
        found = connections(kind="tcp")
    except (psutil.Error, OSError):
        return {}
    return {
        (tuple(one.laddr), tuple(one.raddr)): _STATES.get(one.status, one.status.replace("_", "-"))
        for one in found
        if one.raddr
    }
