"""The TCP header field by field (RFC 9293 section 3.1); its options are in tcp_options.py."""

from portlab.views.headers import values
from portlab.views.headers.carrier import Carrier, judge_transport
from portlab.views.headers.reader import Ended, Reader, Spec
from portlab.views.headers.tcp_options import read_options

RFC = "RFC 9293 3.1"
_SMALLEST = 20
_BITS = "Control Bits"


def _bit(name: str, meaning: str, source: str = RFC) -> Spec:
    return Spec(name, 1, meaning, source, values.is_set, group=_BITS)


HEADER = (
    Spec("Source Port", 16, "The program that sent this, at its computer.", RFC, values.port),
    Spec("Destination Port", 16, "The program that this is for, at its computer.", RFC,
         values.port),
    Spec("Sequence Number", 32, "The number of the first byte carried here; a SYN takes up a "
         "number too.", RFC),
    Spec("Acknowledgment Number", 32, "The number of the byte expected next: all before it has "
         "arrived. It counts only when ACK is set.", RFC),
    Spec("Data Offset", 4, "How long this header is, counted in words of 4 bytes: 5 without "
         "options, 15 at most. The data begins behind it.", RFC,
         lambda n: f"{n} words, {n * 4} bytes", "Offset"),
    Spec("Rsrvd", 4, "Reserved for later; must be zero.", RFC, values.reserved),
    _bit("CWR", "Congestion Window Reduced: I have slowed down, as you asked.", "RFC 3168 6.1"),
    _bit("ECE", "ECN-Echo: a router on the way said that it is becoming full. In a SYN: I "
         "understand such signs.", "RFC 3168 6.1"),
    _bit("URG", "The Urgent Pointer counts."),
    _bit("ACK", "The Acknowledgment Number counts: always, once a connection is open."),
    _bit("PSH", "Push: hand the data to the program now, do not wait for more."),
    _bit("RST", "Reset: this connection is over at once, or never was."),
    _bit("SYN", "Synchronize: here my sequence numbers begin."),
    _bit("FIN", "Finish: after this, I have no more to send."),
    Spec("Window", 16, "How many bytes more the sender of this can take in, from the "
         "Acknowledgment Number on.", RFC, values.size),
    Spec("Checksum", 16, "A sum over header, data and both addresses, by which damage and "
         "misdelivery are noticed.", RFC, values.hex16, brief=values.hex16),
    Spec("Urgent Pointer", 16, "How far behind the Sequence Number the urgent data ends. It counts "
         "only when URG is set.", RFC),
)  # fmt: skip


def read(reader: Reader, carrier: Carrier) -> None:
    """The header at the reader's place, and its payload. Raises Ended."""
    reader.begin("TCP header", "tcp")
    start = reader.at
    fields = reader.take(HEADER)
    _in_words(reader, fields)
    judge_transport(reader, carrier, fields["Checksum"], start, 16)
    size = fields["Data Offset"] * 4
    if size < _SMALLEST:
        words = f"{fields['Data Offset']} words, {size} bytes: too few"
        reader.amend("Data Offset", words, wrong=True)
        raise Ended(
            f"The Data Offset says that the header has {size} bytes, but no TCP header has less "
            "than 20: where the data begins cannot be known."
        )
    with reader.within(size - _SMALLEST):
        read_options(reader, _edges(reader, fields))
    there = (reader.at - start) // 8
    if there < size:
        raise Ended(f"The bytes end within the TCP header: {there} of {size} are here.")


def _in_words(reader: Reader, fields: dict[str, int]) -> None:
    """What a number means in this segment, which the number alone does not say."""
    numbers = reader.numbers
    seq, ack, window = (
        fields[name] for name in ("Sequence Number", "Acknowledgment Number", "Window")
    )
    if numbers.seq is not None:
        reader.amend("Sequence Number", f"{seq}, relative {numbers.seq}")
    if not fields["ACK"]:
        reader.amend("Acknowledgment Number", f"{ack}, without meaning: ACK is not set")
    elif numbers.ack is not None:
        reader.amend("Acknowledgment Number", f"{ack}, relative {numbers.ack}")
    if not fields["URG"]:
        text = f"{fields['Urgent Pointer']}, without meaning: URG is not set"
        reader.amend("Urgent Pointer", text)
    if fields["SYN"]:
        reader.amend("Window", f"{values.size(window)}, never scaled in a SYN")
    elif numbers.window is None:
        reader.amend("Window", f"{window}, to be scaled if both SYNs agreed on that")
    elif window and numbers.window != window:
        scale = numbers.window // window
        reader.amend("Window", f"{window}, times {scale}: {values.size(numbers.window)}")


def _edges(reader: Reader, fields: dict[str, int]) -> int | None:
    """From which number SACK's edges are counted: they number the same bytes as the ACK."""
    relative = reader.numbers.ack
    if relative is None or not fields["ACK"]:
        return None
    return (fields["Acknowledgment Number"] - relative) % (1 << 32)
