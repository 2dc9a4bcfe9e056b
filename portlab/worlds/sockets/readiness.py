"""Which of many sockets can be read or written: poll where the system has it, else select.

The standard library's selectors do the same with more ceremony, and their share of an echo's round
trip could be measured. poll looks at every socket each time, which the limits keep few.
"""

import select
import socket
from collections.abc import Callable

Ready = Callable[[bool], object]
"""Told whether there is something to read (an error or an end of the stream counts as that)."""

LONGEST = 3600.0
"""Seconds of one wait at most; some systems count its milliseconds in 32 bits."""


class Readiness:
    """The sockets somebody waits for. Whoever is told must bear to be told in vain."""

    def __init__(self) -> None:
        self._told: dict[int, Ready] = {}
        self._wanted: dict[int, tuple[bool, bool]] = {}
        self._poll = select.poll() if hasattr(select, "poll") else None

    def watch(self, sock: socket.socket, ready: Ready, *, read: bool, write: bool) -> None:
        """From now on tell `ready` when the socket can be read or written; neither: forget it."""
        if not (read or write):
            self.forget(sock)
            return
        number = sock.fileno()
        self._told[number] = ready
        self._wanted[number] = (read, write)
        if self._poll is not None:
            self._poll.register(
                number, (select.POLLIN if read else 0) | (select.POLLOUT if write else 0)
            )

    def forget(self, sock: socket.socket) -> None:
        """To be called before the socket is closed. Safe to repeat."""
        number = sock.fileno()
        if self._told.pop(number, None) is not None:
            del self._wanted[number]
            if self._poll is not None:
                self._poll.unregister(number)

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds` until one is ready, and tell it. Whether there was one."""
        found = self._poll.poll(seconds * 1000) if self._poll else self._select(seconds)
        for number, events in found:
            told = self._told.get(number)  # an earlier one of these may have closed it
            if told is not None:
                told(events != _WRITABLE)
        return bool(found)

    def _select(self, seconds: float) -> list[tuple[int, int]]:
        reading = [number for number, (read, _) in self._wanted.items() if read]
        writing = [number for number, (_, write) in self._wanted.items() if write]
        # A failed connection is told of in the third list only, on Windows.
        readable, writable, failed = select.select(reading, writing, writing, seconds)
        ready = dict.fromkeys(writable, _WRITABLE) | dict.fromkeys([*readable, *failed], 0)
        return list(ready.items())


_WRITABLE = getattr(select, "POLLOUT", 4)


def is_ready(sock: socket.socket, seconds: float, *, write: bool = False) -> bool:
    """Wait at most `seconds` until one socket can be read (or, with `write`, written)."""
    found = Readiness()
    found.watch(sock, lambda _: None, read=not write, write=write)
    return found.wait(seconds)
