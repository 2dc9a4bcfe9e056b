"""A DHCP server, RFC 2131 and RFC 6842: lends addresses out of a pool. Over UDP; its port is 67.

A client without an address cannot be answered at one, so question and answer go to all: it runs in
the worlds that have a network of their own, the model's and the kernel's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

from portlab.apps import dhcp_message as says
from portlab.apps.app import Action, Address, Datagram, Event, SendTo
from portlab.apps.dhcp_message import DhcpMessage
from portlab.errors import AddressError, LabError
from portlab.packets import EVERYBODY, NOBODY_YET, packed

MASK = "255.255.0.0"
"""Of 10.0.0.0/16, which is the network of a lab."""

HELD = 120
"""Seconds for which an address that was offered is offered to nobody else."""

_MICROSECONDS = 1_000_000
_MOST_ADDRESSES = 65_536


@dataclass(frozen=True, slots=True)
class Binding:
    """An address that is a client's until the time `until`, in microseconds; only offered at first.

    `client` is the identifier that the client gives, else 1 and its hardware address.
    """

    address: str
    client: bytes
    until: int
    lent: bool

    def __str__(self) -> str:
        return f"{self.address} {'lent' if self.lent else 'offered'} to {self.client.hex(':')}"


class Dhcp:
    """Lends the addresses from `first` to `last` for so many `seconds`.

    `own` is the address of the host it runs on, by which clients choose among servers. It is silent
    when no address is left, and when it knows nothing of what it is asked (section 4.3.2). Raises
    AddressError and LabError for a pool that is none.
    """

    name = "Dhcp"

    def __init__(
        self,
        own: str,
        first: str,
        last: str,
        *,
        seconds: int = 3600,
        mask: str = MASK,
        router: str | None = None,
        name_servers: Iterable[str] = (),
    ) -> None:
        self._pool = _between(first, last)
        self._bindings: dict[str, Binding] = {}
        self._seconds = seconds
        self._tells = {says.SUBNET_MASK: _ipv4(mask)}
        if router is not None:
            self._tells[says.ROUTER] = _ipv4(router)
        if servers := b"".join(map(_ipv4, name_servers)):
            self._tells[says.NAME_SERVERS] = servers
        self._own = _ipv4(own)

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """What is lent and offered, in the order of addresses; ended ones until they are reused."""
        return tuple(sorted(self._bindings.values(), key=lambda one: packed(one.address)))

    def session(self, local: Address, peer: Address) -> "_DhcpSession":
        return _DhcpSession(self)

    def answer(self, asked: DhcpMessage, now: int) -> DhcpMessage | None:
        """The reply to one message, if it gets one; what it lends by that is remembered."""
        if asked.kind == says.DISCOVER:
            return self._offer(asked, now)
        if asked.kind == says.REQUEST:
            return self._decide(asked, now)
        if asked.kind == says.INFORM:  # it has an address, and asks for the rest (section 4.3.5)
            return self._reply(asked, says.ACK, NOBODY_YET, self._tells)
        if asked.kind == says.RELEASE:
            self._forget(asked, asked.ciaddr)
        elif asked.kind == says.DECLINE:  # somebody has it: the client has looked (section 4.3.3)
            taken = asked.address(says.REQUESTED_ADDRESS)
            if self._forget(asked, taken):
                self._pool.remove(str(taken))
        return None

    # ---- what clients ask for

    def _offer(self, asked: DhcpMessage, now: int) -> DhcpMessage | None:
        """Section 4.3.1: the address the client has or had, else the one it wishes for, else one
        that is free.
        """
        wished = asked.address(says.REQUESTED_ADDRESS)
        known = self._of(asked)
        if known is not None:
            address = known.address
        elif wished in self._pool and self._is_free(str(wished), now):
            address = str(wished)
        else:
            free = next((one for one in self._pool if self._is_free(one, now)), None)
            if free is None:
                return None
            address = free
        if known is None or not known.lent:
            self._bind(asked, address, now + HELD * _MICROSECONDS, lent=False)
        return self._reply(asked, says.OFFER, address, self._terms())

    def _decide(self, asked: DhcpMessage, now: int) -> DhcpMessage | None:
        """Section 4.3.2: the client takes an offer, asks whether it may go on, or renews."""
        known = self._of(asked)
        chosen = asked.options.get(says.SERVER_IDENTIFIER)
        if chosen is not None and chosen != self._own:
            if known is not None and not known.lent:
                del self._bindings[known.address]  # it took another server's offer
            return None
        if chosen is None and known is None:
            return None  # another server may know it
        wanted = asked.address(says.REQUESTED_ADDRESS) or asked.ciaddr
        if known is None or wanted != known.address:
            return self._reply(asked, says.NAK, NOBODY_YET, {})
        self._bind(asked, known.address, now + self._seconds * _MICROSECONDS, lent=True)
        return self._reply(asked, says.ACK, known.address, self._terms())

    def _forget(self, asked: DhcpMessage, address: str | None) -> bool:
        """Whether the client had that address, which is free now."""
        known = self._of(asked)
        if known is None or known.address != address:
            return False
        del self._bindings[known.address]
        return True

    # ---- the pool

    def _of(self, asked: DhcpMessage) -> Binding | None:
        """What the client has; whose time is over still has it, until somebody else needs it."""
        mine = (one for one in self._bindings.values() if one.client == asked.client)
        return next(mine, None)

    def _is_free(self, address: str, now: int) -> bool:
        held = self._bindings.get(address)
        return held is None or held.until <= now

    def _bind(self, asked: DhcpMessage, address: str, until: int, *, lent: bool) -> None:
        self._bindings[address] = Binding(address, asked.client, until, lent)

    # ---- the answer

    def _terms(self) -> dict[int, bytes]:
        return {says.LEASE_TIME: self._seconds.to_bytes(4, "big"), **self._tells}

    def _reply(
        self, asked: DhcpMessage, kind: int, address: str, tells: dict[int, bytes]
    ) -> DhcpMessage:
        """RFC 2131 table 3: what a server says in each field. The identifier that a client gives
        comes back as it is (RFC 6842 section 3; before, it had to be left out).
        """
        flags = asked.flags
        if kind == says.NAK and asked.giaddr != NOBODY_YET:
            flags |= says.BROADCAST  # the relay agent is not to answer at an address that is wrong
        first = {says.MESSAGE_TYPE: bytes([kind]), says.SERVER_IDENTIFIER: self._own}
        if says.CLIENT_IDENTIFIER in asked.options:
            first[says.CLIENT_IDENTIFIER] = asked.options[says.CLIENT_IDENTIFIER]
        return DhcpMessage(
            says.BOOTREPLY,
            asked.xid,
            asked.chaddr,
            flags=flags,
            ciaddr=asked.ciaddr if kind == says.ACK else NOBODY_YET,
            yiaddr=address,
            giaddr=asked.giaddr,
            options={**first, **tells},
        )


class _DhcpSession:
    """Remembers nothing: all who have no address share one session, that of 0.0.0.0."""

    def __init__(self, server: Dhcp) -> None:
        self._server = server

    def handle(self, event: Event) -> Iterator[Action]:
        if not isinstance(event, Datagram):
            return
        asked = DhcpMessage.decode(event.data)
        if asked is None or asked.op != says.BOOTREQUEST:
            return
        answer = self._server.answer(asked, event.now)
        if answer is not None:
            yield SendTo(answer.encode(), whither(answer))


def whither(answer: DhcpMessage) -> Address:
    """Where a server sends an answer (section 4.1).

    A client without an address is answered by a broadcast, whether or not it asks for one: to send
    to the address that it is yet to get, a server would have to know the line's hardware.

    >>> whither(DhcpMessage(says.BOOTREPLY, 1, bytes(6), yiaddr="10.0.0.100"))
    ('255.255.255.255', 68)
    """
    if answer.giaddr != NOBODY_YET:
        return answer.giaddr, says.SERVER_PORT
    if answer.ciaddr != NOBODY_YET and answer.kind != says.NAK:
        return answer.ciaddr, says.CLIENT_PORT
    return EVERYBODY, says.CLIENT_PORT


def _between(first: str, last: str) -> list[str]:
    """All addresses from one to the other, both included."""
    low, high = (int.from_bytes(_ipv4(end), "big") for end in (first, last))
    if not 0 <= high - low < _MOST_ADDRESSES:
        raise LabError(
            f"From {first} to {last} is no pool of addresses: it begins with the lower one, and "
            f"holds at most {_MOST_ADDRESSES:,}."
        )
    return [str(IPv4Address(number)) for number in range(low, high + 1)]


def _ipv4(text: str) -> bytes:
    data = packed(text)
    if len(data) != 4:
        raise AddressError(
            f"{text} is an IPv6 address, and DHCP here lends IPv4. Give one of that."
        )
    return data
