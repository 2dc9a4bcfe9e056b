"""The UDP header field by field: eight bytes, no options (RFC 768)."""

from portlab.views.headers import values
from portlab.views.headers.carrier import Carrier, judge_transport
from portlab.views.headers.reader import Ended, Reader, Spec

RFC = "RFC 768"
_SIZE = 8

HEADER = (
    Spec("Source Port", 16, "The program that sent this, at its computer; 0 if no answer is "
         "wanted.", RFC, values.port),
    Spec("Destination Port", 16, "The program that this is for, at its computer.", RFC,
         values.port),
    Spec("Length", 16, "Header and data together, in bytes.", RFC, values.size),
    Spec("Checksum", 16, "A sum over header, data and both addresses, by which damage and "
         "misdelivery are noticed. Over IPv4 it may be left out, as 0.", RFC, values.hex16,
         brief=values.hex16),
)  # fmt: skip


def read(reader: Reader, carrier: Carrier) -> None:
    """The header at the reader's place; the reader then ends where the datagram does.

    Raises Ended.
    """
    reader.begin("UDP header", "udp")
    start = reader.at
    fields = reader.take(HEADER)
    length, found, here = fields["Length"], fields["Checksum"], (reader.end - start) // 8
    if 0 < length < _SIZE:
        reader.amend("Length", f"{values.size(length)}, less than the header", wrong=True)
        raise Ended(
            f"The Length says {length} bytes, but the UDP header alone has 8: where the data ends "
            "cannot be known."
        )
    if length == 0:
        reader.amend("Length", "0: all there is")
    elif length > here:
        # In a piece, or a packet cut off, it counts what is elsewhere.
        if not carrier.unknown:
            text = f"{values.size(length)}, but only {here:,} are here"
            reader.amend("Length", text, wrong=True)
            reader.amend("Checksum", f"0x{found:04x}, not checked: it covers bytes not here")
            return
    else:
        reader.end = start + length * 8
    if found == 0:
        allowed = carrier.version == 4
        # RFC 8200 8.1; the exception is RFC 6935's.
        but = "" if allowed else ", which IPv6 allows to tunnels only"
        reader.amend("Checksum", f"0x0000: the sender made none{but}", wrong=not allowed)
    else:
        judge_transport(reader, carrier, found, start, 6)
