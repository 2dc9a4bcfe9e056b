"""Reading what stands behind `<` and `>`: TCP segments, UDP datagrams and ICMP messages."""

from portlab.errors import PacketError
from portlab.packets import (
    ACK,
    FIN,
    PSH,
    RST,
    SYN,
    URG,
    MaximumSegmentSize,
    NoOperation,
    Sack,
    SackPermitted,
    WindowScale,
)
from portlab.scripts import icmp_words
from portlab.scripts.lines import (
    Beyond,
    EndOfList,
    IcmpLine,
    PacketLine,
    Ports,
    Quoted,
    ScriptOption,
    Stamp,
    TcpLine,
    UdpLine,
)
from portlab.scripts.tokens import Cursor, Token

FLAGS = {"F": FIN, "S": SYN, "R": RST, "P": PSH, "U": URG, ".": ACK}
"""The letters, in the order in which they are written."""

_ECN = frozenset("EWA01234567")
_AROUND = {
    "ipv4": "a packet inside another",
    "ipv6": "a packet inside another",
    "gre": "GRE",
    "mpls": "MPLS",
    "encap": "PSP",
}
_OPTIONS_BEYOND = {
    "md5": "TCP's MD5 option",
    "FO": "TCP Fast Open",
    "FOEXP": "TCP Fast Open",
    "ECN": "the option of Accurate ECN",
}
_OPTIONS_LIMIT = 40


class Leaves(Exception):
    """The script leaves the part of the language that is read here; no error of the script's."""

    def __init__(self, beyond: Beyond) -> None:
        super().__init__(str(beyond))
        self.beyond = beyond


def read_packet(cursor: Cursor, *, outbound: bool) -> PacketLine:
    """One packet. Raises ScriptError, and Leaves for what is not modelled."""
    ttl = _ip_fields(cursor)
    if what := _AROUND.get(cursor.next.text):
        raise Leaves(Beyond(cursor.next.line, what))
    if cursor.accept("udp"):
        return _udp(cursor, ttl)
    if cursor.accept("icmp"):
        return _icmp(cursor, ttl)
    return _tcp(cursor, ttl, outbound)


def _ip_fields(cursor: Cursor) -> int | None:
    """`(ttl 64)` before a packet; everything else that may stand there is not modelled."""
    opened = cursor.next
    if not (cursor.accept("(") or cursor.accept("[")):
        return None
    if not cursor.has("ttl"):
        raise Leaves(Beyond(opened.line, f"the IP field {cursor.next.text!r}"))
    cursor.take()
    ttl = cursor.integer("the TTL", 8)
    cursor.expect(")" if opened.text == "(" else "]", "behind the TTL")
    return ttl


def _ports(cursor: Cursor) -> Ports | None:
    if cursor.next.kind != "integer" or cursor.peek(1).text != ">":
        return None
    source = cursor.integer("the source port", 16)
    cursor.take()
    return source, cursor.integer("the destination port", 16)


# ---- TCP ----


def _tcp(cursor: Cursor, ttl: int | None, outbound: bool) -> TcpLine:
    ports = _ports(cursor)
    flags = _flags(cursor)
    seq, length = _sequence(cursor)
    ack = cursor.integer("the acknowledgment number", 32) if cursor.accept("ack") else 0
    window = cursor.integer("the window", 16) if cursor.accept("win") else None
    if window is None and not outbound:
        cursor.expected(
            "'win' and the window", "An injected segment has to say its window, as in win 1000"
        )
    urgent = cursor.integer("the urgent pointer", 16) if cursor.accept("urg") else 0
    # `<` also begins an injected packet, but never right behind this one: a time comes first.
    options = _options(cursor, outbound) if cursor.has("<") else ()
    return TcpLine(flags, seq, length, ack, window, urgent, options, ports, ttl)


def _flags(cursor: Cursor) -> int:
    first = cursor.next
    if cursor.accept("-"):
        return 0
    letters = ""
    if first.kind == "word":
        letters += cursor.take().text
    if cursor.accept("."):
        letters += "."
    elif cursor.next.kind == "decimal" and cursor.next.text[0] == ".":
        raise Leaves(Beyond(first.line, "Accurate ECN"))
    if not letters:
        cursor.expected(
            "the flags of a segment", "Write S, S., ., P., F., R or R., and - for none at all"
        )
    for letter in letters:
        if letter in _ECN:
            raise Leaves(Beyond(first.line, "ECN"))
        if letter not in FLAGS:
            cursor.fail(
                f"there is no flag {letter!r} in {letters!r}",
                "The letters are F, S, R, P and U, and a dot for ACK",
                first,
            )
    return sum(FLAGS[letter] for letter in set(letters))


def _sequence(cursor: Cursor) -> tuple[int, int]:
    """`1:1001(1000)`: where it begins, where it ends, and how many bytes that is."""
    begin = cursor.next
    first = cursor.integer("the sequence number", 32)
    cursor.expect(":", "behind the first sequence number")
    end = cursor.integer("the sequence number behind the data", 32)
    cursor.expect("(", "and the number of bytes")
    length = cursor.integer("the number of bytes", 16)
    cursor.expect(")", "behind the number of bytes")
    if (first + length) % 2**32 != end:
        cursor.fail(
            f"from {first} on, {length} bytes end before {(first + length) % 2**32}, not {end}",
            f"Write {first}:{(first + length) % 2**32}({length}); SYN and FIN are not counted here",
            begin,
        )
    return first, length


def _options(cursor: Cursor, outbound: bool) -> tuple[ScriptOption, ...] | None:
    begin = cursor.take()
    if cursor.accept("..."):
        if not outbound:
            cursor.fail(
                "what is injected needs all its options",
                "Write them out, or leave <...> away",
                begin,
            )
        cursor.expect(">", "behind the options")
        return None
    found: list[ScriptOption] = [_option(cursor, outbound)]
    while not cursor.accept(">"):
        cursor.expect(",", "or '>' behind an option")
        found.append(_option(cursor, outbound))
    if sum(_size(option) for option in found) > _OPTIONS_LIMIT:
        cursor.fail(
            f"these options take more than {_OPTIONS_LIMIT} bytes",
            "A TCP header has no room for more: leave some out",
            begin,
        )
    return tuple(found)


def _option(cursor: Cursor, outbound: bool) -> ScriptOption:
    token = cursor.next
    if what := _OPTIONS_BEYOND.get(token.text):
        raise Leaves(Beyond(token.line, what))
    if cursor.accept("nop"):
        return NoOperation()
    if cursor.accept("eol"):
        return EndOfList()
    if cursor.accept("sackOK"):
        return SackPermitted()
    if cursor.accept("mss"):
        return MaximumSegmentSize(cursor.integer("the MSS", 16))
    if cursor.accept("wscale"):
        return WindowScale(cursor.integer("the shift of the window", 8))
    if cursor.accept("sack"):
        return _sack(cursor, token)
    if cursor.accept("TS"):
        cursor.expect("val", "behind TS")
        value = _number_or_any(cursor, "the timestamp", outbound)
        cursor.expect("ecr", "behind the timestamp")
        return Stamp(value, _number_or_any(cursor, "the timestamp's echo", outbound))
    return cursor.expected(
        "a TCP option", "The options are mss, wscale, sackOK, sack, TS, nop and eol"
    )


def _sack(cursor: Cursor, at: Token) -> Sack:
    blocks = []
    while cursor.next.kind == "integer":
        left = cursor.integer("the left edge of a block", 32)
        cursor.expect(":", "between the edges of a block")
        blocks.append((left, cursor.integer("the right edge of a block", 32)))
    try:
        return Sack(tuple(blocks))
    except PacketError:
        return cursor.fail(
            f"an option holds one to four blocks, and here are {len(blocks)}",
            "Write them as in sack 1001:2001 3001:4001",
            at,
        )


def _number_or_any(cursor: Cursor, what: str, outbound: bool) -> int | None:
    if outbound and cursor.accept("*"):
        return None
    return cursor.integer(what, 32)


def _size(option: ScriptOption) -> int:
    if isinstance(option, Stamp):
        return 10
    return 1 if isinstance(option, EndOfList) else option.size


# ---- UDP and ICMP ----


def _udp(cursor: Cursor, ttl: int | None) -> UdpLine:
    ports = _ports(cursor)
    cursor.expect("(", "and the number of bytes")
    length = cursor.integer("the number of bytes", 16)
    cursor.expect(")", "behind the number of bytes")
    return UdpLine(length, ports, ttl)


def _icmp(cursor: Cursor, ttl: int | None) -> IcmpLine:
    token = cursor.next
    if token.kind != "word" or not icmp_words.known(token.text):
        cursor.expected(
            "a type of ICMP message", "As in unreachable, echo_request, time_exceeded or type_3"
        )
    type_word, code, mtu, identifier = cursor.take().text, None, None, None
    if cursor.next.kind == "word" and cursor.next.text not in ("mtu", "id"):
        code = cursor.take().text
    if cursor.accept("mtu"):
        mtu = cursor.integer("the MTU", 32)
    if cursor.accept("id"):
        identifier = cursor.integer("the identifier", 16)
    quoted, raw = None, None
    if cursor.accept("["):
        if cursor.accept("udp"):
            quoted = Quoted("udp", _in_brackets(cursor))
        elif cursor.accept("raw"):
            raw = _in_brackets(cursor)
        else:
            seq, length = _sequence(cursor)
            quoted = Quoted("tcp", length, seq)
        cursor.expect("]", "behind what the message quotes")
    return IcmpLine(type_word, code, mtu, identifier, quoted, raw, ttl)


def _in_brackets(cursor: Cursor) -> int:
    cursor.expect("(", "and a number of bytes")
    size = cursor.integer("a number of bytes", 16)
    cursor.expect(")", "behind the number of bytes")
    return size
