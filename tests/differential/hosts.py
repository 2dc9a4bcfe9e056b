"""Stories of whole hosts: UDP, ICMP, queues of callers. Each in every pairing, in one lab.

As in `scenarios`, each move is carried to its end (`lab.run()`) before the next.
"""

from collections.abc import Callable
from dataclasses import dataclass

from portlab import Lab, Link
from portlab.errors import ConnectionAborted, PacketError, PortlabError, PortUnreachable, TimedOut
from portlab.host import Host
from portlab.packets import IcmpMessage, Icmpv6Message, Segment, UdpDatagram
from portlab.trace.record import Record
from tests.differential.traces import in_words

PORT = 80
LINE = Link(delay=0.002)


def udp_exchange(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.udp(PORT) as far, client.udp() as near:
        near.send_to(b"hello", server, PORT)
        data, (address, port) = far.receive()
        far.send_to(data[::-1], address, port)
        return [f"got {near.receive()[0]!r}"]


def udp_empty_datagram(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.udp(PORT) as far, client.udp() as near:
        near.send_to(b"", server, PORT)
        return [f"got {far.receive()[0]!r}"]


def udp_closed_port(lab: Lab, server: Host, client: Host) -> list[str]:
    with client.udp() as near:
        near.connect(server, PORT)
        near.send(b"anybody?")
        try:
            near.receive(timeout=5)
        except PortUnreachable:
            return ["told: port unreachable"]
    return ["not told"]


def udp_closed_port_and_no_connect(lab: Lab, server: Host, client: Host) -> list[str]:
    """Only a connected socket hears of it (RFC 1122 4.1.3.3 leaves it to connect)."""
    with client.udp() as near:
        near.send_to(b"anybody?", server, PORT)
        try:
            near.receive(timeout=0.5)
        except PortUnreachable:
            return ["told: port unreachable"]
        except TimedOut:
            return ["not told"]
    return ["an answer"]


def udp_where_only_tcp_listens(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.listen(PORT):
        return udp_closed_port(lab, server, client)


def udp_too_large(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.udp(PORT), client.udp() as near:
        try:
            near.send_to(bytes(65_508), server, PORT)
        except PacketError:
            return ["refused by its own host"]
    return ["sent"]


def udp_larger_than_the_mtu(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.udp(PORT) as far, client.udp() as near:
        near.send_to(bytes(3000), server, PORT)
        return [f"got {len(far.receive()[0])} bytes"]


def udp_truncated(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.udp(PORT) as far, client.udp() as near:
        near.send_to(b"0123456789", server, PORT)
        near.send_to(b"next", server, PORT)
        return [f"got {far.receive(4)[0]!r}", f"got {far.receive()[0]!r}"]


def tcp_where_only_udp_is(lab: Lab, server: Host, client: Host) -> list[str]:
    with server.udp(PORT):
        try:
            client.connect(server, PORT)
        except PortlabError as error:
            return [type(error).__name__]
    return ["connected"]


def nobody_has_the_address(lab: Lab, server: Host, client: Host) -> list[str]:
    try:
        client.connect("10.0.0.99", PORT, timeout=0.5)
    except TimedOut:
        return ["timed out"]
    return ["connected"]


def full_backlog(lab: Lab, server: Host, client: Host) -> list[str]:
    """Nobody accepts, and there is room for one."""
    found = []
    server.listen(PORT, backlog=1)
    for _ in range(3):
        try:
            client.connect(server, PORT, timeout=2)
            found.append("connected")
        except TimedOut:
            found.append("timed out")
    return found


def listener_closed_under_a_caller(lab: Lab, server: Host, client: Host) -> list[str]:
    """The caller is established, and nobody will ever accept it."""
    listener = server.listen(PORT)
    caller = client.connect(server, PORT)
    lab.run()
    listener.close()
    lab.run()
    try:
        return [f"got {caller.receive(timeout=1)!r}"]
    except ConnectionAborted:
        return ["told: reset"]
    except TimedOut:
        return ["not told"]
    finally:
        caller.abort()


def ping(lab: Lab, server: Host, client: Host) -> list[str]:
    return ["answered" if client.ping(server, timeout=5) > 0 else ""]


@dataclass(frozen=True)
class HostCase:
    scenario: Callable[[Lab, Host, Host], list[str]]

    @property
    def name(self) -> str:
        return self.scenario.__name__.replace("_", " ").replace("udp", "UDP").replace("tcp", "TCP")


WORLDS = {"linux": None, "model": "model"}


def play_hosts(case: HostCase, client: str, server: str) -> list[str]:
    """What was on the wire and what the program was told."""
    with Lab("kernel", link=LINE) as lab:
        far = lab.host("server", world=WORLDS[server])
        near = lab.host("client", world=WORLDS[client])
        told = case.scenario(lab, far, near)
        lab.run()
        seen = list(lab.trace)
    return [*records_in_words(seen, near.addresses), *told]


def records_in_words(records: list[Record], client: tuple[str, ...]) -> list[str]:
    """TCP as everywhere, each connection by itself; then every packet that is not TCP's."""
    lines: list[str] = []
    flows: dict[frozenset[object], list[tuple[int, Segment]]] = {}
    for record in records:
        if record.segment:
            flow = frozenset({(record.src, record.sport), (record.dst, record.dport)})
            sender = int(record.src not in client)
            flows.setdefault(flow, []).append((sender, record.segment))
    for segments in flows.values():
        lines += in_words(segments)
    for record in records:
        assert record.packet
        arrow, payload = ">" if record.src in client else "<", record.packet.payload
        if isinstance(payload, UdpDatagram):
            lines.append(f"{arrow} UDP len={len(payload.payload)}")
        elif isinstance(payload, IcmpMessage | Icmpv6Message):
            lines.append(f"{arrow} ICMP {payload.code_name or payload.type_name}")
        elif not isinstance(payload, Segment):
            lines.append(f"{arrow} a fragment of {len(record.packet)} bytes")
    return lines


HOST_CASES = [
    HostCase(scenario)
    for scenario in (
        udp_exchange,
        udp_empty_datagram,
        udp_closed_port,
        udp_closed_port_and_no_connect,
        udp_where_only_tcp_listens,
        udp_too_large,
        udp_larger_than_the_mtu,
        udp_truncated,
        tcp_where_only_udp_is,
        nobody_has_the_address,
        full_backlog,
        listener_closed_under_a_caller,
        ping,
    )
]
