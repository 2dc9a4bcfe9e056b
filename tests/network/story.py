"""How a story begins, and a trace told in a line per record, so that a test reads like a ladder."""

from collections.abc import Iterable
from typing import Any

from portlab.packets import IcmpMessage, Icmpv6Message
from portlab.trace.record import Record
from portlab.trace.trace import Trace


def connected(server: Any, client: Any) -> tuple[Any, Any]:
    """Both ends of a connection to port 80: the caller's, and the one that was called."""
    listener = server.listen(80)
    connection = client.connect(server, 80)
    return connection, listener.accept()


def told(trace: Trace) -> list[str]:
    """`20 ms client > server ACK`, with what became of it unless it simply arrived."""
    return [_line(trace, record) for record in trace]


def what(trace: Iterable[Record]) -> list[str]:
    """Only the flags, or what else travelled."""
    return [_name(record) for record in trace]


def _line(trace: Trace, record: Record) -> str:
    src, dst = trace.name_of(record.src or "?"), trace.name_of(record.dst or "?")
    fate = "" if record.fate == "delivered" else f", {record.fate}"
    length = f" {record.length}" if record.proto in ("tcp", "udp") and record.length else ""
    return f"{record.time / 1000:g} ms {src} > {dst} {_name(record)}{length}{fate}"


def _name(record: Record) -> str:
    if record.flags is not None:
        return record.flags
    payload = record.packet.payload if record.packet else None
    if isinstance(payload, IcmpMessage | Icmpv6Message):
        return str(payload).rpartition(" len")[0]
    return record.proto or "?"
