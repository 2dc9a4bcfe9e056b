"""The packet that a line waits for, among all that the host sends."""

from portlab.packets import IcmpMessage, Icmpv6Message, Packet, Segment, UdpDatagram
from portlab.scripts.flow import Flow
from portlab.scripts.flows import Flows
from portlab.scripts.lines import IcmpLine, PacketLine, TcpLine
from portlab.scripts.subject import HostUnderTest


class Awaited:
    """The first packet of `flow`, of the kind of `line`, that no line has asked for yet.

    `asked` are the places in `host.sent` of those that one has.
    """

    def __init__(
        self, host: HostUnderTest, flows: Flows, asked: set[int], line: PacketLine, flow: Flow
    ) -> None:
        self.flow = flow
        self._host = host
        self._flows = flows
        self._asked = asked
        self._line = line

    def found(self) -> int | None:
        """Its place in `host.sent`."""
        sent = self._host.sent
        for place in range(len(sent)):
            if place not in self._asked and self._is_it(sent[place].packet):
                return place
        return None

    def _is_it(self, packet: Packet) -> bool:
        payload = packet.payload
        if isinstance(self._line, IcmpLine):
            return isinstance(payload, IcmpMessage | Icmpv6Message)
        kind = Segment if isinstance(self._line, TcpLine) else UdpDatagram
        return isinstance(payload, kind) and self._flows.whose(packet) is self.flow
