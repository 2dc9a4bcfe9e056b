"""What a lab may leave behind, which is nothing: sockets, threads, descriptors, processes."""

import gc
import threading
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Belongings:
    """What this process has open."""

    threads: frozenset[threading.Thread]
    descriptors: int
    sockets: frozenset[tuple[object, object, str]]
    processes: frozenset[int]
    """Those it started, and those they did; also dead ones that nobody has waited for."""


def left_behind(before: Belongings) -> Belongings | None:
    """What there is now, if it differs from before even when all that is forgotten is gone."""
    if belongings() == before:
        return None
    gc.collect()
    now = belongings()
    return None if now == before else now


def belongings() -> Belongings:
    process = psutil.Process()
    tell = getattr(process, "net_connections", None) or process.connections
    return Belongings(
        frozenset(threading.enumerate()),
        process.num_handles() if psutil.WINDOWS else process.num_fds(),
        frozenset((one.laddr, one.raddr, one.status) for one in tell("inet")),
        frozenset(child.pid for child in process.children(recursive=True)),
    )
