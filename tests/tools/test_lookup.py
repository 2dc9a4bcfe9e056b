"""Asking a name server: over UDP, over TCP, and over one after the other."""

from collections.abc import Iterable
from typing import Any

import pytest
from dnslib import DNSRecord

from portlab import Lab, Link, apps, drop, lookup, run
from portlab.errors import ConnectionRefused, LabError, PortUnreachable, TimedOut
from tests.network.story import what


def asking(name: str = "portlab.example", kind: str = "A", **how: Any):
    def ask(lab: Lab) -> object:
        server, client = lab.hosts("server", "client")
        server.udp(53, apps.Dns())
        server.listen(53, apps.Dns())
        return lookup(client, server, name, kind, **how)

    return ask


def test_over_udp_it_is_one_packet_each_way() -> None:
    trace = run(asking())
    answer = trace.result
    assert what(trace) == ["udp", "udp"]
    assert (answer.status, answer.values, answer.over) == ("NOERROR", ("192.0.2.80",), "UDP")
    assert answer.size == trace[1].length
    assert str(answer) == "portlab.example A: NOERROR, 192.0.2.80, 49 bytes over UDP"


def test_over_tcp_each_message_has_its_length_before_it() -> None:
    trace = run(asking(over="tcp"))
    answer = trace.result
    assert (answer.values, answer.over, answer.truncated) == (("192.0.2.80",), "TCP", False)
    data = [record for record in trace if record.length]
    assert [record.segment.payload[:2] for record in data] == [b"\x00\x21", b"\x00\x31"]
    assert all(record.proto == "tcp" for record in trace)


def test_what_is_truncated_is_asked_for_again_over_tcp() -> None:
    trace = run(asking("many.portlab.example"))
    answer = trace.result
    assert (len(answer.values), answer.over, answer.truncated) == (40, "TCP", True)
    protos = [record.proto for record in trace]
    assert protos == ["udp"] * 2 + ["tcp"] * (len(protos) - 2)
    assert DNSRecord.parse(trace[1].packet.payload.payload).header.tc


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("nothing.example", "A", "nothing.example A: NXDOMAIN, no answer"),
        ("portlab.example", "MX", "portlab.example MX: NOERROR, 10 mail.portlab.example."),
        ("www.portlab.example", "A", "www.portlab.example A: NOERROR, 2 answers"),
    ],
)
def test_what_is_said_of_an_answer(name: str, kind: str, said: str) -> None:
    assert str(run(asking(name, kind)).result).startswith(said)


def test_who_asks_repeats_it_for_udp_does_not() -> None:
    trace = run(asking(), faults=[drop(1)])
    assert [record.time for record in trace] == [0, 5_000_000, 5_010_000]
    assert trace.result.values == ("192.0.2.80",)
    sooner = run(asking(timeout=1), faults=[drop(2)])
    assert [record.time for record in sooner] == [0, 10_000, 1_000_000, 1_010_000]


def test_patience_ends() -> None:
    trace = run(asking(timeout=2, tries=3), link=Link(loss=1))
    assert [record.time for record in trace] == [0, 2_000_000, 4_000_000]
    assert isinstance(trace.error, TimedOut)
    assert "3 tries of 2 s" in str(trace.error)


def test_where_no_server_is_the_host_says_so() -> None:
    def nobody(lab: Lab, over: str) -> None:
        server, client = lab.hosts("server", "client")
        lookup(client, server, "portlab.example", over=over)

    assert isinstance(run(lambda lab: nobody(lab, "udp")).error, PortUnreachable)
    assert isinstance(run(lambda lab: nobody(lab, "tcp")).error, ConnectionRefused)


class Liar:
    """Sends answers that are none before the right one."""

    name = "Liar"

    def session(self, local: apps.Address, peer: apps.Address) -> "Liar":
        return self

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        if not isinstance(event, apps.Datagram):
            return
        right = apps.Dns().answer(event.data, over="udp")
        other_id = bytes([right[0] ^ 1]) + right[1:]
        other_name = right.replace(b"portlab", b"portlub")
        for message in (b"no message", event.data, other_id, other_name, right):
            yield apps.Send(message)


def test_an_answer_to_another_question_is_not_taken() -> None:
    def ask(lab: Lab) -> object:
        server, client = lab.hosts("server", "client")
        server.udp(53, Liar())
        return lookup(client, server, "portlab.example")

    assert run(ask).result.values == ("192.0.2.80",)


@pytest.mark.parametrize("over", ["udp", "tcp"])
def test_real_sockets_carry_it_as_well(over: str) -> None:
    def ask(lab: Lab) -> object:
        server, client = lab.hosts("server", "client")
        port = server.listen(0, apps.Dns()).port
        server.udp(port, apps.Dns())
        return lookup(client, server, "many.portlab.example", over=over, port=port)

    answer = run(ask, world="loopback").result
    assert (len(answer.values), answer.over) == (40, "TCP")
    assert answer.truncated is (over == "udp")


@pytest.mark.parametrize(
    ("name", "kind"), [("a" * 64 + ".example", "A"), ("..", "A"), ("x" * 300, "A"), ("a", "NO")]
)
def test_not_every_name_can_be_asked_for(name: str, kind: str) -> None:
    with pytest.raises(LabError, match="cannot be asked for"):
        run(asking(name, kind))


def test_dns_goes_over_two_transports() -> None:
    with pytest.raises(LabError, match="over 'udp' or over 'tcp'"):
        run(asking(over="quic"))
