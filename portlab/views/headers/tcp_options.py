"""TCP's options, field by field: each a kind, mostly a length, and what it says (RFC 9293 3.2)."""

from dataclasses import dataclass, replace

from portlab.views.headers import values
from portlab.views.headers.reader import Reader, Spec

RFC = "RFC 9293 3.1"
_END, _NOP, _SACK = 0, 1, 5
_MODULUS = 1 << 32
_MAX_SHIFT = 14  # RFC 7323 2.3


@dataclass(frozen=True, slots=True)
class Known:
    """An option that can be taken apart: its whole length in bytes, and its fields."""

    name: str
    short: str
    meaning: str
    source: str
    size: int = 0
    fields: tuple[Spec, ...] = ()


def _shift(number: int) -> str:
    if number > _MAX_SHIFT:
        return f"{number}, over the limit: 14 is used"
    return f"{number}, so times {1 << number:,}"


_MSS = Spec(
    "Maximum Segment Size", 16, "The most bytes of data that the sender of this takes in one "
    "segment.", "RFC 9293 3.7.1", values.size, "MSS",
)  # fmt: skip
_SHIFT = Spec(
    "shift.cnt", 8, "How many bits to the left the sender's windows are to be shifted; only if "
    "both SYNs have this option.", "RFC 7323 2.2", _shift, "shift",
)  # fmt: skip
_VALUE = Spec("TS Value", 32, "The sender's clock when this was sent.", "RFC 7323 3.2",
              short="TSval")  # fmt: skip
_ECHO = Spec(
    "TS Echo Reply", 32, "The clock last heard from the other side, sent back, so that it can "
    "measure the round trip.", "RFC 7323 3.2", short="TSecr",
)  # fmt: skip
_USER_TIMEOUT = (
    Spec("Granularity", 1, "Is the time counted in minutes (1) or in seconds (0)?", "RFC 5482 3",
         short="G"),
    Spec("User Timeout", 15, "How long the sender waits for acknowledgments before giving up.",
         "RFC 5482 3"),
)  # fmt: skip

KNOWN: dict[int, Known] = {
    _END: Known("End of Option List", "EOL", "No option follows.", "RFC 9293 3.2"),
    _NOP: Known("No-Operation", "NOP", "Fills one byte, so that what follows begins where it "
                "should.", "RFC 9293 3.2"),
    2: Known("Maximum Segment Size", "MSS", "Says how much data fits into one segment.",
             "RFC 9293 3.2", 4, (_MSS,)),
    3: Known("Window Scale", "WScale", "Makes windows over 65,535 bytes possible.",
             "RFC 7323 2.2", 3, (_SHIFT,)),
    4: Known("SACK-Permitted", "SACK ok", "The sender understands selective acknowledgments.",
             "RFC 2018 2", 2),
    _SACK: Known("SACK", "SACK", "Names blocks that arrived behind a gap, so that only the gap is "
                 "sent again.", "RFC 2018 3"),
    8: Known("Timestamps", "TS", "Measures round trips, and tells old segments from new.",
             "RFC 7323 3.2", 10, (_VALUE, _ECHO)),
    19: Known("MD5 Signature", "MD5", "A signature by a shared secret, used between routers.",
              "RFC 2385 3.0"),
    28: Known("User Timeout", "UTO", "Says how long the sender goes on without an answer.",
              "RFC 5482 3", 4, _USER_TIMEOUT),
    29: Known("TCP Authentication", "TCP-AO", "A signature over the segment.", "RFC 5925 2.2"),
    30: Known("Multipath TCP", "MPTCP", "Spreads one conversation over several paths.",
              "RFC 8684 3"),
    34: Known("TCP Fast Open", "TFO", "A cookie by which data may travel with a SYN.",
              "RFC 7413 4.1.1"),
}  # fmt: skip

_LENGTH = "How long the option is in bytes, with its kind and this length."


def read_options(reader: Reader, edges_from: int | None) -> None:
    """All options up to the reader's end. `edges_from` is what SACK's edges count from. Raises
    Ended only where bytes are missing.
    """
    while reader.left:
        kind = reader.peek(0)
        known = KNOWN.get(kind) or Known(
            f"Kind {kind}", f"Kind {kind}", "An option that portlab does not take apart.", RFC
        )
        _option(reader, kind, known, edges_from)


def _option(reader: Reader, kind: int, known: Known, edges_from: int | None) -> None:
    group = f"{known.name} option"

    alone = kind in (_END, _NOP)
    brief = (lambda n: known.short) if alone else (lambda n: f"{n}: {known.short}")
    reader.field(
        Spec("Kind", 8, known.meaning, known.source, lambda n: f"{n}, {known.name}",
             group=group, brief=brief)
    )  # fmt: skip
    if kind == _END:
        zeros = not any(reader.raw[reader.at // 8 : reader.end // 8])
        meaning = "Zeros, up to the end of the header."
        if not zeros:
            meaning = "Behind the end of the options only zeros should stand, and these are not."
        reader.bytes(reader.left, "Header Padding", meaning, RFC, group)
    if alone:
        return
    if not reader.left and not reader.is_cut:
        reader.amend("Kind", f"{kind}, {known.name}, without its length", wrong=True)
        return
    size = reader.field(Spec("Length", 8, _LENGTH, RFC, values.size, group=group))
    if size < 2 or (size - 2 > reader.left and not reader.is_cut):
        reader.amend("Length", f"{values.size(size)}, which is impossible", wrong=True)
        reader.bytes(reader.left, "Not readable", "No rule says where this option ends.", RFC,
                     group)  # fmt: skip
        return
    with reader.within(size - 2):
        if kind == _SACK and size % 8 == 2:
            _blocks(reader, group, edges_from)
        elif known.fields and size == known.size:
            reader.take([replace(spec, group=group) for spec in known.fields])
        elif known.size and size != known.size:
            text = f"{values.size(size)}, though this option has {known.size}"
            reader.amend("Length", text, wrong=True)
        reader.bytes(reader.left, "Data", known.meaning, known.source, group)


def _blocks(reader: Reader, group: str, edges_from: int | None) -> None:
    def edge(number: int) -> str:
        if edges_from is None:
            return str(number)
        return f"{number}, relative {(number - edges_from) % _MODULUS}"

    block = 1
    while reader.left:
        first = f"The first byte of block {block} that arrived."
        behind = f"The byte just behind block {block}."
        for name, meaning in (("Left Edge", first), ("Right Edge", behind)):
            reader.field(Spec(f"{name} {block}", 32, meaning, "RFC 2018 3", edge, group=group))
        block += 1
