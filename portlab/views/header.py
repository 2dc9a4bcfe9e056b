"""What `header(packet)` gives: one packet's headers, to print, to draw, to touch, to save."""

from typing import TYPE_CHECKING, Any

from portlab.errors import PacketError, PortlabError
from portlab.packets import IcmpMessage, Icmpv6Message, Packet, Segment, UdpDatagram
from portlab.system import is_static
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.headers.shapes import Headers, Numbers
from portlab.views.page.lifetime import in_kernel, keep
from portlab.views.printable import terminal_is_plain
from portlab.views.saving import save

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

_ALONE = (Segment, UdpDatagram, IcmpMessage, Icmpv6Message)

Subject = Record | Packet | Segment | UdpDatagram | IcmpMessage | Icmpv6Message | bytes
"""What has headers: a Trace's record, a packet, its bytes, or a header that is in none yet."""


def header(
    packet: Subject, other: Subject | None = None, *, trace: Trace | None = None
) -> "Header":
    """The headers of `packet` as bit fields beside its bytes; two of them stand side by side.

    With the `trace` that a record is from, sequence numbers are also counted from the SYN and
    windows are scaled. Raises PacketError for bytes that are no IP packet and for records without
    one, PortlabError for what has no headers at all.

    >>> from portlab.packets import UdpDatagram
    >>> print(header(UdpDatagram(50000, 53)).text(ascii=True))
    UDP, not yet in a packet
    UDP header 8 bytes
    ...
    """
    subjects = (packet,) if other is None else (packet, other)
    return Header(tuple(read_headers(one, _numbers(one, trace)) for one in subjects))


def as_data(packet: Subject, *, numbers: Numbers | None = None) -> dict[str, Any]:
    """The headers as JSON for the page's header.js; `headers/data.py` says what is in there.

    `numbers` are those of the conversation, where they are known. Raises as `header` does.
    """
    from portlab.views.headers.data import data

    return data(read_headers(packet, numbers))


def read_headers(subject: Subject, numbers: Numbers | None = None) -> Headers:
    """The layout of one packet's headers. Raises as `header` does."""
    from portlab.views.headers.reading import read, read_alone

    if isinstance(subject, Record):
        return read(_bytes_of(subject), numbers)
    if isinstance(subject, Packet):
        return read(subject.raw, numbers)
    if isinstance(subject, bytes):
        return read(subject, numbers)
    if isinstance(subject, _ALONE):
        return read_alone(subject)
    if isinstance(subject, Trace):
        raise PortlabError(
            f"header() shows one packet, and a Trace holds many (this one {len(subject)}). "
            "Choose one: header(trace[0]) is the first."
        )
    raise PortlabError(
        f"header() shows a packet, and {type(subject).__name__} is none. "
        "Give it a record of a trace, as in header(trace[0])."
    )


def _numbers(subject: object, trace: Trace | None) -> Numbers | None:
    from portlab.views.headers.numbers import numbers_of

    known = trace is not None and isinstance(subject, Record)
    return numbers_of(subject, trace) if known else None  # type: ignore[arg-type]


def _bytes_of(record: Record) -> bytes:
    """A record's packet, or what a capture's frame holds of one that is damaged."""
    from portlab.trace.links import UnknownLinkType, find_ip

    if record.packet is not None:
        return record.packet.raw
    if record.call is not None:
        raise PacketError(
            f"Record {record.number} is a socket call: it shows no packet, so no header. "
            "The model world sees every packet; run the experiment there."
        )
    if record.frame is not None:
        try:
            found = find_ip(record.frame.link_type, record.frame.before)
        except UnknownLinkType:
            found = ""
        if not isinstance(found, str):
            return record.frame.before[found[0] : found[1]]
    raise PacketError(
        f"Record {record.number} holds no IP packet: {record.problem or 'nothing was kept'}. "
        "Choose a record with a packet."
    )


class Header:
    """Headers that show themselves: `print` gives text, a notebook shows the picture too."""

    def __init__(self, headers: tuple[Headers, ...]) -> None:
        self.headers = headers

    def text(self, *, meanings: bool = False, ascii: bool | None = None) -> str:
        """Each header as a picture in characters and a list, lines at most 100 columns long.

        `meanings` explains every field and says where it is defined. `ascii` True keeps to
        characters that every terminal has; None asks whether standard output can show the others.
        """
        from portlab.views.headers import text

        plain = terminal_is_plain() if ascii is None else ascii
        shown = [text.render(one, meanings=meanings, ascii=plain) for one in self.headers]
        return f"\n\n{'-' * text.WIDTH}\n\n".join(shown)

    @property
    def alt_text(self) -> str:
        """All that the figure shows in sentences, for who cannot see it."""
        from portlab.views.headers import words

        return "\n".join(words.render(one) for one in self.headers)

    def figure(self) -> "Figure":
        """The headers as a matplotlib Figure, of which pyplot knows nothing."""
        from portlab.views.headers import figure

        return figure.draw(self.headers)

    def save(self, path: "str | Path") -> None:
        """Write it to a file; the suffix says how: .png, .svg, .pdf or .txt.

        Raises PortlabError for any other suffix, and where the file cannot be written.
        """
        save("header", path, self._as_file)

    def _as_file(self, suffix: str) -> bytes:
        from portlab.views.encoding import as_file

        return as_file(self, suffix, "Headers")

    def __str__(self) -> str:
        return self.text()

    def __repr__(self) -> str:
        return f"<Header of {' and '.join(one.title for one in self.headers)}>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[Any, Any]:
        from portlab.views.encoding import text_and_png

        text, title = self.text(ascii=False), "Headers"
        data, sizes = text_and_png(text, self.figure(), title, self.alt_text)
        if in_kernel() and not is_static():
            from portlab.views.headers.widget import HeaderWidget

            widget: Any = HeaderWidget(self.headers)
            keep(widget)
            data = widget._repr_mimebundle_()[0] | data
        return data, sizes
