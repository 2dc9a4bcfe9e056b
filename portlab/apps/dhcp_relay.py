"""A DHCP relay agent, RFC 1542 section 4 and RFC 2131: carries questions to a server elsewhere.

A broadcast ends at a router, so on each network without a server of its own somebody, often the
router, listens on port 67, sends what it hears on to the server's address, and says the answers
aloud.
"""

from collections.abc import Iterator
from dataclasses import replace

from portlab.apps.app import Action, Address, Datagram, Event, SendTo
from portlab.apps.dhcp_message import (
    BOOTREPLY,
    BOOTREQUEST,
    CLIENT_PORT,
    SERVER_PORT,
    DhcpMessage,
)
from portlab.packets import EVERYBODY, NOBODY_YET, packed, unpacked

MOST_HOPS = 16
"""Relays on one way; more is taken for a circle (RFC 1542 4.1.1)."""


class DhcpRelay:
    """Relays to the server at `server`; `own` is an address of the host that it runs on, on the
    network of those who ask. Raises AddressError.
    """

    name = "DhcpRelay"

    def __init__(self, own: str, server: str) -> None:
        self._own = unpacked(packed(own))
        self._server = unpacked(packed(server))

    def session(self, local: Address, peer: Address) -> "_RelaySession":
        return _RelaySession(self._own, self._server)


class _RelaySession:
    """Remembers nothing: the answer says by `giaddr` through whom it goes."""

    def __init__(self, own: str, server: str) -> None:
        self._own = own
        self._server = server

    def handle(self, event: Event) -> Iterator[Action]:
        message = DhcpMessage.decode(event.data) if isinstance(event, Datagram) else None
        if message is None:
            return
        if message.op == BOOTREQUEST and message.hops < MOST_HOPS:
            giaddr = self._own if message.giaddr == NOBODY_YET else message.giaddr
            sent = replace(message, hops=message.hops + 1, giaddr=giaddr)
            yield SendTo(sent.encode(), (self._server, SERVER_PORT))
        elif message.op == BOOTREPLY and message.giaddr == self._own:
            yield SendTo(message.encode(), (EVERYBODY, CLIENT_PORT))
