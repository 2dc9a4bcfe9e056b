"""Single packets: Linux understands what portlab encodes, and portlab reads what Linux answers.

The kernel throws a packet with a wrong checksum away without a word, so every answer shows that
our checksums are right; its own are verified on the way back.
"""

import socket

import pytest

from portlab.packets import (
    ACK,
    FIN,
    PSH,
    RST,
    SYN,
    URG,
    IcmpMessage,
    Icmpv6Message,
    MaximumSegmentSize,
    Packet,
    SackPermitted,
    Segment,
    Timestamps,
    UdpDatagram,
    WindowScale,
)
from tests.oracle.kernel_host import KernelHost
from tests.requires import needs

needs("kernel")

OUR_PORT, THEIR_PORT, SILENT_PORT = 40000, 80, 81


class Line:
    """Our end of the wire to one kernel host, over one version of IP."""

    def __init__(self, host, family):
        self.host, self.family = host, family
        ipv6 = family == socket.AF_INET6
        self.ours = host.peer6 if ipv6 else host.peer
        self.theirs = host.address6 if ipv6 else host.address

    def ask(self, payload):
        """The kernel's answer to one packet of ours."""
        self.tell(payload)
        return self.hear()

    def tell(self, payload):
        self.host.write(Packet.build(self.ours, self.theirs, payload).raw)

    def hear(self):
        raw = self.host.read(5)
        assert raw is not None, "the kernel said nothing"
        packet = Packet.decode(raw)
        assert packet.checksum_ok
        assert (packet.src, packet.dst) == (self.theirs, self.ours)
        return packet

    def listen(self):
        server = self.host.socket(self.family)
        server.bind((self.theirs, THEIR_PORT))
        server.listen()
        return server


@pytest.fixture(params=["IPv4", "IPv6"])
def line(request):
    with KernelHost() as host:
        yield Line(host, socket.AF_INET if request.param == "IPv4" else socket.AF_INET6)


def segment(flags, *, seq=1000, ack=0, to=THEIR_PORT, **fields):
    return Segment(OUR_PORT, to, seq, ack=ack, flags=flags, window=64240, **fields)


def test_a_syn_with_every_option_is_answered_by_syn_ack(line):
    line.listen()
    ours = (MaximumSegmentSize(1400), SackPermitted(), Timestamps(77, 0), WindowScale(7))
    answer = line.ask(segment(SYN, options=ours)).payload
    assert answer.flags == SYN | ACK
    assert answer.ack == 1001
    assert (answer.source_port, answer.destination_port) == (THEIR_PORT, OUR_PORT)
    options = {type(option): option for option in answer.options}
    header = 40 if line.family == socket.AF_INET else 60
    assert options[MaximumSegmentSize].mss == 1500 - header
    assert SackPermitted in options
    assert options[Timestamps].echo == 77
    assert WindowScale in options


def test_the_kernel_offers_only_the_options_that_the_syn_had(line):
    line.listen()
    answer = line.ask(segment(SYN)).payload
    assert answer.flags == SYN | ACK
    assert [type(option) for option in answer.options] == [MaximumSegmentSize]


def test_data_after_our_handshake_reaches_the_program(line):
    server = line.listen()
    theirs = line.ask(segment(SYN)).payload
    after = theirs.seq + 1
    line.tell(segment(ACK, seq=1001, ack=after))
    answer = line.ask(segment(PSH | ACK, seq=1001, ack=after, payload=b"hello")).payload
    assert (answer.flags, answer.ack) == (ACK, 1006)
    server.settimeout(5)
    connection, caller = line.host.adopt(server.accept()[0]), (line.ours, OUR_PORT)
    assert connection.getpeername()[:2] == caller
    assert connection.recv(100) == b"hello"


# RFC 9293 3.10.7.1: whatever comes to a closed port, and what is said to it.
CLOSED_PORT = {
    "SYN": (segment(SYN), (RST | ACK, 0, 1001)),
    "SYN with data": (segment(SYN, payload=b"12345"), (RST | ACK, 0, 1006)),
    "SYN at the end of the numbers": (segment(SYN, seq=0xFFFFFFFF), (RST | ACK, 0, 0)),
    "FIN": (segment(FIN), (RST | ACK, 0, 1001)),
    "FIN, PSH and URG with data": (segment(FIN | PSH | URG, payload=b"1"), (RST | ACK, 0, 1002)),
    "no flags": (segment(0), (RST | ACK, 0, 1000)),
    "ACK": (segment(ACK, ack=5000), (RST, 5000, None)),
    "SYN,ACK": (segment(SYN | ACK, ack=5000), (RST, 5000, None)),
    "data": (segment(PSH | ACK, ack=5000, payload=b"data"), (RST, 5000, None)),
}


def test_a_closed_port_answers_as_the_rfc_says(line):
    answers = {}
    for name, (sent, _) in CLOSED_PORT.items():
        answer = line.ask(sent).payload
        assert answer.payload == b""
        answers[name] = answer.flags, answer.seq, answer.ack if answer.has_ack else None
    assert answers == {name: said for name, (_, said) in CLOSED_PORT.items()}


def test_nothing_answers_a_reset(line):
    line.tell(segment(RST, to=SILENT_PORT))
    line.tell(segment(RST | ACK, ack=5, to=SILENT_PORT))
    assert line.ask(segment(SYN, seq=7, to=SILENT_PORT)).payload.ack == 8


def test_a_wrong_checksum_gets_no_answer(line):
    good = Packet.build(line.ours, line.theirs, segment(SYN, seq=500)).raw
    line.host.write(good[:-1] + bytes([good[-1] ^ 1]))
    assert line.ask(segment(SYN, seq=7)).payload.ack == 8
    assert line.host.read(0.1) is None


def test_a_datagram_reaches_the_program_and_its_answer_comes_back(line):
    program = line.host.socket(line.family, socket.SOCK_DGRAM)
    program.bind((line.theirs, 53))
    program.settimeout(5)
    line.tell(UdpDatagram(OUR_PORT, 53, b"question"))
    data, caller = program.recvfrom(100)
    assert (data, caller[:2]) == (b"question", (line.ours, OUR_PORT))
    program.sendto(b"answer", caller)
    answer = line.hear().payload
    assert (answer.source_port, answer.destination_port) == (53, OUR_PORT)
    assert (answer.payload, answer.length) == (b"answer", 8 + 6)


@pytest.mark.parametrize("data", [b"", b"\0", b"odd", b"\xff\xff" * 600])
def test_datagrams_of_odd_lengths_arrive(line, data):
    program = line.host.socket(line.family, socket.SOCK_DGRAM)
    program.bind((line.theirs, 53))
    program.settimeout(5)
    line.tell(UdpDatagram(OUR_PORT, 53, data))
    assert program.recv(2000) == data


def test_a_closed_udp_port_is_port_unreachable_quoting_our_datagram(line):
    ours = Packet.build(line.ours, line.theirs, UdpDatagram(OUR_PORT, SILENT_PORT, b"anyone?"))
    line.host.write(ours.raw)
    answer = line.hear().payload
    if line.family == socket.AF_INET:
        assert isinstance(answer, IcmpMessage)
        assert (answer.type, answer.code) == (3, 3)
    else:
        assert isinstance(answer, Icmpv6Message)
        assert (answer.type, answer.code) == (1, 4)
    assert answer.body[4:] == ours.raw


def test_ping_is_answered_with_the_same_words(line):
    kind = IcmpMessage if line.family == socket.AF_INET else Icmpv6Message
    request, reply = (8, 0) if line.family == socket.AF_INET else (128, 129)
    body = (1234).to_bytes(2) + (1).to_bytes(2) + b"are you there?"
    answer = line.ask(kind(request, 0, body)).payload
    assert isinstance(answer, kind)
    assert (answer.type, answer.code, answer.body) == (reply, 0, body)
