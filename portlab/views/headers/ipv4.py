"""The IPv4 header with its options, field by field (RFC 791 section 3.1)."""

from portlab.packets.checksum import checksum
from portlab.views.headers import values
from portlab.views.headers.carrier import Carrier, judged
from portlab.views.headers.reader import Ended, Reader, Spec
from portlab.wording import count

RFC = "RFC 791 3.1"
_SMALLEST = 20
_SERVICE = "Type of Service"
_LOOSE, _STRICT, _RECORD = 131, 137, 7

HEADER = (
    Spec("Version", 4, "Which Internet Protocol this is: 4 for IPv4.", RFC),
    Spec(
        "IHL",
        4,
        "How long this header is, counted in words of 4 bytes: at least 5.",
        RFC,
        lambda n: f"{n} words, {n * 4} bytes",
    ),
    Spec(
        "DSCP",
        6,
        "How urgent the packet is: routers may treat some classes better than others. "
        "These bits were once part of Type of Service.",
        "RFC 2474 3",
        values.dscp,
        group=_SERVICE,
    ),
    Spec(
        "ECN",
        2,
        "Lets a router report that it is becoming full, instead of dropping packets.",
        "RFC 3168 5",
        values.ecn,
        group=_SERVICE,
    ),
    Spec(
        "Total Length",
        16,
        "The whole packet in bytes: this header and all behind it.",
        RFC,
        values.size,
    ),
    Spec(
        "Identification",
        16,
        "The same in all pieces of a packet that was cut up, so that they find together again.",
        RFC,
        values.hex16,
        brief=values.hex16,
    ),
    Spec("Reserved", 1, "Not used; must be zero.", RFC, values.reserved, "R", "Flags"),
    Spec(
        "DF",
        1,
        "Don't Fragment: no router may cut this packet up.",
        RFC,
        values.is_set,
        group="Flags",
    ),
    Spec(
        "MF",
        1,
        "More Fragments: this is a piece, and others follow it.",
        RFC,
        values.is_set,
        group="Flags",
    ),
    Spec(
        "Fragment Offset",
        13,
        "Where this piece belongs in the whole, counted in units of "
        "8 bytes; 0 for the first piece and for packets that are whole.",
        RFC,
        lambda n: f"{n}, so from byte {n * 8:,} on" if n else "0",
    ),
    Spec(
        "Time to Live",
        8,
        "Each router takes one off and throws the packet away at zero, so that "
        "none goes round for ever.",
        RFC,
        lambda n: count(n, "hop") + " left",
        "TTL",
    ),
    Spec("Protocol", 8, "What the packet carries: which header comes next.", RFC, values.protocol),
    Spec(
        "Header Checksum",
        16,
        "A sum over this header alone, by which damage is noticed.",
        RFC,
        values.hex16,
        brief=values.hex16,
    ),
    Spec(
        "Source Address",
        32,
        "The computer that sent the packet.",
        RFC,
        values.ipv4,
        brief=values.ipv4,
    ),
    Spec(
        "Destination Address",
        32,
        "The computer that the packet is for.",
        RFC,
        values.ipv4,
        brief=values.ipv4,
    ),
)

_NAMES = {
    0: "End of Option List",
    1: "No Operation",
    _RECORD: "Record Route",
    68: "Internet Timestamp",
    130: "Security",
    _LOOSE: "Loose Source and Record Route",
    136: "Stream Identifier",
    _STRICT: "Strict Source and Record Route",
    148: "Router Alert",
}
_CLASSES = {0: "0, control", 2: "2, debugging and measurement"}
_LENGTH = "How long the option is in bytes, with its type and this length."
_POINTER = (
    "The byte of this option, counted from 1, where the next address stands or is to be written."
)
_ADDRESS = Spec("Route Address", 32, "An address on the packet's way.", RFC, values.ipv4,
                brief=values.ipv4)  # fmt: skip


def read(reader: Reader) -> Carrier:
    """The header at the reader's place; the reader then ends where the packet does. Raises Ended.

    Whatever follows the packet stays behind the reader's end.
    """
    reader.begin("IPv4 header", "ip")
    start = reader.at
    fields = reader.take(HEADER)
    size, total = fields["IHL"] * 4, fields["Total Length"]
    if size < _SMALLEST:
        reader.amend("IHL", f"{fields['IHL']} words, {size} bytes: too few", wrong=True)
        raise Ended(
            f"The IHL says that the header has {size} bytes, but no IPv4 header has less than 20."
        )
    if 0 < total < size:
        reader.amend("Total Length", f"{total} bytes, less than the header", wrong=True)
        raise Ended("The Total Length is less than the header's own, so nothing can be inside.")
    whole_size = (reader.end - start) // 8
    if total == 0:
        reader.amend("Total Length", "0: to be written later, by the network card")
    elif total > whole_size:
        reader.stops.append(
            f"The packet is cut off: it had {values.size(total)}, and {whole_size:,} are here."
        )
    else:
        reader.end = start + total * 8
    routed = False
    with reader.within(size - _SMALLEST):
        while reader.left:
            routed |= _option(reader) in (_LOOSE, _STRICT)
    data = reader.raw[start // 8 : reader.at // 8]
    if len(data) < size:
        raise Ended(f"The bytes end within the header's options: {len(data)} of {size} are here.")
    right = checksum(data[:10] + bytes(2) + data[12:])
    reader.amend("Header Checksum", *judged(fields["Header Checksum"], right))
    unknown = ""
    if fields["MF"] or fields["Fragment Offset"]:
        unknown = "it covers the whole, and this is a piece"
    elif total > whole_size:
        unknown = "it covers bytes that are not here"
    elif total == 0:
        unknown = "the length that it covers is yet to be written"
    elif routed:
        unknown = "it covers the last address of the route"
    return Carrier(
        4,
        values.ipv4(fields["Source Address"]),
        values.ipv4(fields["Destination Address"]),
        fields["Protocol"],
        unknown,
        fields["Fragment Offset"] * 8,
    )


def _option(reader: Reader) -> int:
    """One option; its type."""
    kind = reader.peek(0)
    group = f"{_NAMES.get(kind, f'Type {kind}')} option"
    reader.take(
        (
            Spec(
                "Copied",
                1,
                "Goes into every piece when the packet is cut up.",
                RFC,
                values.is_set,
                "C",
                group,
            ),
            Spec(
                "Option Class",
                2,
                "What the option is for.",
                RFC,
                lambda n: _CLASSES.get(n, str(n)),
                "Class",
                group,
            ),
            Spec(
                "Option Number",
                5,
                f"Which option: {_NAMES.get(kind, 'one that is not known')}.",
                RFC,
                short="Number",
                group=group,
            ),
        )
    )
    if kind == 0:
        reader.bytes(
            reader.left, "Padding", "Fills the header up to a whole word of 4 bytes.", RFC, group
        )
    if kind < 2:
        return kind
    if not reader.left and not reader.is_cut:
        reader.amend("Option Number", f"{kind & 31}, without its length", wrong=True)
        return kind
    length = reader.field(Spec("Option Length", 8, _LENGTH, RFC, values.size, "Length", group))
    if length < 2 or (length - 2 > reader.left and not reader.is_cut):
        reader.amend("Option Length", f"{values.size(length)}, which is impossible", wrong=True)
        reader.bytes(reader.left, "Not readable", "No rule says where this option ends.", RFC,
                     group)  # fmt: skip
        return kind
    with reader.within(length - 2):
        if kind in (_LOOSE, _STRICT, _RECORD) and reader.left:
            reader.field(Spec("Pointer", 8, _POINTER, RFC, group=group))
            while reader.left >= 4:
                reader.field(_ADDRESS)
        reader.bytes(reader.left, "Option Data", "What the option says.", RFC, group)
    return kind
