"""The conversations of one script: which one a line speaks of.

As in packetdrill one is under test at a time: the last that was called, listened for or bound. A
line that names its ports (`< 5000 > 8080 S ...`) speaks of that very one.
"""

from portlab.apps.app import Address
from portlab.packets import Packet, Segment, UdpDatagram
from portlab.scripts.arguments import PORT
from portlab.scripts.flow import Flow
from portlab.scripts.lines import IcmpLine, PacketLine, TcpLine
from portlab.scripts.settings import Settings
from portlab.scripts.subject import Ends

FIRST_PORT = 50_000
"""Where the script calls from; each further call comes from the next port."""


class Flows:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[tuple[str, int, int], Flow] = {}
        self._current: Flow | None = None
        self._listening = PORT
        self._next_port = FIRST_PORT

    def opened(self, name: str, ends: Ends | None) -> None:
        """A call of this name has gone well on a descriptor that is bound to `ends`."""
        if ends is None or ends.local is None:
            return
        port = ends.local[1]
        if name == "listen":
            self._listening, self._current = port, None
        elif name == "connect" and ends.remote is not None:
            self._use(ends.proto, ends.local, ends.remote, active=True)
        elif ends.proto == "udp" and name in ("bind", "sendto"):
            self._use("udp", ends.local, ends.remote or (self._settings.remote, PORT))

    def of(self, line: PacketLine, *, outbound: bool) -> Flow:
        """The one that `line` speaks of, new if need be."""
        if isinstance(line, IcmpLine):
            return self._current or self._new("tcp")
        proto = "tcp" if isinstance(line, TcpLine) else "udp"
        if line.ports is not None:
            local, remote = line.ports if outbound else line.ports[::-1]
            return self._use(proto, (self._settings.local, local), (self._settings.remote, remote))
        if self._current is None or self._current.proto != proto:
            self._new(proto)
        assert self._current is not None
        return self._current

    def whose(self, packet: Packet) -> Flow | None:
        """The one that a packet of the host belongs to."""
        payload = packet.payload
        if not isinstance(payload, Segment | UdpDatagram):
            return self._current
        return self._known.get((packet.proto, payload.source_port, payload.destination_port))

    def _new(self, proto: str) -> Flow:
        self._next_port += 1
        port = self._next_port - 1
        local = (self._settings.local, self._listening if proto == "tcp" else PORT)
        return self._use(proto, local, (self._settings.remote, port))

    def _use(self, proto: str, local: Address, remote: Address, *, active: bool = False) -> Flow:
        key = proto, local[1], remote[1]
        flow = self._known.get(key)
        if flow is None or (active and not flow.active):
            flow = self._known[key] = Flow(
                proto, local, remote, active=active, scaled_echo=self._settings.scaled_echo
            )
        self._current = flow
        return flow
