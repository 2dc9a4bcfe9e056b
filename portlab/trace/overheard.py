"""What was said on a line, as anybody reads it who sees the packets and has no keys.

Streams are put together in order, datagrams taken one by one; neighbouring pieces of one speaker
are one turn. Where TLS begins, only what TLS itself leaves in the clear is told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from portlab.errors import PortlabError
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.delivery import End, deliveries
from portlab.trace.tls_records import RecordReader, Shown, begins_tls
from portlab.trace.trace import Trace

_RUN = 4
"""So many printable bytes in a row count as readable among others; strings(1) has it so too."""

UNREADABLE = "\N{MIDDLE DOT}"
"""Stands for a byte that is not text, among those that are."""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn of one speaker: `data`, in conversation number `conversation`.

    `time` (microseconds) is when its first byte was there. `text` is all of it, where most of it is
    text; `words` are the readable pieces of what is not; `tls` is what TLS shows.
    """

    conversation: int
    speaker: End
    time: int
    data: bytes
    text: str | None = None
    words: tuple[str, ...] = ()
    tls: tuple[Shown, ...] = ()

    @property
    def encrypted(self) -> int:
        """Bytes that TLS hides."""
        return sum(one.encrypted for one in self.tls)

    @property
    def readable(self) -> str:
        """Everything in it that can be read."""
        if self.tls:
            return "\n".join(one.server or "" for one in self.tls)
        return self.text if self.text is not None else "\n".join(self.words)


def said(trace: Trace) -> list[Said]:
    """Every turn of every conversation, conversation by conversation.

    Raises PortlabError for a Trace of socket calls, which hold no bytes.
    """
    if any(record.call is not None for record in trace):
        raise PortlabError(
            "These are socket calls, which show how many bytes were sent, and not which. Run the "
            "experiment in the model or the kernel world, or on loopback with capture=True."
        )
    return [turn for talk in conversations(trace) for turn in _turns(talk)]


@dataclass(slots=True)
class _Side:
    """One end's stream, in which TLS may begin at any turn and then does not end."""

    speaker: End
    tls: RecordReader | None = None

    def turn(self, conversation: int, time: int, data: bytes) -> Said:
        if self.tls is None and begins_tls(data):
            self.tls = RecordReader()
        if self.tls is not None:
            shown = tuple(self.tls.read(data))
            return Said(conversation, self.speaker, time, data, tls=shown or (Shown("a part"),))
        text = _text(data)
        words = () if text is not None else tuple(_words(data))
        return Said(conversation, self.speaker, time, data, text, words)


def _turns(talk: Conversation) -> Iterator[Said]:
    """The pieces of both ends by time, those of one speaker in a row joined (datagrams are not)."""
    sides = {
        talk.server: _Side(talk.client),  # what comes to the one was said by the other
        talk.client: _Side(talk.server),
    }
    come = [(one.time, to, one.data) for to in sides for one in deliveries(talk.trace, to)]
    come.sort(key=lambda piece: piece[0])
    if talk.proto == "udp":
        for time, to, data in come:
            yield _Side(sides[to].speaker).turn(talk.number, time, data)
        return
    for to, pieces in groupby(come, key=lambda piece: piece[1]):
        yield _joined(talk.number, sides[to], pieces)


def _joined(number: int, side: _Side, pieces: Iterable[tuple[int, End, bytes]]) -> Said:
    whole = list(pieces)
    return side.turn(number, whole[0][0], b"".join(data for _, _, data in whole))


def _text(data: bytes) -> str | None:
    """`data` as text with marks for single bytes that are none; None where those prevail."""
    text = data.decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() or c in "\r\n\t" else UNREADABLE for c in text)
    shown = shown.replace("\N{REPLACEMENT CHARACTER}", UNREADABLE)
    strange = shown.count(UNREADABLE)
    return shown if 2 * strange < len(shown) or not data else None


def _words(data: bytes) -> Iterator[str]:
    """Printable ASCII in `data`, in pieces of at least `_RUN`."""
    for readable, run in groupby(data, key=lambda byte: 0x20 <= byte < 0x7F):
        word = bytes(run)
        if readable and len(word) >= _RUN:
            yield word.decode("ascii")
