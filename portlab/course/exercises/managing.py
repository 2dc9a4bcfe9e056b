"""What the exercises of lesson 13 run, and how they read what travelled."""

from collections.abc import Iterator
from dataclasses import replace

from portlab.apps import Action, Address, Datagram, Event, Ntp, Send, Wake, Woken, radius, tacacs
from portlab.apps.ntp import NtpPacket, timestamp
from portlab.packets import Segment, UdpDatagram
from portlab.trace.trace import Trace


def said(trace: Trace, port: int, *, back: bool = False) -> bytes:
    """All that was sent to the port, or came from it."""
    whole = b""
    for record in trace:
        payload = record.packet.payload if record.packet else None
        if isinstance(payload, UdpDatagram | Segment):
            own = payload.source_port if back else payload.destination_port
            whole += payload.payload if own == port else b""
    return whole


def accepted(trace: Trace) -> bool:
    """Whether a RADIUS server said yes, first of all."""
    answer = radius.RadiusPacket.decode(said(trace, 1812, back=True))
    return answer is not None and answer.code == radius.ACCESS_ACCEPT


def passed(trace: Trace, secret: str) -> bool:
    """Whether a TACACS+ server said yes."""
    return tacacs.reply_status(said(trace, 49, back=True), secret) == tacacs.PASS


class SlowNtp(Ntp):
    """A time server that takes `hold` microseconds before it answers."""

    def __init__(self, stratum: int, reference: str, *, ahead: float, hold: int) -> None:
        super().__init__(stratum, reference, ahead=ahead)
        self.ahead = round(ahead * 1_000_000)
        self.hold = hold

    def session(self, local: Address, peer: Address) -> "SlowSession":  # type: ignore[override]
        return SlowSession(self)


class SlowSession:
    def __init__(self, server: SlowNtp) -> None:
        self._server = server
        self._answer: NtpPacket | None = None

    def handle(self, event: Event) -> Iterator[Action]:
        server = self._server
        if isinstance(event, Datagram):
            asked = NtpPacket.decode(event.data)
            self._answer = None if asked is None else server.answer(asked, event.now)
            yield Wake(server.hold / 1_000_000)
        elif isinstance(event, Woken) and self._answer is not None:
            yield Send(replace(self._answer, transmit=timestamp(event.now + server.ahead)).encode())
