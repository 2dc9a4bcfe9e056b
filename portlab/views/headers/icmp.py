"""ICMP and ICMPv6, field by field (RFC 792, RFC 4443, neighbour discovery of RFC 4861)."""

from portlab.packets import IcmpMessage, Icmpv6Message
from portlab.packets.checksum import checksum
from portlab.views.headers import values
from portlab.views.headers.carrier import Carrier, judge_transport, judged
from portlab.views.headers.icmp_messages import CODES, ICMP, ICMPV6, NEIGHBOUR
from portlab.views.headers.reader import Reader, Spec


def read(reader: Reader, carrier: Carrier) -> bytes | None:
    """The message at the reader's place, up to what it carries. Raises Ended.

    Gives the bytes of the packet that an error quotes, None in other messages. The reader then
    stands before them, or before the data.
    """
    v4 = carrier.version == 4
    rfc = "RFC 792" if v4 else "RFC 4443 2.1"
    decoder = IcmpMessage if v4 else Icmpv6Message
    reader.begin("ICMP header" if v4 else "ICMPv6 header", "icmp")
    start = reader.at
    data = reader.raw[start // 8 : reader.end // 8]
    fields = reader.take(
        (
            Spec("Type", 8, "What kind of message this is.", rfc),
            Spec("Code", 8, "What exactly, within its type.", rfc),
            Spec(
                "Checksum",
                16,
                "A sum over the whole message, by which damage is noticed."
                if v4
                else "A sum over the whole message and both addresses.",
                rfc if v4 else "RFC 4443 2.3",
                values.hex16,
                brief=values.hex16,
            ),
        )
    )
    message = decoder.decode(data)
    type_name = message.type_name
    code_name = message.code_name or CODES.get((carrier.version, *data[:2]), "")
    reader.amend("Type", f"{fields['Type']}, {type_name}" if type_name else str(fields["Type"]))
    if code_name:
        reader.amend("Code", f"{fields['Code']}, {code_name}")
    found = fields["Checksum"]
    if carrier.unknown or not v4:
        judge_transport(reader, carrier, found, start, 2)
    else:
        reader.amend("Checksum", *judged(found, checksum(data[:2] + bytes(2) + data[4:])))
    known = (ICMP if v4 else ICMPV6).get(fields["Type"])
    if known is None:
        return None
    reader.take(known.fields)
    if known.then == "options":
        _options(reader)
    return message.quoted if known.then == "packet" else None


def _options(reader: Reader) -> None:
    """The options of neighbour discovery, as far as they can be told apart (RFC 4861 4.6)."""
    rfc = "RFC 4861 4.6"
    while reader.left >= 2 and 0 < reader.peek(1) * 8 <= reader.left:
        kind, size = reader.peek(0), reader.peek(1) * 8
        name = NEIGHBOUR.get(kind, f"Type {kind}")
        group = f"{name} option"
        reader.field(
            Spec(
                "Type",
                8,
                f"Which option: {name}.",
                rfc,
                group=group,
            )
        )
        reader.amend("Type", f"{kind}, {name}")
        reader.field(
            Spec(
                "Length",
                8,
                "How long the option is, in units of 8 bytes.",
                rfc,
                lambda n: f"{n}, so {n * 8} bytes",
                group=group,
            )
        )
        reader.bytes(size - 2, name, "What the option says.", rfc, group)
