"""What the page asks of Python, and the answers."""

from typing import Any

from portlab.errors import PortlabError
from portlab.views.page.session import Session

Answer = tuple[dict[str, Any], list[bytes]]


def answer(session: Session, message: dict[str, Any]) -> Answer:
    """The content of the answer, and what goes with it as bytes. Raises PortlabError."""
    do = message.get("do")
    if do == "packet":
        return _packet(session, int(message["ladder"]), int(message["number"])), []
    if do == "fault":
        trace = session.traces[int(message["ladder"])]
        seconds = float(message.get("seconds") or 0)
        session.show(trace, trace.with_fault(str(message["kind"]), message["number"], seconds))
    elif do == "undo":
        session.undo()
    elif do == "numbers":
        session.relative = bool(message["relative"])
    else:
        raise PortlabError(f"The page asked for {do!r}, which nobody here knows.")
    return {}, []


def _packet(session: Session, ladder: int, number: int) -> dict[str, Any]:
    from portlab.views.header import as_data

    record = session.traces[ladder][number - 1]
    source = record.reason.source if record.reason else None
    return {"header": as_data(record), "why": record.why, "source": source}
