"""ICMP by the words of a script: types and codes (RFC 792, RFC 1122 3.2.2.1, RFC 4443)."""

from portlab.packets import IcmpMessage, Icmpv6Message

Message = type[IcmpMessage] | type[Icmpv6Message]

_UNREACHABLE = {
    "net_unreachable": 0,
    "host_unreachable": 1,
    "protocol_unreachable": 2,
    "port_unreachable": 3,
    "frag_needed": 4,
    "source_route_failed": 5,
    "net_unknown": 6,
    "host_unknown": 7,
    "source_host_isolated": 8,
    "net_prohibited": 9,
    "host_prohibited": 10,
    "net_unreachable_for_tos": 11,
    "host_unreachable_for_tos": 12,
    "packet_filtered": 13,
    "precedence_violation": 14,
    "precedence_cutoff": 15,
}
_UNREACHABLE_V6 = {
    "no_route": 0,
    "admin_prohibited": 1,
    "not_neighbour": 2,
    "address_unreachable": 3,
    "port_unreachable": 4,
}
_TYPES: dict[Message, dict[str, tuple[int, dict[str, int]]]] = {
    IcmpMessage: {
        "echo_reply": (0, {}),
        "unreachable": (3, _UNREACHABLE),
        "source_quench": (4, {}),
        "redirect": (5, {}),
        "echo_request": (8, {}),
        "time_exceeded": (11, {}),
        "parameter_problem": (12, {}),
        "timestamp_request": (13, {}),
        "timestamp_reply": (14, {}),
    },
    Icmpv6Message: {
        "unreachable": (1, _UNREACHABLE_V6),
        "packet_too_big": (2, {}),
        "time_exceeded": (3, {"exceeded_hop_limit": 0, "exceeded_frag_time": 1}),
        "parameter_problem": (
            4,
            {"header_field": 0, "unknown_next_header": 1, "unknown_option": 2},
        ),
        "echo_request": (128, {}),
        "echo_reply": (129, {}),
    },
}


def numbers(kind: Message, type_word: str, code_word: str | None) -> tuple[int, int] | None:
    """Type and code of these words; None where this version of ICMP has no such words.

    `type_3` and `code_1` are the numbers themselves.

    >>> numbers(IcmpMessage, "unreachable", "port_unreachable")
    (3, 3)
    >>> numbers(Icmpv6Message, "unreachable", "code_4")
    (1, 4)
    """
    number = _written_out(type_word, "type_")
    known: dict[str, int] = {}
    if number is None:
        if type_word not in _TYPES[kind]:
            return None
        number, known = _TYPES[kind][type_word]
    if code_word is None:
        return number, 0
    code = _written_out(code_word, "code_")
    code = known.get(code_word) if code is None else code
    return None if code is None else (number, code)


def words(message: IcmpMessage | Icmpv6Message) -> str:
    """How a script would write the type and code of `message`."""
    for word, (number, codes) in _TYPES[type(message)].items():
        if number == message.type:
            code = next((name for name, value in codes.items() if value == message.code), None)
            if code is None and message.code:
                code = f"code_{message.code}"
            return f"{word} {code}" if code else word
    return f"type_{message.type} code_{message.code}"


def known(word: str) -> bool:
    """Is it a type in either version?"""
    return any(word in table for table in _TYPES.values()) or (
        _written_out(word, "type_") is not None
    )


def _written_out(word: str, before: str) -> int | None:
    rest = word.removeprefix(before)
    if rest == word or not (rest.isascii() and rest.isdecimal()) or len(rest) > 3:
        return None
    return int(rest) if int(rest) < 256 else None
