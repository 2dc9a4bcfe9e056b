"""The standard library's sockets, made in a host: `with host.inside():`.

Inside, `socket.socket` makes its socket in the host, so that http.client, smtplib, ftplib and all
that is built on them run there unchanged; names mean the lab's hosts. Whose host it is stands in a
context variable: what else runs in this computer is not touched. Threads that are started inside
(and what is handed to a ThreadPoolExecutor there, as asyncio does to look up names) are inside
until they end. While nobody is inside anywhere, everything is exactly as Python made it.
"""

import _socket
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary, finalize

from portlab.errors import AddressError
from portlab.worlds.kernel.names import REPLACEMENTS, Place, number

_here: ContextVar[Place | None] = ContextVar("portlab_inside", default=None)
_inside: set[int] = set()
"""The blocks that somebody is in, by id()."""

_changing = threading.Lock()
_originals: list[tuple[Any, str, Any]] = []

_places: WeakKeyDictionary[socket.socket, Place] = WeakKeyDictionary()

from_descriptor = socket.socket.__init__
"""What makes a socket around a descriptor, also while somebody is inside."""


class LabSocket(socket.socket):
    """A socket that was made inside. Where others would look up a name, it knows its lab's."""

    __slots__ = ()  # as a socket has, so that one can become the other

    def connect(self, address: Any) -> None:
        super().connect(self._plain(address))

    def connect_ex(self, address: Any) -> int:
        return super().connect_ex(self._plain(address))

    def bind(self, address: Any) -> None:
        super().bind(self._plain(address))

    def sendto(self, data: Any, *rest: Any) -> int:
        return super().sendto(data, *(*rest[:-1], self._plain(rest[-1])))

    def sendmsg(self, buffers: Any, *rest: Any) -> int:
        if len(rest) == 3:
            rest = (*rest[:2], self._plain(rest[2]))
        return super().sendmsg(buffers, *rest)

    def accept(self) -> tuple[socket.socket, Any]:
        accepted, peer = super().accept()
        _places[self].adopt(accepted)
        return accepted, peer

    def _plain(self, address: Any) -> Any:
        """The same with a number instead of a name."""
        if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
            return address
        return (number(_places[self], address[0], self.family), *address[1:])


class Inside:
    """One `with` block. Leaving it restores what was before, whatever happened inside."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._outer: Place | None = None
        self._at_the_latest: finalize[[int, Place | None], Inside] | None = None

    def __enter__(self) -> None:
        try:
            self._outer = _here.get()
            # An interrupt may strike before, or while, the block is left.
            self._at_the_latest = finalize(self, _go_back, id(self), self._outer)
            _enter(id(self))
            _here.set(self._place)
        except BaseException:
            self._leave()
            raise

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._leave()

    def _leave(self) -> None:
        if self._at_the_latest is not None and self._at_the_latest.alive:
            _go_back(id(self), self._outer)
            self._at_the_latest.detach()


def _go_back(one: int, outer: Place | None) -> None:
    _here.set(outer)
    _leave(one)


# ---- what is Python's, changed and changed back


def _enter(one: int) -> None:
    with _changing:
        if not _inside:
            _change()
        _inside.add(one)


def _leave(one: int) -> None:
    with _changing:
        _inside.discard(one)
        if not _inside:
            _restore()


def _change() -> None:
    _put(socket.socket, "__init__", _init)
    for name, replacement in REPLACEMENTS.items():
        for module in (socket, _socket):
            if hasattr(module, name):
                _put(module, name, _instead_of(getattr(module, name), replacement))
    _put(threading.Thread, "start", _instead_of(threading.Thread.start, _start))
    _put(ThreadPoolExecutor, "submit", _instead_of(ThreadPoolExecutor.submit, _submit))


def _put(owner: Any, name: str, value: Any) -> None:
    _originals.append((owner, name, getattr(owner, name)))
    setattr(owner, name, value)


def _restore() -> None:
    while _originals:
        owner, name, value = _originals[-1]
        setattr(owner, name, value)
        _originals.pop()


def _init(
    self: socket.socket,
    family: int = -1,
    type: int = -1,
    proto: int = -1,
    fileno: int | None = None,
) -> None:
    """Stands for `socket.socket.__init__`."""
    place = _here.get()
    if place is None or fileno is not None:
        from_descriptor(self, family, type, proto, fileno)
        return
    family = socket.AF_INET if family == -1 else family
    if family not in (socket.AF_INET, socket.AF_INET6):
        raise AddressError(
            f"Inside {place.name} there are sockets of IPv4 and IPv6 only: one of another family "
            "(a Unix socket, say) could reach programs of this computer. Make it outside the block."
        )
    kind = socket.SOCK_STREAM if type == -1 else type
    place.make(self, family, kind, 0 if proto == -1 else proto)
    if self.__class__ is socket.socket:
        self.__class__ = LabSocket
        _places[self] = place


# ---- what is started inside


def _carried(place: Place, work: Callable[..., Any]) -> Callable[..., Any]:
    """The same work, done inside wherever it is done, and however late."""

    def carried(*given: Any, **named: Any) -> Any:
        with Inside(place):
            return work(*given, **named)

    return carried


def _start(place: Place, original: Callable[..., None], thread: threading.Thread) -> None:
    if thread.ident is not None:
        original(thread)  # which says that it was started already
        return

    def run() -> None:
        vars(thread).pop("run", None)
        thread.run()

    vars(thread)["run"] = _carried(place, run)
    try:
        original(thread)
    except RuntimeError:  # there can be no more threads
        vars(thread).pop("run", None)
        raise


def _submit(
    place: Place,
    original: Callable[..., Future[Any]],
    pool: ThreadPoolExecutor,
    work: Callable[..., Any],
    /,
    *given: Any,
    **named: Any,
) -> Future[Any]:
    """The work is inside; a thread that the pool starts for it is not, as it does others' too."""
    outside = copy_context()
    outside.run(_here.set, None)
    return outside.run(original, pool, _carried(place, work), *given, **named)


def _instead_of(original: Callable[..., Any], replacement: Callable[..., Any]) -> Any:
    """The original for everybody outside, the replacement inside."""

    def either(*given: Any, **named: Any) -> Any:
        place = _here.get()
        if place is None:
            return original(*given, **named)
        return replacement(place, original, *given, **named)

    return either
