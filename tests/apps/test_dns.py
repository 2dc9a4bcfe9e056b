"""The name server, as dnslib's client side, `dig` and plain bytes see it."""

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from dnslib import CLASS, EDNS0, OPCODE, QTYPE, RCODE, DNSHeader, DNSQuestion, DNSRecord
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.apps.dns import MOST_OVER_UDP, PLAIN, framed
from tests.requires import needs

LOCAL, PEER = ("10.0.0.1", 53), ("10.0.0.2", 50000)
DNS = apps.Dns()


def sent(*events: apps.Event) -> list[bytes]:
    """What the server sends for these events, in pieces as it sends them."""
    session = DNS.session(LOCAL, PEER)
    actions = [action for event in events for action in session.handle(event)]
    return [action.data for action in actions if isinstance(action, apps.Send)]


def ask(name: str, kind: str = "A", **more: Any) -> DNSRecord:
    """The answer over UDP."""
    (raw,) = sent(apps.Datagram(question(name, kind, **more).pack(), PEER))
    return DNSRecord.parse(raw)


def question(name: str, kind: str = "A", room: int = 0, **header: Any) -> DNSRecord:
    asked = DNSRecord(DNSHeader(id=7, rd=1, **header), q=DNSQuestion(name, getattr(QTYPE, kind)))
    if room:
        asked.add_ar(EDNS0(udp_len=room))
    return asked


def values(reply: DNSRecord) -> list[str]:
    return [str(record.rdata) for record in reply.rr]


def test_a_name_has_its_address() -> None:
    reply = ask("portlab.example")
    assert (reply.header.id, reply.header.qr, reply.header.aa, reply.header.rd) == (7, 1, 1, 1)
    assert reply.header.ra == reply.header.tc == 0
    assert values(reply) == ["192.0.2.80"]
    assert reply.questions == question("portlab.example").questions
    assert values(ask("PortLab.EXAMPLE.", "AAAA")) == ["2001:db8::80"]


def test_an_alias_is_followed_to_what_it_stands_for() -> None:
    assert values(ask("www.portlab.example")) == ["portlab.example.", "192.0.2.80"]
    assert values(ask("www.portlab.example", "CNAME")) == ["portlab.example."]
    circle = apps.Dns("a.example. 1 IN CNAME b.example.\nb.example. 1 IN CNAME a.example.")
    assert circle.answer(question("a.example").pack(), over="udp") is not None


def test_an_address_leads_back_to_its_name_and_a_name_to_a_text() -> None:
    assert values(ask("80.2.0.192.in-addr.arpa", "PTR")) == ["portlab.example."]
    assert values(ask("portlab.example", "TXT")) == ['"v=spf1 ip4:192.0.2.25 -all"']
    assert ask("81.2.0.192.in-addr.arpa", "PTR").header.rcode == RCODE.NXDOMAIN


def test_not_there_and_nothing_of_this_kind_are_two_things() -> None:
    assert ask("nothing.example").header.rcode == RCODE.NXDOMAIN
    there = ask("mail.portlab.example", "AAAA")
    assert (there.header.rcode, values(there)) == (RCODE.NOERROR, [])


@pytest.mark.parametrize(
    ("room", "truncated"), [(0, True), (100, True), (600, True), (700, False), (4096, False)]
)
def test_what_does_not_fit_is_empty_and_marked(room: int, truncated: bool) -> None:
    reply = ask("many.portlab.example", room=room)
    assert bool(reply.header.tc) is truncated
    assert len(reply.rr) == (0 if truncated else 40)
    assert reply.questions, "whoever asked must know which question this is about"
    assert len(reply.pack()) <= max(room, PLAIN)


def test_no_answer_over_udp_is_longer_than_every_line_carries() -> None:
    zone = "\n".join(f"huge.example. 1 IN A 192.0.2.{n}" for n in range(100))
    server = apps.Dns(zone)
    message = question("huge.example", room=4096).pack()
    over_udp, over_tcp = (server.answer(message, over=way) for way in ("udp", "tcp"))
    assert over_udp is not None
    assert over_tcp is not None
    assert DNSRecord.parse(over_udp).header.tc
    assert len(DNSRecord.parse(over_tcp).rr) == 100
    assert len(over_tcp) > MOST_OVER_UDP


def test_not_even_a_stream_carries_more_than_its_length_can_say() -> None:
    zone = "\n".join(f"huge.example. 1 IN A 10.1.{n >> 8}.{n & 255}" for n in range(4200))
    raw = apps.Dns(zone).answer(question("huge.example").pack(), over="tcp")
    assert raw is not None
    assert DNSRecord.parse(raw).header.tc


def test_edns_is_answered_with_edns_and_only_then() -> None:
    assert [record.edns_len for record in ask("portlab.example", room=900).ar] == [MOST_OVER_UDP]
    assert ask("portlab.example").ar == []


@given(st.data())
def test_a_stream_may_be_cut_anywhere(data: st.DataObject) -> None:
    """Two questions in one stream get two answers, each behind its length (RFC 1035 4.2.2)."""
    stream = b"".join(framed(question(name).pack()) for name in ("portlab.example", "no.example"))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    answers = sent(apps.Opened(), *map(apps.Data, pieces))
    assert [int.from_bytes(one[:2], "big") for one in answers] == [len(one) - 2 for one in answers]
    codes = [DNSRecord.parse(one[2:]).header.rcode for one in answers]
    assert codes == [RCODE.NOERROR, RCODE.NXDOMAIN]


def test_it_hangs_up_after_its_peer() -> None:
    session = DNS.session(LOCAL, PEER)
    assert list(session.handle(apps.PeerClosed())) == [apps.Close()]


def test_what_it_does_not_do_it_says() -> None:
    update = DNSRecord(DNSHeader(id=7, opcode=OPCODE.UPDATE), q=DNSQuestion("portlab.example"))
    chaos = DNSRecord(DNSHeader(id=7), q=DNSQuestion("version.bind", QTYPE.TXT, CLASS.CH))
    two = question("portlab.example")
    two.add_question(DNSQuestion("mail.portlab.example"))
    for message, code in [
        (update.pack(), RCODE.NOTIMP),
        (chaos.pack(), RCODE.REFUSED),
        (two.pack(), RCODE.FORMERR),
        (question("portlab.example").pack()[:-3], RCODE.FORMERR),
    ]:
        (raw,) = sent(apps.Datagram(message, PEER))
        reply = DNSRecord.parse(raw)
        assert (reply.header.id, reply.header.qr, reply.header.rcode) == (7, 1, code)


def test_it_never_answers_an_answer() -> None:
    """Two servers would talk for ever."""
    assert sent(apps.Datagram(ask("portlab.example").pack(), PEER)) == []


@given(st.binary(max_size=80))
def test_any_bytes_are_answered_in_form_or_not_at_all(data: bytes) -> None:
    for answer in sent(apps.Datagram(data, PEER), apps.Datagram(bytes(12) + data, PEER)):
        assert DNSRecord.parse(answer).header.qr == 1
    for answer in sent(apps.Opened(), apps.Data(data), apps.Data(framed(data))):
        assert len(answer) >= 14


# ---- with a program from outside


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A port that is the server's over TCP and over UDP."""
    with Lab("loopback") as lab:
        host = lab.host("server")
        number = host.listen(app=apps.Dns()).port
        host.udp(number, apps.Dns())
        yield number


def dig(port: int, *arguments: str) -> str:
    needs("dig")
    command = ["dig", "@127.0.0.1", "-p", str(port), "+time=5", "+tries=2", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize("way", ["+notcp", "+tcp"])
def test_dig_gets_its_answer_over_both(port: int, way: str) -> None:
    assert dig(port, way, "+short", "portlab.example") == "192.0.2.80\n"
    shown = dig(port, way, "portlab.example", "MX")
    assert "status: NOERROR" in shown
    assert "10 mail.portlab.example." in shown
    assert ("(TCP)" if way == "+tcp" else "(UDP)") in shown
    assert "WARNING: recursion requested but not available" in shown
    assert "status: NXDOMAIN" in dig(port, way, "nothing.example")
    assert dig(port, way, "+short", "-x", "192.0.2.80") == "portlab.example.\n"


def test_dig_asks_again_over_tcp_when_the_answer_is_truncated(port: int) -> None:
    shown = dig(port, "+noedns", "many.portlab.example")
    assert ";; Truncated, retrying in TCP mode." in shown
    assert shown.count("192.0.2.1") == 40
    assert "(TCP)" in shown


def test_dig_with_edns_needs_no_tcp(port: int) -> None:
    shown = dig(port, "+notcp", "+bufsize=1232", "many.portlab.example")
    assert "Truncated" not in shown
    assert shown.count("192.0.2.1") == 40
    assert "(UDP)" in shown
