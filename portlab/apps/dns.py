"""A name server for one small zone, over UDP and TCP, on dnslib, which knows RFC 1035's format.

Its port is 53. Over UDP an answer has the room that the question offers: 512 bytes (RFC 1035
4.2.1), or what EDNS says (RFC 6891 6.2.3), but never more than `MOST_OVER_UDP`. What is longer
comes back empty and marked as truncated, so that the client asks again over TCP (RFC 7766 5).
"""

from collections.abc import Iterable, Iterator
from typing import Any

from portlab.apps.app import Action, Address, Close, Data, Datagram, Event, PeerClosed, Send

ZONE = "\n".join(
    [
        "portlab.example.       300 IN A     192.0.2.80",
        "portlab.example.       300 IN AAAA  2001:db8::80",
        "portlab.example.       300 IN MX    10 mail.portlab.example.",
        "mail.portlab.example.  300 IN A     192.0.2.25",
        "www.portlab.example.   300 IN CNAME portlab.example.",
        'portlab.example.       300 IN TXT   "v=spf1 ip4:192.0.2.25 -all"',
        "80.2.0.192.in-addr.arpa. 300 IN PTR portlab.example.",
        *(f"many.portlab.example. 300 IN A 192.0.2.{number}" for number in range(101, 141)),
    ]
)
"""What Dns serves unless it is given another zone; many.portlab.example has forty addresses. Names
under in-addr.arpa lead from an address to its name (RFC 1035 3.5)."""

PLAIN = 512
MOST_OVER_UDP = 1232
"""Bytes of one answer: without EDNS; and at most, so that it passes every line that IPv6 does (1280
bytes, RFC 8200 section 5, less the headers of IPv6 and UDP)."""

_LONGEST = 65_535  # its length is written in 16 bits (RFC 1035 4.2.2)
_HEADER = 12
_MOST_ALIASES = 8


class Dns:
    """Answers with authority for the names of `zone`, written as a master file (RFC 1035 5.1).

    It asks nobody else on a client's behalf, and says so (RA is 0, RFC 1035 4.1.1).
    A name that is not there is NXDOMAIN; a kind of record that a name has not got is an empty
    answer (RFC 2308). What is no question at all gets FORMERR, and an operation other than a
    standard query NOTIMP.
    """

    name = "Dns"

    def __init__(self, zone: str = ZONE) -> None:
        from dnslib import RR

        self._records = RR.fromZone(zone)

    def session(self, local: Address, peer: Address) -> "_DnsSession":
        return _DnsSession(self)

    def answer(self, message: bytes, *, over: str) -> bytes | None:
        """The reply to one message, for `udp` or `tcp`; None to what is no question at all."""
        import dnslib

        if len(message) < _HEADER or message[2] & 0x80:  # too short, or itself a reply
            return None
        try:
            asked = dnslib.DNSRecord.parse(message)
        except Exception:  # dnslib raises many kinds for bytes that are no message
            return _refusal(message, dnslib.RCODE.FORMERR)
        if asked.header.opcode != dnslib.OPCODE.QUERY:
            return _refusal(message, dnslib.RCODE.NOTIMP)
        if len(asked.questions) != 1:
            return _refusal(message, dnslib.RCODE.FORMERR)
        reply = self._reply(asked)
        raw = bytes(reply.pack())
        if len(raw) > (_room(asked) if over == "udp" else _LONGEST):
            reply.rr, reply.header.tc = [], 1
            raw = bytes(reply.pack())
        return raw

    def _reply(self, asked: Any) -> Any:
        import dnslib

        reply = asked.reply(ra=0)
        question = reply.q
        if question.qclass != dnslib.CLASS.IN:
            reply.header.rcode, reply.header.aa = dnslib.RCODE.REFUSED, 0
        else:
            reply.add_answer(*self._answers(question))
            if not any(record.rname == question.qname for record in self._records):
                reply.header.rcode = dnslib.RCODE.NXDOMAIN
        if any(record.rtype == dnslib.QTYPE.OPT for record in asked.ar):
            reply.add_ar(dnslib.EDNS0(udp_len=MOST_OVER_UDP))
        return reply

    def _answers(self, question: Any) -> Iterator[Any]:
        """The records asked for; an alias is followed inside the zone (RFC 1034 4.3.2)."""
        import dnslib

        wanted, name = question.qtype, question.qname
        for _ in range(_MOST_ALIASES):
            there = [record for record in self._records if record.rname == name]
            yield from (r for r in there if wanted in (r.rtype, dnslib.QTYPE.ANY))
            aliases = [record for record in there if record.rtype == dnslib.QTYPE.CNAME]
            if not aliases or wanted in (dnslib.QTYPE.CNAME, dnslib.QTYPE.ANY):
                return
            yield aliases[0]
            name = aliases[0].rdata.label


class _DnsSession:
    """One datagram is one message; on a stream each has its length before it (RFC 1035 4.2.2)."""

    def __init__(self, server: Dns) -> None:
        self._server = server
        self._come = b""

    def handle(self, event: Event) -> Iterable[Action]:
        if isinstance(event, Datagram):
            answer = self._server.answer(event.data, over="udp")
            if answer is not None:
                yield Send(answer)
        elif isinstance(event, Data):
            yield from self._stream(event.data)
        elif isinstance(event, PeerClosed):
            yield Close()

    def _stream(self, data: bytes) -> Iterator[Action]:
        come = self._come + data
        at = 0
        while len(come) >= at + 2:
            end = at + 2 + int.from_bytes(come[at : at + 2], "big")
            if len(come) < end:
                break
            answer = self._server.answer(come[at + 2 : end], over="tcp")
            if answer is not None:
                yield Send(framed(answer))
            at = end
        self._come = come[at:]


def framed(message: bytes) -> bytes:
    """A message as it travels over TCP, behind its length in two bytes (RFC 1035 4.2.2).

    >>> framed(b"abc")
    b'\\x00\\x03abc'
    """
    return len(message).to_bytes(2, "big") + message


def _room(asked: Any) -> int:
    """How long a reply over UDP may be: what the question offers by EDNS, within our limits."""
    import dnslib

    offers = [record.edns_len for record in asked.ar if record.rtype == dnslib.QTYPE.OPT]
    return int(min(max(PLAIN, *offers), MOST_OVER_UDP)) if offers else PLAIN


def _refusal(message: bytes, rcode: int) -> bytes:
    """A bare header with the question's id, operation and wish for recursion, and this code."""
    flags = 0x80 | message[2] & 0x79
    return message[:2] + bytes([flags, rcode]) + bytes(8)
