"""An SNMP agent, version 2c, read-only: says what a device knows about itself to who knows a word.

That word, the community, travels as it is, with everything else; version 3 has users, proof and
encryption instead (RFC 3414), and is not here. Messages: RFC 1901 and RFC 3416. Over UDP; its port
is 161.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from portlab.apps import ber
from portlab.apps.app import Action, Address, Datagram, Event, Send
from portlab.apps.ber import Oid
from portlab.errors import LabError, PacketError
from portlab.packets import unpacked

GET, GET_NEXT, RESPONSE, SET, TRAP = 0xA0, 0xA1, 0xA2, 0xA3, 0xA7
"""Tags of what is asked and answered (RFC 3416 section 3)."""

NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW = 0x80, 0x81, 0x82
"""Tags that say that there is no value: nothing of the kind is there, or not under this number, or
nothing more (RFC 3416 section 3)."""

IP_ADDRESS, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64 = 0x40, 0x41, 0x42, 0x43, 0x46
"""Tags of values that SNMP has beside those of BER (RFC 2578 section 2)."""

TOO_BIG, NO_ACCESS = 1, 6
"""Error status: the answer would be too long; this cannot be written by you."""

MOST = 1472
"""Bytes of an answer: what one packet of an Ethernet holds."""

_VERSION_2C = 1
_NULL = ber.element(ber.NULL, b"")

Value = str | int | Oid
"""Of an object: text, a number, or the name of another."""

_UP_TIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
_TRAP_OID = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
SYSTEM: Mapping[str, Value] = {
    "1.3.6.1.2.1.1.1.0": "A router made of Python",
    "1.3.6.1.2.1.1.2.0": (0, 0),
    "1.3.6.1.2.1.1.4.0": "whoever is awake",
    "1.3.6.1.2.1.1.5.0": "router",
    "1.3.6.1.2.1.1.6.0": "a notebook",
    "1.3.6.1.2.1.2.1.0": 2,
}
"""What Snmp says unless it is given other objects: sysDescr, sysObjectID, sysContact, sysName,
sysLocation (RFC 3418), and ifNumber, how many interfaces there are (RFC 2863)."""


@dataclass(frozen=True, slots=True)
class SnmpMessage:
    """One message. `bindings` are names with their values, encoded as they travel."""

    community: bytes
    kind: int
    request_id: int
    bindings: tuple[tuple[Oid, bytes], ...]
    error_status: int = 0
    error_index: int = 0

    def encode(self) -> bytes:
        pairs = (
            ber.element(ber.SEQUENCE, ber.identifier(oid) + value) for oid, value in self.bindings
        )
        pdu = (
            ber.integer(self.request_id)
            + ber.integer(self.error_status)
            + ber.integer(self.error_index)
            + ber.element(ber.SEQUENCE, b"".join(pairs))
        )
        return ber.element(
            ber.SEQUENCE,
            ber.integer(_VERSION_2C)
            + ber.element(ber.OCTET_STRING, self.community)
            + ber.element(self.kind, pdu),
        )

    @classmethod
    def decode(cls, data: bytes) -> "SnmpMessage | None":
        """The message in `data`; None for what is none, and for other versions."""
        try:
            (body,) = ber.whole(data, ber.SEQUENCE)
            (_, version), (_, community), (kind, pdu) = ber.elements(body)
            request_id, status, index, rest = ber.whole(
                pdu, ber.INTEGER, ber.INTEGER, ber.INTEGER, ber.SEQUENCE
            )
            if ber.number(version) != _VERSION_2C:
                return None
            bindings = tuple(_binding(content) for _, content in ber.elements(rest))
            numbers = map(ber.number, (request_id, status, index))
            return cls(community, kind, next(numbers), bindings, *numbers)
        except (PacketError, ValueError):  # ValueError: more parts, or fewer
            return None


def _binding(content: bytes) -> tuple[Oid, bytes]:
    (tag, name), (kind, value) = ber.elements(content)
    if tag != ber.OBJECT_IDENTIFIER:
        raise PacketError("A value without a name.")
    return ber.oid(name), ber.element(kind, value)


class Snmp:
    """Says the values of `objects`, by name ("1.3.6.1.2.1.1.5.0"), to who knows the `community`.

    Who does not know it hears nothing (RFC 3584 section 5.2.1 counts it and is silent). How long it
    is up (1.3.6.1.2.1.1.3.0) counts from the first message, before which nobody tells it the time.
    Raises LabError for what is no name.
    """

    name = "Snmp"

    def __init__(self, community: str = "public", objects: Mapping[str, Value] = SYSTEM) -> None:
        self._community = community.encode()
        self._objects = {as_oid(name): _encoded(value) for name, value in objects.items()}
        self._objects[_UP_TIME] = _NULL  # said anew each time
        self._names = sorted(self._objects)
        self._first: int | None = None

    def session(self, local: Address, peer: Address) -> "_SnmpSession":
        return _SnmpSession(self)

    def answer(self, asked: SnmpMessage, now: int) -> SnmpMessage | None:
        """What it says, if anything."""
        if asked.community != self._community:
            return None
        if self._first is None:
            self._first = now
        hundredths = (now - self._first) // 10_000
        self._objects[_UP_TIME] = ber.integer(hundredths % (1 << 32), TIME_TICKS)
        if asked.kind == GET:
            found = tuple((oid, self._value(oid)) for oid, _ in asked.bindings)
        elif asked.kind == GET_NEXT:
            found = tuple(self._next(oid) for oid, _ in asked.bindings)
        elif asked.kind == SET and asked.bindings:
            return replace(asked, kind=RESPONSE, error_status=NO_ACCESS, error_index=1)
        else:
            return None
        return SnmpMessage(asked.community, RESPONSE, asked.request_id, found)

    def _value(self, oid: Oid) -> bytes:
        """RFC 3416 section 4.2.1: an object is there if a name begins as it does, up to the last
        number, which says which of them is meant.
        """
        if oid in self._objects:
            return self._objects[oid]
        known = any(oid[: len(name) - 1] == name[:-1] for name in self._names)
        return ber.element(NO_SUCH_INSTANCE if known else NO_SUCH_OBJECT, b"")

    def _next(self, oid: Oid) -> tuple[Oid, bytes]:
        """The first name after `oid` in the order of numbers, so that all can be walked through."""
        at = bisect_right(self._names, oid)
        if at == len(self._names):
            return oid, ber.element(END_OF_MIB_VIEW, b"")
        return self._names[at], self._value(self._names[at])


class _SnmpSession:
    def __init__(self, agent: Snmp) -> None:
        self._agent = agent

    def handle(self, event: Event) -> Iterator[Action]:
        asked = SnmpMessage.decode(event.data) if isinstance(event, Datagram) else None
        if asked is None:
            return
        assert isinstance(event, Datagram)
        answer = self._agent.answer(asked, event.now)
        if answer is None:
            return
        encoded = answer.encode()
        if len(encoded) > MOST:
            encoded = replace(answer, bindings=(), error_status=TOO_BIG).encode()
        yield Send(encoded)


# ---- for those who ask


def get_request(name: str, community: str = "public", request_id: int = 1) -> bytes:
    """The question for the value of one object. Raises LabError for what is no name.

    >>> len(get_request("1.3.6.1.2.1.1.5.0"))
    40
    """
    asked = ((as_oid(name), _NULL),)
    return SnmpMessage(community.encode(), GET, request_id, asked).encode()


def trap(what: str, community: str = "public", hundredths: int = 0) -> bytes:
    """What a device says unasked, to port 162: that `what` has happened, and how long it was up by
    then (RFC 3416 section 4.2.6). Raises LabError for what is no name.

    >>> values(trap("1.3.6.1.6.3.1.1.5.3"))
    {'1.3.6.1.2.1.1.3.0': 0, '1.3.6.1.6.3.1.1.4.1.0': '1.3.6.1.6.3.1.1.5.3'}
    """
    said = (
        (_UP_TIME, ber.integer(hundredths, TIME_TICKS)),
        (_TRAP_OID, ber.identifier(as_oid(what))),
    )
    return SnmpMessage(community.encode(), TRAP, 1, said).encode()


def values(data: bytes) -> dict[str, str | int | None] | None:
    """The values in an answer or a trap, by name; None where an object is not there. None for
    what is neither.

    >>> session = Snmp().session(("10.0.0.1", 161), ("10.0.0.2", 50000))
    >>> question = get_request("1.3.6.1.2.1.1.5.0")
    >>> [answer] = session.handle(Datagram(question, ("10.0.0.2", 50000)))
    >>> values(answer.data)
    {'1.3.6.1.2.1.1.5.0': 'router'}
    """
    message = SnmpMessage.decode(data)
    if message is None or message.kind not in (RESPONSE, TRAP):
        return None
    try:
        return {".".join(map(str, oid)): _decoded(value) for oid, value in message.bindings}
    except PacketError:
        return None


def as_oid(name: str) -> Oid:
    """A name written with points, as numbers. Raises LabError."""
    parts = name.lstrip(".").split(".")
    digits = (part for part in parts if part.isascii() and part.isdigit() and len(part) <= 10)
    numbers = tuple(int(part) for part in digits)
    possible = len(numbers) == len(parts) and 2 <= len(parts) <= 128 and max(numbers) < 1 << 32
    if not possible or numbers[0] > 2 or numbers[1] > 39:
        raise LabError(
            f"{name!r} is no name of an object: those are at most 128 numbers of 32 bits with "
            "points between, such as '1.3.6.1.2.1.1.5.0' for the name of a device."
        )
    return numbers


def _encoded(value: Value) -> bytes:
    if isinstance(value, str):
        return ber.element(ber.OCTET_STRING, value.encode())
    return ber.integer(value) if isinstance(value, int) else ber.identifier(value)


def _decoded(value: bytes) -> str | int | None:
    """Raises PacketError for what is no value of SNMP."""
    ((tag, content),) = ber.elements(value)
    if tag == ber.OCTET_STRING:
        return content.decode("utf-8", "replace")
    if tag == ber.OBJECT_IDENTIFIER:
        return ".".join(map(str, ber.oid(content)))
    if tag in (ber.INTEGER, COUNTER32, GAUGE32, TIME_TICKS, COUNTER64):
        return ber.number(content)
    if tag == IP_ADDRESS and len(content) == 4:
        return unpacked(content)
    if tag in (ber.NULL, NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_MIB_VIEW) and not content:
        return None
    raise PacketError(f"Tag {tag:#04x} with {len(content)} bytes is no value that is read here.")
