"""Echo requests of a host, and the replies that come back (RFC 792; RFC 4443 4.1 and 4.2).

ICMP has no ports. What tells the pings of one host apart is an identifier and a sequence number,
and the peer sends both back as they came.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from portlab.network.icmp import Message
from portlab.packets import IcmpMessage, Icmpv6Message, Reason

if TYPE_CHECKING:
    from portlab.network.stack import Stack

ASKED = Reason(792, "Echo or Echo Reply Message", "Asks the host itself, at none of its ports.")
ASKED_V6 = Reason(4443, "4.1", "Asks the host itself, at none of its ports.")


@dataclass(slots=True, eq=False)
class Ping:
    """One echo request, and when (microseconds) it was sent and answered."""

    peer: str
    identifier: int
    sent: int
    answered: int | None = None


class Pings:
    """The echo requests of one host that still wait for their replies."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack
        self._waiting: dict[int, Ping] = {}
        self._made = 0

    def send(self, peer: str, data: bytes) -> Ping:
        """One echo request to `peer`. Raises PacketError for more data than a packet holds."""
        stack = self._stack
        self._made = self._made % 0xFFFF + 1
        ping = Ping(peer, self._made, stack.network.now)
        kind, reason = (Icmpv6Message, ASKED_V6) if ":" in peer else (IcmpMessage, ASKED)
        message = kind.echo(ping.identifier, 1, data)
        stack.send(stack.source_for(peer), peer, message, reason)
        self._waiting[ping.identifier] = ping
        return ping

    def forget(self, ping: Ping) -> None:
        self._waiting.pop(ping.identifier, None)

    def receive(self, message: Message, src: str, now: int) -> None:
        """A reply is for the ping that asked this peer; all else is nobody's."""
        ping = self._waiting.get(message.identifier or 0)
        if message.type == message.ECHO_REPLY and ping is not None and ping.peer == src:
            ping.answered = now
