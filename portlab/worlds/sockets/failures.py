"""What the system's errors mean, in words: every OSError becomes one of portlab's own.

Systems disagree about numbers, so the exception's class decides where Python has one for it.
"""

import errno
import os

from portlab.errors import (
    AddressError,
    ConnectError,
    ConnectionAborted,
    ConnectionRefused,
    LimitReached,
    PortInUse,
    PortlabError,
    PortNotAllowed,
    PortUnreachable,
    TimedOut,
    WorldError,
)
from portlab.host import written
from portlab.worlds.sockets.core import Core, Held
from portlab.worlds.sockets.ends import ANYWHERE
from portlab.worlds.sockets.ground import Ground

_UNDER_WAY = ("EINPROGRESS", "EWOULDBLOCK", "EALREADY", "WSAEWOULDBLOCK", "WSAEALREADY")
UNDER_WAY = {number for name in _UNDER_WAY if (number := getattr(errno, name, None))}
_ALREADY_USED = {errno.EADDRINUSE, errno.EADDRNOTAVAIL}


def ports_taken(error: OSError) -> bool:
    """Whether somebody else has the port. Windows says so with "permission denied" as well."""
    return error.errno == errno.EADDRINUSE or (os.name == "nt" and error.errno == errno.EACCES)


def may_be_resting(error: OSError) -> bool:
    """Whether a chosen source port could be in TIME-WAIT with this very peer."""
    return error.errno in _ALREADY_USED


def of_bind(error: OSError, held: Held, core: Core) -> PortlabError:
    """Why a port could not be had."""
    proto, local, ground = held.proto, held.local, core.ground(held.host)
    holder = None
    if ports_taken(error):
        others = [
            one
            for one in core.sockets.copy().values()
            if one is not held  # ours is held too, since before it was bound
            and (one.proto, core.ground(one.host)) == (proto, ground)
            and in_the_way(one.local, local)
        ]
        others.sort(key=lambda one: one.kind == "connection")
        if others:
            where = "" if others[0].local == local else f", at {written(others[0].local)}"
            holder = f"{others[0].host} of this lab{where}"
        else:
            holder = ground.holder(proto, local)
    if holder or error.errno == errno.EADDRINUSE:
        return taken(proto, local, holder)
    if isinstance(error, PermissionError):
        return PortNotAllowed(
            f"The system keeps {proto.upper()} port {local[1]} back: many let only an "
            "administrator have ports under 1024, and some reserve others. Take port 0, or one "
            "from 49152 up."
        )
    return _of_address(error, local, ground)


def in_the_way(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Whether two sockets at these ends would have a port in common."""
    wide = {ANYWHERE, "0.0.0.0"}
    same = one[0] == other[0] or one[0] in wide or other[0] in wide
    return one[1] == other[1] and same


def taken(proto: str, local: tuple[str, int], holder: str | None) -> PortInUse:
    by = f" by {holder}" if holder else ""
    everywhere = local[0] in (ANYWHERE, "0.0.0.0")
    what = f"port {local[1]}" if everywhere else written(local)
    return PortInUse(
        f"{proto.upper()} {what} is taken{by}, and only one socket can have it. "
        "Close that one, or take port 0 to be given a free port."
    )


def of_connect(
    error: OSError,
    peer: tuple[str, int],
    timeout: float | None,
    ground: Ground,
    source_port: int = 0,
) -> PortlabError:
    """Why a connection did not come about."""
    where = written(peer)
    if isinstance(error, ConnectionRefusedError):
        return refused(peer)
    if isinstance(error, TimeoutError):
        after = "as long as TCP tries" if timeout is None else f"{timeout:g} s"
        return TimedOut(
            f"No answer from {where} in {after}: perhaps its queue of waiting connections is "
            "full, or packets are lost on the way, or nobody has that address. Is its program "
            "there, and accepting?"
        )
    if source_port and may_be_resting(error):
        return PortInUse(
            f"TCP still remembers an earlier connection from port {source_port} to {where} "
            "(TIME-WAIT, RFC 9293 3.6.1). Wait a minute, or take another source port."
        )
    if isinstance(error, ConnectionError):
        return ConnectError(f"The connection to {where} broke off: {_words(error)}.")
    if error.errno == errno.EHOSTUNREACH:
        return ConnectError(
            f"{where} cannot be reached: an ICMP message says so. Look at the ladder for who sent "
            "it and why."
        )
    return _of_address(error, peer, ground)


def refused(peer: tuple[str, int]) -> ConnectionRefused:
    return ConnectionRefused(
        f"{written(peer)} refused: nothing listens there. Start a listener on that port first."
    )


def of_stream(error: OSError, peer: tuple[str, int]) -> PortlabError:
    """Why a connection ended."""
    if isinstance(error, ConnectionError | TimeoutError):
        return ConnectionAborted(
            f"The connection to {written(peer)} was reset: the other side ended it without a FIN."
        )
    return _otherwise(error)


def of_datagram(
    error: OSError, peer: tuple[str, int] | None, local: tuple[str, int], ground: Ground
) -> PortlabError:
    """Why a datagram could not be sent or received."""
    if isinstance(error, ConnectionError):
        whom = written(peer) if peer else "the peer"
        return PortUnreachable(
            f"A datagram to {whom} came back: port unreachable. No program has that UDP port."
        )
    if error.errno == errno.EACCES and peer:
        return AddressError(
            f"{peer[0]} is a broadcast address here: it means every host of the network, and this "
            "system lets a socket send there only after asking for it. Name one host instead."
        )
    return _of_address(error, peer or local, ground)


def _of_address(error: OSError, address: tuple[str, int], ground: Ground) -> PortlabError:
    if error.errno in (errno.EADDRNOTAVAIL, errno.ENETUNREACH, errno.EAFNOSUPPORT, errno.EINVAL):
        return AddressError(f"{ground.has_no(address[0])} (The system said: {_words(error)}.)")
    return _otherwise(error)


def _otherwise(error: OSError) -> PortlabError:
    if error.errno in (errno.EMFILE, errno.ENFILE):
        return LimitReached(
            "This computer lets a program open no more sockets and files. Close some, or start "
            "the program again."
        )
    return WorldError(f"The system refused: {_words(error)}. Close the lab and open a new one.")


def _words(error: OSError) -> str:
    return error.strerror or str(error) or type(error).__name__
