"""The one thread of a lab, in which its apps run.

It alone touches the selector, the apps' sockets and their sessions; others hand it a piece of work
with `ask` and wait. An interrupt never reaches this thread, so what must not stop halfway (taking
a connection from the queue, say) is done here. The thread makes and closes its own descriptors,
and prints nothing: an app's error is reported to the core.
"""

import contextlib
import heapq
import socket
import threading
from collections import deque
from collections.abc import Callable
from math import inf
from typing import Any, TypeVar

from portlab.apps.app import Address, App, Connect
from portlab.errors import AppError, LimitReached, PortlabError
from portlab.network.clock import microseconds
from portlab.ports import check_port
from portlab.worlds.sockets.conversation import Conversation
from portlab.worlds.sockets.core import Core, Held
from portlab.worlds.sockets.datagrams import DatagramPort
from portlab.worlds.sockets.ends import check_end, end_of, own_end
from portlab.worlds.sockets.errands import Errands
from portlab.worlds.sockets.flag import Flag
from portlab.worlds.sockets.opening import (
    reset_when_closed,
    tcp_listener,
    tcp_socket,
    udp_socket,
)
from portlab.worlds.sockets.readiness import LONGEST, Readiness

_PATIENCE = 5.0
_QUIET = 0.01
_LOOK_AGAIN = 0.25
_BEGINS_IN = 1.0
_ACCEPTS_AT_ONCE = 16

Result = TypeVar("Result")


def stuck(seconds: float) -> AppError:
    """What is said of an app that keeps the thread for itself."""
    return AppError(
        f"A program of this lab has not come back from handle() for {seconds:g} s, and nothing can "
        "stop it but the end of Python. Look for a loop that never ends in it."
    )


class _Request:
    """A piece of work for the thread."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.work = work
        self.done = Flag()
        self.result: Any = None
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            self.result = self.work()
        except Exception as error:
            self.error = error
        self.done.up()


class Server:
    def __init__(self, core: Core) -> None:
        self.core = core
        self._now = core.log.now
        self.readiness = Readiness()
        self.errands: dict[int, Errands] = {}
        """Those of each session, by the session's identity."""
        self._inbox: deque[_Request] = deque()
        self._timers: list[tuple[int, int, Callable[[], None]]] = [
            (core.log.end, 0, self._time_is_over)
        ]
        self._timers_made = 0
        self._settling: Flag | None = None
        self._bell: socket.socket | None = None
        self._only_one = threading.Lock()
        self._begun = Flag()
        self._stopping = False
        self._finished = False
        self._told = False
        self._thread: threading.Thread | None = None

    # ---- from any thread

    def start(self) -> None:
        """Start the thread unless it runs. To be repeated if an interrupt broke off the first try:
        should that have made a thread after all, one of the two ends at once.
        """
        if not self._begun.raised:
            self._thread = threading.Thread(
                target=self._main, name=f"portlab {self.core.world}", daemon=True
            )
            self._thread.start()
            self._begun.wait(_BEGINS_IN)

    def ask(self, work: Callable[[], Result], patience: float = inf) -> Result | None:
        """Have `work` done in the thread and wait. None if there is no thread, or no more.

        Raises AppError if it has not come to it after `patience` seconds.
        """
        if threading.current_thread() is self._thread:
            return work()
        request = _Request(work)
        self._inbox.append(request)
        self._ring()
        give_up = self._now() + min(patience, LONGEST) * 1_000_000
        while not self._finished and not request.done.wait(min(_LOOK_AGAIN, patience)):
            if not self._begun.raised:
                break
            if self._now() > give_up and patience < LONGEST:
                raise stuck(patience)
        if request.error is not None:
            raise request.error
        result: Result | None = request.result
        return result

    def serve(self, listener: socket.socket, app: App) -> None:
        """Give the connections of a listening socket to `app`."""
        self.ask(lambda: self._serve(listener, app))

    def serve_datagrams(self, sock: socket.socket, app: App) -> None:
        """Give the datagrams of a UDP socket to `app`."""
        self.ask(lambda: DatagramPort(self, sock, self.core.sockets[sock].host, app).open())

    def accept(self, listener: socket.socket) -> tuple[socket.socket, Address, Address] | None:
        """Take one waiting connection, for a learner's hands; None if there is none."""
        return self.ask(lambda: self._accept(listener, None))

    def forget(self, sock: socket.socket) -> None:
        """Close a socket, whether it is in the selector or not."""
        self.ask(lambda: self.drop(sock))

    def settle(self, seconds: float) -> None:
        """Wait until nothing has happened for a moment, at most `seconds`."""
        quiet = Flag()
        self._settling = quiet
        self._ring()
        if not self._finished:
            quiet.wait(seconds)

    def ask_to_stop(self) -> None:
        self._stopping = True
        self._ring()

    def stop(self) -> None:
        """End the thread and wait for its end. Safe to repeat."""
        self.ask_to_stop()
        if self._thread is None or threading.current_thread() is self._thread:
            return
        # Not begun: start() was interrupted before there was a thread, or it ends by itself.
        if self._begun.wait(_BEGINS_IN):
            self._thread.join(_PATIENCE)
        if self._thread.is_alive() and not self._told:
            self._told = True
            self.core.report(
                "",
                stuck(_PATIENCE),
            )

    def _ring(self) -> None:
        bell = self._bell
        if bell is not None:
            # It may be full of rings already, or the thread at its end.
            with contextlib.suppress(OSError):
                bell.send(b"\0")

    # ---- in the thread only

    def drop(self, sock: socket.socket) -> None:
        """Close a socket of the thread's."""
        self.readiness.forget(sock)
        self.core.release(sock)

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        due = self._now() + microseconds(seconds, "A delay")
        self._timers_made += 1
        heapq.heappush(self._timers, (due, self._timers_made, call))

    def listen(self, host: str, local: Address, app: App, *, once: bool) -> socket.socket:
        """What an app asks for with Listen. Raises what Host.listen raises."""
        held = Held(host, "tcp", "listener", local, program=app.name)
        listener = tcp_listener(self.core, held, backlog=128)
        self._serve(listener, app, once)
        return listener

    def connect(self, host: str, action: Connect) -> None:
        """What an app asks for with Connect. Raises AddressError, PortError, LimitReached."""
        ground = self.core.ground(host)
        peer = check_end(ground, action.peer)
        self.core.room_for_connection()
        local = (ground.own_address(peer[0]), check_port(action.source_port, zero=True))
        held = Held(host, "tcp", "connection", local, peer, action.app.name)
        sock = tcp_socket(self.core, held)
        self.core.log.add("connect", "tcp", local, peer)
        Conversation(self, sock, host, action.app, local, peer).connect()

    def fresh_udp(self, host: str, address: str, program: str) -> socket.socket:
        """A UDP socket on a port of the system's choice."""
        return udp_socket(self.core, Held(host, "udp", "udp", (address, 0), program=program))

    def _serve(self, listener: socket.socket, app: App, once: bool = False) -> None:
        def ready(readable: bool) -> None:
            for _ in range(_ACCEPTS_AT_ONCE):
                try:
                    taken = self._accept(listener, app.name)
                except LimitReached as error:
                    self.core.report("", error)
                    continue
                if taken is None:
                    return
                host = self.core.sockets[taken[0]].host
                if once:
                    self.drop(listener)
                Conversation(self, taken[0], host, app, taken[1], taken[2]).open()

        self.readiness.watch(listener, ready, read=True, write=False)

    def _accept(
        self, listener: socket.socket, program: str | None
    ) -> tuple[socket.socket, Address, Address] | None:
        held = self.core.sockets.get(listener)
        if held is None:
            return None
        try:
            sock, name = listener.accept()
        except OSError:
            return None  # nobody waits any more
        try:
            self.core.room_for_connection()
            local, peer = own_end(sock), end_of(name)
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (PortlabError, OSError):
            reset_when_closed(sock)
            sock.close()
            raise
        self.core.hold(sock, Held(held.host, "tcp", "connection", local, peer, program))
        self.core.log.add("accept", "tcp", local, peer)
        return sock, local, peer

    def _main(self) -> None:
        if not self._only_one.acquire(blocking=False):
            return
        self._thread = threading.current_thread()
        self._begun.up()
        try:
            bell, ears = socket.socketpair()
            with bell, ears:
                bell.setblocking(False)
                ears.setblocking(False)
                self.readiness.watch(ears, lambda _: ears.recv(4096), read=True, write=False)
                self._bell = bell
                try:
                    while not self._stopping:
                        self._turn()
                finally:
                    self._bell = None
                    self._close()
        except BaseException as error:  # nobody else would hear of it: this is a thread's end
            self.core.report("of portlab that runs apps", error)
        finally:
            self._finished = True
            while self._inbox:
                self._inbox.popleft().done.up()

    def _turn(self) -> None:
        while self._inbox:
            self._inbox.popleft().run()
        now = self._now()
        while self._timers[0][0] <= now:
            heapq.heappop(self._timers)[2]()
        wait = min((self._timers[0][0] - now) / 1_000_000, LONGEST)
        if self._settling is not None:
            wait = min(wait, _QUIET)
        if not self.readiness.wait(wait) and self._settling is not None and not self._inbox:
            self._settling.up()
            self._settling = None

    def _time_is_over(self) -> None:
        self.call_later(_PATIENCE, self._time_is_over)
        self.core.reach_limit(f"{self.core.limits.seconds:g} seconds")

    def _close(self) -> None:
        """Close what is an app's; what a learner holds is for the core to close."""
        for sock, held in list(self.core.sockets.items()):
            if held.program is not None:
                if held.kind == "connection":
                    reset_when_closed(sock)
                self.drop(sock)
