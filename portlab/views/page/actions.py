"""What the page asks of Python, and the answers: one packet, a fault, undo, numbers, files.

Nothing here knows of widgets or kernels: a message is a dictionary, an answer another one and some
bytes. A message that makes no sense, and an experiment that fails, are answered by a `problem` in
a sentence; what is shown then stays as it was.

    {do: "packet", ladder, number}                 {header, why, source}
    {do: "fault", ladder, kind, number, seconds}   {says}
    {do: "undo"}                                   {says}
    {do: "numbers", relative}                      {says}
    {do: "save", as, ladder}                       {file, mime}, and the file as one buffer

`ladder` counts from 0; null or left out means all that is shown, where that makes one file. Where
an answer `says` something, to be read out, the session's scene is another one. Every answer
carries the message's `ask` as `answer`.
"""

from collections.abc import Callable, Mapping
from traceback import format_exception_only
from typing import Any

from portlab.errors import PortlabError
from portlab.trace.trace import Trace
from portlab.views.notes import about_the_trace
from portlab.views.page.session import Session
from portlab.views.shapes import Arrow, Layout

Answer = tuple[dict[str, Any], list[bytes]]

_KINDS = ("drop", "delay", "duplicate")
_MIME = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "pcapng": "application/x-pcapng",
    "txt": "text/plain;charset=utf-8",
}


def answer(session: Session, message: object) -> Answer:
    """What to send back for one message of the page: content and buffers. Raises nothing."""
    known = message if isinstance(message, Mapping) else {}
    ask = {"answer": known.get("ask")}
    try:
        do = known.get("do")
        action = _ACTIONS.get(do) if isinstance(do, str) else None
        if action is None:
            raise PortlabError(f"The page asked for {do!r}, which this version does not know.")
        content, buffers = action(session, known)
    except KeyboardInterrupt:
        return {**ask, "problem": "Interrupted: what is shown stays as it was."}, []
    except PortlabError as error:
        return {**ask, "problem": str(error)}, []
    except Exception as error:
        return {**ask, "problem": f"That went wrong inside portlab. {_in_words(error)}"}, []
    return {**ask, **content}, buffers


# ---- one action each


def _packet(session: Session, message: Mapping[str, Any]) -> Answer:
    from portlab.views.header import as_data
    from portlab.views.headers.shapes import Numbers

    ladder, number = _ladder(session, message), message.get("number")
    record = next((one for one in session.traces[ladder] if one.number == number), None)
    if record is None:
        raise PortlabError(f"There is no packet {number!r} in this ladder.")
    numbers = None
    counted, opened = _arrow(session.layout(ladder, relative=True), number)
    if counted is not None and counted.seq is not None:
        numbers = Numbers(counted.seq, counted.ack, counted.window if opened else None)
    shown, _ = _arrow(session.layout(ladder), number)
    why, source = (shown.why, shown.source) if shown else (None, None)
    return {"header": as_data(record, numbers=numbers), "why": why, "source": source}, []


def _arrow(layout: Layout, number: object) -> tuple[Arrow | None, bool]:
    """The arrow of that number, and whether a SYN of its conversation was seen."""
    for conversation in layout.conversations:
        arrows = [row for row in conversation.rows if isinstance(row, Arrow)]
        for arrow in arrows:
            if arrow.number == number:
                return arrow, any(one.kind == "syn" for one in arrows)
    return None, False


def _fault(session: Session, message: Mapping[str, Any]) -> Answer:
    ladder = _ladder(session, message)
    kind, number = message.get("kind"), message.get("number")
    if kind not in _KINDS:
        raise PortlabError(f"{kind!r} is no fault: there are drop, delay and duplicate.")
    seconds: Any = message.get("seconds") if kind == "delay" else 0.0
    old = session.traces[ladder]
    try:
        new = old.with_fault(kind, number, seconds)  # type: ignore[arg-type]
    except PortlabError:
        raise
    except (Exception, SystemExit) as error:
        raise PortlabError(
            f"With this fault the experiment's own code stopped. {_in_words(error)} "
            "What is shown stays as it was: mend the cell, and run it again."
        ) from error
    session.show(old, new)
    assert session.comparison is not None
    said = [", ".join(map(repr, new.faults)) + ".", session.comparison.summary[0]]
    before = about_the_trace(old, ())
    said += [note for note in about_the_trace(new, ()) if note not in before]
    return {"says": " ".join(said)}, []


def _undo(session: Session, message: Mapping[str, Any]) -> Answer:
    if not session.can_undo:
        raise PortlabError("There is nothing to undo: this is what it began with.")
    gone = session.traces[-1].faults
    session.undo()
    return {"says": f"Undone: {', '.join(map(repr, gone))}."}, []


def _numbers(session: Session, message: Mapping[str, Any]) -> Answer:
    relative = message.get("relative")
    if not isinstance(relative, bool):
        raise PortlabError(f"Numbers are relative or they are not, and not {relative!r}.")
    session.relative = relative
    how = "relative: each side's SYN counts as 0" if relative else "those in the headers"
    return {"says": f"Sequence numbers are now {how}."}, []


def _save(session: Session, message: Mapping[str, Any]) -> Answer:
    from portlab.views.picture import ladder

    form = message.get("as")
    if not isinstance(form, str) or form not in _MIME:
        raise PortlabError(f"There is no file of kind {form!r}: choose one of {', '.join(_MIME)}.")
    alone = message.get("ladder") is not None or len(session.traces) == 1
    traces = (session.traces[_ladder(session, message)],) if alone else session.traces
    if form == "pcapng":
        from portlab.trace.capture import as_pcapng

        if len(traces) > 1:
            raise PortlabError("A file of packets holds one ladder: say which one to save.")
        data = as_pcapng(traces[0])
    else:
        data = ladder(*traces, relative=session.relative).as_file(f".{form}")
    return {"file": f"{_file_name(traces)}.{form}", "mime": _MIME[form]}, [data]


_ACTIONS: dict[str, Callable[[Session, Mapping[str, Any]], Answer]] = {
    "packet": _packet,
    "fault": _fault,
    "undo": _undo,
    "numbers": _numbers,
    "save": _save,
}


# ---- what they share


def _ladder(session: Session, message: Mapping[str, Any]) -> int:
    """The place of the ladder that the message means; the only one, if it names none."""
    which, there = message.get("ladder"), len(session.traces)
    if which is None and there == 1:
        return 0
    if isinstance(which, bool) or not isinstance(which, int) or not 0 <= which < there:
        raise PortlabError(f"There is no ladder {which!r} on the page.")
    return which


def _file_name(traces: tuple[Trace, ...]) -> str:
    """What a file of these traces is called: their experiments and faults, in plain characters."""
    words = " and ".join(" ".join((one.title, *map(repr, one.faults))) for one in traces)
    plain = "".join(c if c.isascii() and c.isalnum() else " " for c in words)
    return "-".join(plain.split())[:80] or "ladder"


def _in_words(error: BaseException) -> str:
    """Its last line, as Python would print it; also for an exception that cannot say its name."""
    return " ".join("".join(format_exception_only(error)).split()) + "."
