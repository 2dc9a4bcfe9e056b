"""The IPv6 header and the extension headers behind it, field by field (RFC 8200)."""

from dataclasses import replace

from portlab.views.headers import values
from portlab.views.headers.carrier import Carrier
from portlab.views.headers.reader import Ended, Reader, Spec
from portlab.wording import count

RFC = "RFC 8200 3"
_HOP_BY_HOP, _ROUTING, _FRAGMENT, _DESTINATION, _NOTHING = 0, 43, 44, 60, 59
_SIZE = 40
_CLASS = "Traffic Class"

_NEXT = "What comes next: a transport's header, or one more header of IPv6."
HEADER = (
    Spec("Version", 4, "Which Internet Protocol this is: 6 for IPv6.", RFC),
    Spec(
        "DSCP",
        6,
        "How urgent the packet is: routers may treat some classes better than others.",
        "RFC 2474 3",
        values.dscp,
        group=_CLASS,
    ),
    Spec(
        "ECN",
        2,
        "Lets a router report that it is becoming full, instead of dropping packets.",
        "RFC 3168 5",
        values.ecn,
        group=_CLASS,
    ),
    Spec(
        "Flow Label",
        20,
        "The same for all packets of one conversation, so that routers can send them one way.",
        RFC,
        lambda n: f"0x{n:05x}",
        brief=lambda n: f"0x{n:05x}",
    ),
    Spec(
        "Payload Length",
        16,
        "All that follows this header, extension headers too, in bytes.",
        RFC,
        values.size,
    ),
    Spec("Next Header", 8, _NEXT, RFC, values.protocol),
    Spec(
        "Hop Limit",
        8,
        "Each router takes one off and throws the packet away at zero, so that "
        "none goes round for ever.",
        RFC,
        lambda n: count(n, "hop") + " left",
    ),
    Spec(
        "Source Address",
        128,
        "The computer that sent the packet.",
        RFC,
        values.ipv6,
        brief=values.ipv6,
    ),
    Spec(
        "Destination Address",
        128,
        "The computer that the packet is for.",
        RFC,
        values.ipv6,
        brief=values.ipv6,
    ),
)

_FRAGMENT_RFC = "RFC 8200 4.5"
FRAGMENT = (
    Spec(
        "Next Header",
        8,
        "What the whole packet carries behind this header.",
        _FRAGMENT_RFC,
        values.protocol,
    ),
    Spec("Reserved", 8, "Not used; must be zero.", _FRAGMENT_RFC, values.reserved),
    Spec(
        "Fragment Offset",
        13,
        "Where this piece belongs in the whole, counted in units of 8 bytes.",
        _FRAGMENT_RFC,
        lambda n: f"{n}, so from byte {n * 8:,} on" if n else "0",
    ),
    Spec("Res", 2, "Not used; must be zero.", _FRAGMENT_RFC, values.reserved),
    Spec("M", 1, "More fragments: others follow this piece.", _FRAGMENT_RFC, values.is_set),
    Spec(
        "Identification",
        32,
        "The same in all pieces of a packet that was cut up, so that they find together again.",
        _FRAGMENT_RFC,
        values.hex32,
        brief=values.hex32,
    ),
)

_NAMES = {
    _HOP_BY_HOP: ("Hop-by-Hop Options header", "RFC 8200 4.3"),
    _ROUTING: ("Routing header", "RFC 8200 4.4"),
    _FRAGMENT: ("Fragment header", _FRAGMENT_RFC),
    _DESTINATION: ("Destination Options header", "RFC 8200 4.6"),
}
_OPTIONS_RFC = "RFC 8200 4.2"
_OPTIONS = {
    0: ("Pad1", _OPTIONS_RFC),
    1: ("PadN", _OPTIONS_RFC),
    5: ("Router Alert", "RFC 2711 2.1"),
    0xC2: ("Jumbo Payload", "RFC 2675 2"),
}
_OPTION_FIELDS: dict[int, Spec] = {
    5: Spec("Value", 16, "What routers shall look for: 0 is multicast listener discovery.",
            "RFC 2711 2.1"),
    0xC2: Spec("Jumbo Payload Length", 32, "The packet's length where 16 bits do not hold it.",
               "RFC 2675 2", values.size),
}  # fmt: skip
_ACTIONS = (
    "skip it",
    "discard the packet",
    "discard it and report",
    "discard it and report to one",
)


def read(reader: Reader) -> Carrier:
    """The header at the reader's place with its extension headers. Raises Ended.

    The reader then ends where the packet does; whatever follows stays behind that.
    """
    reader.begin("IPv6 header", "ip")
    start = reader.at
    fields = reader.take(HEADER)
    length, following = fields["Payload Length"], fields["Next Header"]
    unknown = ""
    if length == 0 and following != _NOTHING:
        reader.amend("Payload Length", "0: left open, or written elsewhere")
        unknown = "the length that it covers is not written here"
    elif length > reader.left:
        reader.stops.append(
            f"The packet is cut off: {values.size(length)} followed this header, and "
            f"{reader.left:,} are here."
        )
        unknown = "it covers bytes that are not here"
    else:
        reader.end = start + (_SIZE + length) * 8
    offset = 0
    while following in _NAMES and not offset:
        if following == _FRAGMENT:
            reader.begin(_NAMES[following][0], "extension")
            fragment = reader.take(FRAGMENT)
            following, offset = fragment["Next Header"], fragment["Fragment Offset"] * 8
            if offset or fragment["M"]:
                unknown = unknown or "it covers the whole, and this is a piece"
        else:
            following, routed = _extension(reader, following)
            unknown = unknown or ("it covers the last address of the route" if routed else "")
    source = values.ipv6(fields["Source Address"])
    destination = values.ipv6(fields["Destination Address"])
    return Carrier(6, source, destination, following, unknown, offset)


def _extension(reader: Reader, kind: int) -> tuple[int, int]:
    """An extension header that says its own length: what follows it, and the segments left."""
    name, rfc = _NAMES[kind]
    reader.begin(name, "extension")
    head = reader.take(
        (
            Spec("Next Header", 8, _NEXT, rfc, values.protocol),
            Spec(
                "Hdr Ext Len",
                8,
                "How long this header is, in units of 8 bytes; the first 8 are not counted.",
                rfc,
                lambda n: f"{n}, so {n * 8 + 8:,} bytes",
            ),
        )
    )
    left = 0
    size = head["Hdr Ext Len"] * 8 + 6
    missing = size - reader.left
    with reader.within(size):
        if kind == _ROUTING:
            route = reader.take(
                (
                    Spec("Routing Type", 8, "Which kind of route follows.", rfc),
                    Spec("Segments Left", 8, "How many stops on the route are still to come.", rfc),
                )
            )
            left = route["Segments Left"]
            reader.bytes(reader.left, "Type-specific Data", "The stops on the route.", rfc)
        else:
            while reader.left:
                _option(reader)
    if missing > 0:
        raise Ended(f"The bytes end within the {name}: {values.size(missing)} are missing.")
    return head["Next Header"], left


def _option(reader: Reader) -> None:
    kind = reader.peek(0)
    name, rfc = _OPTIONS.get(kind, (f"Type {kind}", _OPTIONS_RFC))
    group = f"{name} option"
    if kind == 0:
        reader.field(Spec("Pad1", 8, "One byte that only fills.", rfc, group=group))
        return
    reader.take(
        (
            Spec(
                "Action",
                2,
                "What to do with the packet if this option is unknown.",
                _OPTIONS_RFC,
                lambda n: f"{n}, {_ACTIONS[n]}",
                group=group,
            ),
            Spec(
                "Change",
                1,
                "May the option's data change on the way?",
                _OPTIONS_RFC,
                values.is_set,
                short="C",
                group=group,
            ),
            Spec("Option Type", 5, f"Which option: {name}.", rfc, short="Type", group=group),
        )
    )
    if not reader.left and not reader.is_cut:
        reader.amend("Option Type", f"{kind & 31}, without its length", wrong=True)
        return
    size = reader.field(
        Spec(
            "Opt Data Len",
            8,
            "How many bytes of data follow.",
            _OPTIONS_RFC,
            values.size,
            "Len",
            group,
        )
    )
    if size > reader.left and not reader.is_cut:
        text = f"{values.size(size)}, more than the header has"
        reader.amend("Opt Data Len", text, wrong=True)
    with reader.within(size):
        known = _OPTION_FIELDS.get(kind)
        if known is not None and known.width == size * 8:
            reader.field(replace(known, group=group))
        meaning = "Zeros that only fill." if kind == 1 else "What the option says."
        reader.bytes(reader.left, "Option Data", meaning, rfc, group)
