"""Who belongs to which conversation, who called whom, and what each side sent."""

from portlab.packets import (
    ACK,
    FIN,
    MORE_FRAGMENTS,
    PSH,
    RST,
    SYN,
    FragmentHeader,
    IcmpMessage,
    Icmpv6Message,
    Ipv4,
    Ipv6,
    Packet,
    Reason,
    Segment,
    UdpDatagram,
)
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.record import Call, Record, StateChange
from portlab.trace.trace import Trace
from tests.trace.files import HANDSHAKE, SYN_PACKET

CLIENT, SERVER = ("10.0.0.2", 49152), ("10.0.0.1", 80)
End = tuple[str, int]


def tcp(source: End, to: End, flags: int, seq: int = 1, payload: bytes = b"") -> Packet:
    return Packet.build(source[0], to[0], Segment(source[1], to[1], seq, 1, flags, payload=payload))


def udp(source: End, to: End, payload: bytes = b"?") -> Packet:
    return Packet.build(source[0], to[0], UdpDatagram(source[1], to[1], payload))


def trace_of(*packets: Packet | None) -> Trace:
    return Trace(
        [
            Record(i, i * 1000, "recorded", "seen", packet, problem=None if packet else "ARP")
            for i, packet in enumerate(packets, start=1)
        ],
        hosts={"10.0.0.2": "client", "10.0.0.1": "server"},
    )


def numbers(found: tuple[Conversation, ...]) -> list[list[int]]:
    return [[record.number for record in one.trace] for one in found]


def test_directions_belong_together_and_protocols_do_not() -> None:
    trace = trace_of(
        HANDSHAKE[0], udp(CLIENT, SERVER), None, HANDSHAKE[1], udp(SERVER, CLIENT), HANDSHAKE[2]
    )
    found = conversations(trace)
    assert numbers(found) == [[1, 4, 6], [2, 5]]
    assert [one.number for one in found] == [1, 2]
    assert [one.proto for one in found] == ["tcp", "udp"]
    assert str(found[0]) == "1: tcp client:49152 > server:80, 3 packets, 0 bytes"
    assert str(found[1]) == (
        "2: udp client:49152 > server:80 (client inferred), 2 packets, 2 bytes"
    )
    assert found[0].duration == 5000


def test_each_side_is_counted_for_itself() -> None:
    request = tcp(CLIENT, SERVER, PSH | ACK, payload=b"GET")
    trace = trace_of(*HANDSHAKE, request, request, tcp(SERVER, CLIENT, ACK, payload=b"hello"))
    (found,) = conversations(trace)
    assert (found.packets_from_client, found.packets_from_server) == (4, 2)
    assert (found.bytes_from_client, found.bytes_from_server) == (6, 5)


def test_who_is_the_client() -> None:
    """The SYN says; a SYN,ACK lets one infer; otherwise it is a guess, and marked."""
    syn, syn_ack, ack = HANDSHAKE

    def ends(*packets: Packet) -> tuple[object, ...]:
        (found,) = conversations(trace_of(*packets))
        return found.client, found.server, found.inferred

    assert ends(syn, syn_ack, ack) == (CLIENT, SERVER, False)
    assert ends(tcp(SERVER, CLIENT, ACK), syn) == (CLIENT, SERVER, False)
    assert ends(syn_ack, ack) == (CLIENT, SERVER, True)
    assert ends(tcp(SERVER, CLIENT, ACK), ack) == (SERVER, CLIENT, True)
    both = (syn, tcp(SERVER, CLIENT, SYN), tcp(SERVER, CLIENT, SYN | ACK))
    assert ends(*both) == (CLIENT, SERVER, False)


def test_a_host_that_talks_to_itself() -> None:
    here, there = ("127.0.0.1", 50000), ("127.0.0.1", 80)
    (found,) = conversations(
        trace_of(tcp(here, there, SYN), tcp(there, here, SYN | ACK), tcp(here, there, ACK))
    )
    assert (found.client, found.server) == (here, there)
    assert (found.packets_from_client, found.packets_from_server) == (2, 1)


def test_a_port_used_again_is_another_conversation() -> None:
    syn, again = tcp(CLIENT, SERVER, SYN, seq=10), tcp(CLIENT, SERVER, SYN, seq=99)
    refused = tcp(SERVER, CLIENT, RST | ACK)
    assert numbers(conversations(trace_of(syn, refused, again, refused))) == [[1, 2], [3, 4]]
    # The same SYN again is a retransmission, and a new one in a connection that is not over is
    # not yet a new connection (RFC 9293 3.10.7.4 answers it with a challenge ACK).
    assert numbers(conversations(trace_of(syn, refused, syn))) == [[1, 2, 3]]
    assert numbers(conversations(trace_of(syn, again))) == [[1, 2]]


def test_an_icmp_error_belongs_to_the_packet_that_it_is_about() -> None:
    query = udp(CLIENT, SERVER)
    error = Packet.build("10.0.0.254", "10.0.0.2", IcmpMessage.unreachable(query.raw))
    (found,) = conversations(trace_of(query, error))
    assert numbers((found,)) == [[1, 2]]
    assert (found.packets_from_client, found.packets_from_server) == (1, 0)
    assert (found.bytes_from_client, found.bytes_from_server) == (1, 0)
    (alone,) = conversations(trace_of(error))
    assert (alone.proto, alone.client, alone.server, alone.inferred) == (
        "udp",
        CLIENT,
        SERVER,
        True,
    )


def test_an_icmpv6_error_too() -> None:
    query = udp(("fd00::2", 5000), ("fd00::1", 53))
    error = Packet.build("fd00::1", "fd00::2", Icmpv6Message.unreachable(query.raw))
    assert numbers(conversations(trace_of(query, error))) == [[1, 2]]


def test_a_ping_and_an_error_that_quotes_nonsense_are_between_two_hosts() -> None:
    ping = Packet.build("10.0.0.2", "10.0.0.1", IcmpMessage.echo(1, 1))
    pong = Packet.build("10.0.0.1", "10.0.0.2", IcmpMessage.echo(1, 1, reply=True))
    nonsense = Packet.build("10.0.0.1", "10.0.0.2", IcmpMessage.error(3, 3, b"?"))
    (found,) = conversations(trace_of(ping, pong, nonsense))
    assert (found.proto, found.client, found.server) == (
        "icmp",
        ("10.0.0.2", None),
        ("10.0.0.1", None),
    )
    assert str(found) == "1: icmp client > server (client inferred), 3 packets, 13 bytes"


def test_fragments_follow_the_first_of_their_datagram() -> None:
    whole = UdpDatagram(5000, 53, bytes(40)).encode("10.0.0.2", "10.0.0.1")
    first = Ipv4("10.0.0.2", "10.0.0.1", 17, identification=7, flags=MORE_FRAGMENTS)
    later = Ipv4("10.0.0.2", "10.0.0.1", 17, identification=7, fragment_offset=3)
    packets = [Packet(first.encode(whole[:24])), Packet(later.encode(whole[24:]))]
    (found,) = conversations(trace_of(*packets))
    assert (found.client, found.packets_from_client) == (("10.0.0.2", 5000), 2)
    assert conversations(trace_of(packets[1]))[0].client == ("10.0.0.2", None)


def test_fragments_of_ipv6_too() -> None:
    whole = UdpDatagram(5000, 53, bytes(40)).encode("fd00::2", "fd00::1")

    def fragment(data: bytes, identification: int, offset: int, more: bool) -> Packet:
        header = FragmentHeader(17, offset, more, identification)
        return Packet(Ipv6("fd00::2", "fd00::1", 44, extensions=(header,)).encode(data))

    trace = trace_of(
        fragment(whole[:24], 7, 0, True),
        fragment(whole[24:], 7, 3, False),
        fragment(whole[24:], 8, 3, False),
    )
    assert numbers(conversations(trace)) == [[1, 2], [3]]


def test_socket_calls_have_conversations_where_they_show_both_ends() -> None:
    calls = [
        Call("listen", "tcp", *SERVER, None, None),
        Call("connect", "tcp", *CLIENT, *SERVER),
        Call("send", "tcp", *CLIENT, *SERVER, length=5),
        Call("receive", "tcp", *SERVER, *CLIENT, length=5),
    ]
    trace = Trace([Record(i, i, "called", "returned", call=c) for i, c in enumerate(calls)])
    (found,) = conversations(trace)
    assert numbers((found,)) == [[1, 2, 3]]
    assert (found.client, found.inferred) == (CLIENT, True)


def test_state_changes_go_with_their_conversation() -> None:
    reason = Reason(9293, "3.10", "Because.")

    def change(time: int, remote: End) -> StateChange:
        return StateChange(time, "client", CLIENT, remote, "CLOSED", "open", "SYN-SENT", reason)

    again = tcp(CLIENT, SERVER, SYN, seq=99)
    trace = trace_of(SYN_PACKET, tcp(SERVER, CLIENT, FIN | ACK), again, udp(CLIENT, SERVER))
    mine, elsewhere, later = (
        change(900, SERVER),
        change(900, ("10.0.0.9", 80)),
        change(3000, SERVER),
    )
    trace.changes = [mine, elsewhere, later]
    assert [one.trace.changes for one in conversations(trace)] == [[mine], [later], []]


def test_no_records_no_conversations() -> None:
    assert conversations(Trace()) == ()
