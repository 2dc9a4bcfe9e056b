"""Makes sockets, binds them and connects them. The only file that gives an address to a socket.

Every address is looked at by the guard here, right before it is used, whoever looked before. What
is made is held by the core before anything else can happen to it, and let go if anything fails.
"""

import contextlib
import os
import socket
import struct
import sys
import time

from portlab.apps.app import Address
from portlab.errors import PortlabError
from portlab.worlds.sockets import failures
from portlab.worlds.sockets.core import Core, Held
from portlab.worlds.sockets.ends import ANYWHERE, as_written_to, check_end, family_of, own_end
from portlab.worlds.sockets.ground import Ground
from portlab.worlds.sockets.readiness import is_ready

SLICE = 0.25
"""Seconds of one wait: on Windows nothing can interrupt a wait, so no wait is longer."""

_TIME_WAIT_PATIENCE = 3_000_000  # microseconds
_BIGGEST_DATAGRAM = 65_535


def tcp_listener(core: Core, held: Held, backlog: int) -> socket.socket:
    """A socket that listens at `held.local` (port 0: the system chooses)."""
    sock = None
    try:
        sock = _tcp(core.ground(held.host), held.local[0])
        core.hold(sock, held)
        bind(core, sock, held)
        try:
            sock.setblocking(False)
            sock.listen(backlog)
        except OSError as error:  # Linux looks for other listeners here too
            raise failures.of_bind(error, held, core) from None
        core.hold(sock, _with_local(held, own_end(sock)))
        return sock
    except BaseException:
        if sock is not None:
            core.release(sock)
        raise


def udp_socket(core: Core, held: Held) -> socket.socket:
    """A UDP socket at `held.local` (port 0: the system chooses)."""
    sock = None
    try:
        ground = core.ground(held.host)
        family = family_of(ground.check_address(held.local[0]))
        sock = ground.socket(family, socket.SOCK_DGRAM)
        core.hold(sock, held)
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        sock.setblocking(False)
        if sys.platform == "darwin":  # otherwise nothing over 9216 bytes goes out
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BIGGEST_DATAGRAM)
        bind(core, sock, held)
        core.hold(sock, _with_local(held, own_end(sock)))
        return sock
    except BaseException:
        if sock is not None:
            core.release(sock)
        raise


def bind(core: Core, sock: socket.socket, held: Held) -> None:
    """Bind, if need be after taking the port from a lab that somebody forgot to close.

    Raises PortInUse, PortNotAllowed, AddressError.
    """
    ground = core.ground(held.host)
    where = (ground.check_address(held.local[0]), held.local[1])
    try:
        if where[0] == ANYWHERE:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            sock.bind(where)
        except OSError as error:
            if not (failures.ports_taken(error) and ground.make_way(core, held.proto, where)):
                raise
            sock.bind(where)
    except OSError as error:
        raise failures.of_bind(error, held, core) from None


def tcp_connection(
    core: Core, host: str, peer: Address, source_port: int, timeout: float | None
) -> socket.socket:
    """A connected socket. Raises what Host.connect raises."""
    started = core.log.now()
    until = core.until(timeout)
    while True:
        try:
            return _finished(core, _begun(core, host, peer, source_port), until)
        except OSError as error:
            # A port that was chosen may rest in TIME-WAIT; Linux gives it back after a second.
            if source_port and failures.may_be_resting(error):
                now = core.log.now()
                if now < min(started + _TIME_WAIT_PATIENCE, until or now + 1):
                    time.sleep(0.05)
                    continue
            raise _why(core, error, host, peer, timeout, source_port) from None


def begin_connection(core: Core, host: str, peer: Address, source_port: int) -> socket.socket:
    """A socket whose SYN is under way. Raises what Host.start_connect raises."""
    try:
        return _begun(core, host, peer, source_port)
    except OSError as error:
        raise _why(core, error, host, peer, None, source_port) from None


def finish_connection(core: Core, sock: socket.socket, timeout: float | None) -> None:
    """Wait until it is connected; if it fails it is closed. Raises what Opening.finish raises."""
    held = core.sockets[sock]
    assert held.remote is not None
    try:
        _finished(core, sock, core.until(timeout))
    except OSError as error:
        raise _why(core, error, held.host, held.remote, timeout, held.local[1]) from None


def _begun(core: Core, host: str, peer: Address, source_port: int) -> socket.socket:
    ground, sock = core.ground(host), None
    try:
        sock = _tcp(ground, peer[0])
        held = Held(host, "tcp", "connection", (ground.own_address(peer[0]), source_port), peer)
        if source_port and held in core.sockets.copy().values():
            raise failures.taken("tcp", held.local, "another connection of this lab")
        core.hold(sock, held)
        sock.setblocking(False)
        if source_port:
            bind(core, sock, held)
        begin_to_connect(ground, sock, peer)
        core.hold(sock, _with_local(held, own_end(sock)))  # also if it is refused: a SYN was sent
        return sock
    except BaseException:
        if sock is not None:
            core.release(sock)
        raise


def _finished(core: Core, sock: socket.socket, until: int | None) -> socket.socket:
    try:
        held = core.sockets[sock]
        while not _settled(core, sock, until):
            core.check()
        raise_failure_of(sock)
        local = own_end(sock)
        if local == held.remote:
            # The system chose the very port we asked for: TCP's simultaneous open with itself.
            raise failures.refused(local)
        core.hold(sock, _with_local(held, local))
        return sock
    except BaseException:
        core.release(sock)
        raise


def _why(
    core: Core,
    error: OSError,
    host: str,
    peer: Address,
    timeout: float | None,
    source_port: int,
) -> PortlabError:
    """What became of an attempt to connect; what an app raised comes before what it led to."""
    core.check()
    return failures.of_connect(error, peer, timeout, core.ground(host), source_port)


def tcp_socket(core: Core, held: Held) -> socket.socket:
    """A socket that does not block, for a connection of an app's own."""
    sock = _tcp(core.ground(held.host), held.remote[0] if held.remote else held.local[0])
    core.hold(sock, held)
    sock.setblocking(False)
    return sock


def begin_to_connect(ground: Ground, sock: socket.socket, peer: Address) -> None:
    """Start to connect a socket that does not block. Raises OSError if that fails at once."""
    number = sock.connect_ex(check_end(ground, peer))
    if number and number not in failures.UNDER_WAY:
        raise OSError(number, os.strerror(number))


def raise_failure_of(sock: socket.socket) -> None:
    """Raises the OSError that a connection attempt ended with, if it failed."""
    number = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, os.strerror(number))


def udp_connect(ground: Ground, sock: socket.socket, peer: Address) -> None:
    """Fix a UDP socket's peer. Raises OSError."""
    sock.connect(as_written_to(sock, check_end(ground, peer)))


def udp_send(ground: Ground, sock: socket.socket, data: bytes, peer: Address | None) -> None:
    """One datagram, to the connected peer where none is named. Raises OSError."""
    whom = peer and as_written_to(sock, check_end(ground, peer))
    while True:
        try:
            if whom is None:
                sock.send(data)
            else:
                sock.sendto(data, whom)
            return
        except BlockingIOError:
            wait_writable(sock, SLICE)


def wait_at_most(sock: socket.socket, seconds: float) -> None:
    """Let each recv and send of a socket wait so long, then raise TimeoutError or BlockingIOError.

    Python's own timeouts cost a second system call each time (poll, then recv); the kernel's do
    not. Where those cannot be had, Python's will do.
    """
    whole, rest = divmod(round(seconds * 1_000_000), 1_000_000)
    if sys.platform != "win32" and (whole or rest):
        timeval = struct.pack("ll", whole, rest)
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, timeval)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, timeval)
        except OSError:
            pass  # its timeval has other sizes
        else:
            sock.setblocking(True)
            return
    sock.settimeout(seconds)


def wait_readable(sock: socket.socket, seconds: float) -> bool:
    """Wait at most `seconds` (and no longer than SLICE) for something to read."""
    return is_ready(sock, max(0.0, min(SLICE, seconds)))


def wait_writable(sock: socket.socket, seconds: float) -> bool:
    """Wait at most `seconds` (and no longer than SLICE) for room to write."""
    return is_ready(sock, max(0.0, min(SLICE, seconds)), write=True)


def _settled(core: Core, sock: socket.socket, until: int | None) -> bool:
    """Whether a connection attempt has come to its end, one slice later at the latest."""
    left = core.left(until)
    if wait_writable(sock, left):
        return True
    if left <= 0:
        raise TimeoutError
    return False


def reset_when_closed(sock: socket.socket) -> None:
    """Make closing send RST and throw away what waits (SO_LINGER of 0 seconds)."""
    form = "hh" if sys.platform == "win32" else "ii"
    with contextlib.suppress(OSError):  # macOS: reset by the peer already
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(form, 1, 0))


def _tcp(ground: Ground, address: str) -> socket.socket:
    sock = ground.socket(family_of(ground.check_address(address)), socket.SOCK_STREAM)
    try:
        # A port must be free again at once when a cell is run again. The same words mean
        # "share it with anybody" on Windows, where the default is right but for thieves.
        if sys.platform == "win32":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    except BaseException:
        sock.close()
        raise


def _with_local(held: Held, local: Address) -> Held:
    return Held(held.host, held.proto, held.kind, local, held.remote, held.program)
