"""Asking for an address, as a computer does when it is switched on: a DHCP client (RFC 2131).

It speaks with everybody, for it knows nobody's address, and its own it has not got. What the client
then does with the address it got is the lab's: `lab.assign(host, lease.address)`.
"""

import zlib
from dataclasses import dataclass

from portlab.apps import dhcp_message as says
from portlab.apps.dhcp_message import DhcpMessage
from portlab.errors import AddressError, TimedOut
from portlab.host import Host, UdpSocket
from portlab.packets import EVERYBODY, NOBODY_YET, packed, unpacked

FIRST_WAIT = 4.0
"""Seconds for the first try; each later one waits twice as long (section 4.1, without its chance).
"""

TRIES = 4


@dataclass(frozen=True, slots=True)
class Lease:
    """An address that a client has for `seconds`, and what the server `server` told it besides."""

    address: str
    server: str
    seconds: int
    mask: str | None = None
    router: str | None = None
    name_servers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.address} for {self.seconds} s, from {self.server}"


def ask_for_address(
    client: Host, *, wish: str | None = None, tries: int = TRIES, wait: float = FIRST_WAIT
) -> Lease:
    """Let `client` find a server and get an address from it: discover, offer, request, acknowledge.

    It takes the first offer. Raises TimedOut when nothing has come in all `tries`, and AddressError
    when the server takes its offer back.
    """
    with client.udp(says.CLIENT_PORT) as socket:
        asking = _Asking(client, socket, tries, wait)
        wished = {says.REQUESTED_ADDRESS: packed(wish)} if wish else {}
        offer = asking.ask(says.DISCOVER, wished, says.OFFER)
        server = offer.address(says.SERVER_IDENTIFIER) or NOBODY_YET
        taken = {
            says.REQUESTED_ADDRESS: packed(offer.yiaddr),
            says.SERVER_IDENTIFIER: packed(server),
        }
        answer = asking.ask(says.REQUEST, taken, says.ACK, says.NAK)
    if answer.kind == says.NAK:
        raise AddressError(
            f"The DHCP server {server} offered {client.name} {offer.yiaddr} and took it back "
            "(NAK). Ask again."
        )
    return _lease(answer, server)


def give_back(client: Host, lease: Lease) -> None:
    """Tell the server that the address is free again. There is no answer (section 3.1, step 6)."""
    with client.udp(says.CLIENT_PORT) as socket:
        server = {says.SERVER_IDENTIFIER: packed(lease.server)}
        message = _message(client, says.RELEASE, server, lease.address)
        socket.send_to(message.encode(), lease.server, says.SERVER_PORT)


class _Asking:
    """One client, from its first question to the last answer."""

    def __init__(self, client: Host, socket: UdpSocket, tries: int, wait: float) -> None:
        self._client = client
        self._socket = socket
        self._tries = tries
        self._wait = wait

    def ask(self, kind: int, options: dict[int, bytes], *answers: int) -> DhcpMessage:
        """Say it to everybody, again if need be, and give the first of these answers."""
        asked = _message(self._client, kind, options)
        for attempt in range(self._tries):
            self._socket.send_to(asked.encode(), EVERYBODY, says.SERVER_PORT)
            try:
                return self._answer(asked, answers, self._wait * 2**attempt)
            except TimedOut:
                continue
        raise TimedOut(
            f"No DHCP server answered {self._client.name} in {self._tries} tries. Is one on this "
            "network, listening at all addresses, and has its pool an address left?"
        )

    def _answer(self, asked: DhcpMessage, kinds: tuple[int, ...], wait: float) -> DhcpMessage:
        while True:
            data, _ = self._socket.receive(timeout=wait)
            answer = DhcpMessage.decode(data)
            if answer is None or answer.op != says.BOOTREPLY or answer.kind not in kinds:
                continue
            if (answer.xid, answer.chaddr) == (asked.xid, asked.chaddr):
                return answer


def _message(
    client: Host, kind: int, options: dict[int, bytes], ciaddr: str = NOBODY_YET
) -> DhcpMessage:
    """A question of this client's, which asks for an answer to all.

    A lab has no hardware addresses; one that nobody sells is made up from an address of the host.
    The number of a conversation, which clients draw by chance, is made from that: the same seed
    gives the same bytes.
    """
    chaddr = b"\x02\x00" + packed(client.addresses[-1])[-4:]
    return DhcpMessage(
        says.BOOTREQUEST,
        zlib.crc32(chaddr),
        chaddr,
        flags=says.BROADCAST if ciaddr == NOBODY_YET else 0,
        ciaddr=ciaddr,
        options={says.MESSAGE_TYPE: bytes([kind]), **options},
    )


def _lease(answer: DhcpMessage, server: str) -> Lease:
    names = answer.options.get(says.NAME_SERVERS, b"")
    return Lease(
        answer.yiaddr,
        server,
        answer.number(says.LEASE_TIME) or 0,
        answer.address(says.SUBNET_MASK),
        answer.address(says.ROUTER),
        tuple(unpacked(names[at : at + 4]) for at in range(0, len(names) - 3, 4)),
    )
