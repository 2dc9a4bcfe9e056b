"""What an eavesdropper reads: each conversation as its two sides said it, and what was hidden."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import groupby
from typing import overload

from portlab.errors import PortlabError
from portlab.host import written
from portlab.trace.conversations import Conversation, conversations
from portlab.trace.delivery import End
from portlab.trace.overheard import Said, said
from portlab.trace.tls_records import Shown
from portlab.trace.trace import Trace
from portlab.views.printable import printable
from portlab.wording import WIDTH, count, listed

_LINES = 12
"""Longer turns are cut: nobody reads a whole page here."""


def overheard(trace: Trace) -> "Overheard":
    """What can be read on the line by anybody who sees the packets and has no keys.

    `"secret" in overheard(trace)` says whether a word was there to be read. Raises PortlabError
    for what is no Trace, and for a Trace of socket calls, which hold no bytes.

    >>> from portlab import apps, run
    >>> def hello(lab):
    ...     server, client = lab.hosts("server", "client")
    ...     server.listen(7, apps.Echo())
    ...     with client.connect(server, 7) as connection:
    ...         connection.send(b"open sesame")
    ...         connection.receive_until(b"same")
    >>> print(overheard(run(hello, seed=1)))
    1: client 10.0.0.2:53743 > server 10.0.0.1:7, TCP
      client  open sesame
      server  open sesame
    >>> "sesame" in overheard(run(hello, seed=1))
    True
    """
    if not isinstance(trace, Trace):
        raise PortlabError(
            f"An eavesdropper listens to a Trace, and not to {type(trace).__name__}. Give what "
            "run(experiment) returned."
        )
    return Overheard(trace)


class Overheard(Sequence[Said]):
    """The turns that were said; printed, or as a cell's value, it is text."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._talks = conversations(trace)
        self._said = said(trace)

    def __len__(self) -> int:
        return len(self._said)

    @overload
    def __getitem__(self, index: int) -> Said: ...
    @overload
    def __getitem__(self, index: slice) -> list[Said]: ...
    def __getitem__(self, index: int | slice) -> Said | list[Said]:
        return self._said[index]

    def __contains__(self, word: object) -> bool:
        """Can `word` be read, on one side of one conversation? Across turns too."""
        if isinstance(word, bytes):
            word = word.decode("utf-8", "replace")
        if not isinstance(word, str):
            return word in self._said
        sides: dict[tuple[int, End], str] = defaultdict(str)
        for turn in self._said:
            between = "\n" if turn.text is None else ""
            sides[turn.conversation, turn.speaker] += between + turn.readable
        return any(word in side for side in sides.values())

    @property
    def encrypted(self) -> int:
        """Bytes that TLS hides, in all conversations."""
        return sum(turn.encrypted for turn in self._said)

    def text(self) -> str:
        """Conversation by conversation; what stands in brackets is not what was said."""
        by_number = {talk.number: talk for talk in self._talks}
        blocks = [
            "\n".join(self._conversation(by_number[number], list(turns)))
            for number, turns in groupby(self._said, key=lambda turn: turn.conversation)
        ]
        return "\n\n".join(blocks) or "Nothing was said."

    def _conversation(self, talk: Conversation, turns: list[Said]) -> list[str]:
        names = {end: self._trace.name_of(end[0], end[1]) for end in (talk.client, talk.server)}
        ends = " > ".join(
            _end(name, end) for end, name in ((e, names[e]) for e in (talk.client, talk.server))
        )
        hidden = sum(turn.encrypted for turn in turns)
        heading = f"{talk.number}: {ends}, {talk.proto.upper()}"
        if hidden:
            heading += f", {hidden:,} of {count(sum(len(t.data) for t in turns), 'byte')} encrypted"
        width = max(map(len, names.values()))
        lines = [heading]
        for turn in turns:
            for at, line in enumerate(_lines(turn)):
                name = names[turn.speaker] if at == 0 else ""
                lines.append(_cut(f"  {name:{width}}  {line}").rstrip())
        return lines

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__


def _end(name: str, end: End) -> str:
    address = end[0] if end[1] is None else written((end[0], end[1]))
    return address if name == end[0] else f"{name} {address}"


def _lines(turn: Said) -> list[str]:
    if turn.tls:
        return [f"[TLS: {listed(_tls(turn.tls))}]"]
    if turn.text is None:
        words = f", in them: {', '.join(map(repr, turn.words))}" if turn.words else ""
        return [f"[{count(len(turn.data), 'byte')} that are not text{words}]"]
    lines = [printable(line) for line in turn.text.splitlines()] or ["[nothing]"]
    if len(lines) > _LINES:
        more = count(len(lines) - _LINES, "more line")
        lines = [*lines[:_LINES], f"[{more}]"]
    return lines


def _tls(shown: Sequence[Shown]) -> list[str]:
    """Messages in the clear by their names, encrypted bytes that follow each other as one sum."""
    words: list[str] = []
    for hidden, group in groupby(shown, key=lambda one: one.encrypted > 0):
        if hidden:
            words.append(f"{count(sum(one.encrypted for one in group), 'byte')} encrypted")
        else:
            words += [
                one.name + (f" for {printable(one.server)}" if one.server else "") for one in group
            ]
    return words


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"
