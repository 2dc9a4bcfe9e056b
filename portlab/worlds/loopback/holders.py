"""Who has a port: another program, or a lab of this one that nobody closed.

A cell that opens a lab by hand and is run again finds its own port taken, by the lab of the run
before. So a port belongs to the newest lab of a program that asks for it: `take_over` ends the
older lab, whole, and any later use of that one says why.
"""

import weakref

from portlab.apps.app import Address
from portlab.host import written
from portlab.worlds.sockets.core import Core

_labs: "weakref.WeakSet[Core]" = weakref.WeakSet()


def remember(core: Core) -> None:
    """Note a lab of this program."""
    _labs.add(core)


def take_over(core: Core, proto: str, local: Address) -> bool:
    """End the other labs of this program that hold `local`; whether there was one."""
    older = [lab for lab in list(_labs) if lab is not core and _holds(lab, proto, local)]
    for lab in older:
        lab.end(
            f"This lab was closed when a newer one asked for {proto.upper()} {written(local)}, "
            "as happens when a cell is run again. Use the newer lab, or open another."
        )
    return bool(older)


def _holds(lab: Core, proto: str, local: Address) -> bool:
    return any(held.proto == proto and held.local == local for held in lab.sockets.copy().values())


def holder_of(proto: str, local: Address) -> str | None:
    """The program that has a port, as far as this user may know."""
    import psutil

    places = {local[0], "::", "0.0.0.0"}
    try:
        found = psutil.net_connections(kind=proto)
    except (psutil.Error, OSError):
        return None
    for one in found:
        listening = proto == "udp" or one.status == psutil.CONN_LISTEN
        mine = one.laddr and one.laddr.port == local[1]
        if listening and mine and one.laddr.ip in places and one.pid:
            try:
                return f"{psutil.Process(one.pid).name()} (process {one.pid})"
            except psutil.Error:
                return f"process {one.pid}"
    return None
