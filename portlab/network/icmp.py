"""What a host answers in ICMP, and how it reads what comes back (RFC 792, 1122, 4443)."""

from portlab.packets import IcmpMessage, Icmpv6Message, Packet, Reason

NO_PORT = Reason(1122, "4.1.3.1", "No program has this UDP port, and the host says so.")
NO_PORT_V6 = Reason(4443, "3.1", "No program has this UDP port, and the host says so (code 4).")
ECHO = Reason(1122, "3.2.2.6", "Every host answers an echo request, with the data that came.")
ECHO_V6 = Reason(4443, "4.2", "Every host answers an echo request, with the data that came.")

Message = IcmpMessage | Icmpv6Message

# RFC 1122 4.2.3.9: protocol and port unreachable are hard errors; net, host and source route
# are hints about the way there. "Fragmentation needed" is about sizes, and ends nothing.
_HARD, _SOFT = (2, 3), (0, 1, 5)
# The same of ICMPv6 (RFC 4443 3.1; RFC 5461 section 2 puts them side by side).
_HARD_V6, _SOFT_V6 = (1, 4), (0, 3)


def port_unreachable(packet: Packet) -> tuple[Message, Reason]:
    """The answer to a datagram for a port that nobody has. It quotes the packet."""
    if ":" in packet.src:
        return Icmpv6Message.unreachable(packet.raw), NO_PORT_V6
    return IcmpMessage.unreachable(packet.raw), NO_PORT


def echo_reply(message: Message) -> tuple[Message, Reason] | None:
    """The answer to an echo request; None to all else (never an error to an error, 3.2.2)."""
    if message.type != message.ECHO_REQUEST or message.code:
        return None
    if isinstance(message, Icmpv6Message):
        return Icmpv6Message(Icmpv6Message.ECHO_REPLY, 0, message.body), ECHO_V6
    return IcmpMessage(IcmpMessage.ECHO_REPLY, 0, message.body), ECHO


def is_hard(message: Message) -> bool | None:
    """Does "destination unreachable" end the conversation? None for what is no such news."""
    if message.type != message.DESTINATION_UNREACHABLE:
        return None
    six = isinstance(message, Icmpv6Message)
    if message.code in (_HARD_V6 if six else _HARD):
        return True
    return False if message.code in (_SOFT_V6 if six else _SOFT) else None
