"""A guard over the tests themselves: no Python process of theirs reaches past this computer.

`install()` adds an audit hook (which nothing can take out again) to this process; `environment()`
are the variables that add it to every Python process started from here, a notebook's kernel
included. A refused call raises before anything is sent, and is written to a log as well, so that
a test fails even when the code under test swallows the exception.

Let pass: loopback addresses, the name localhost, Unix and netlink sockets, a packet socket that
binds to loopback's interface (it only listens: sending is refused), and any socket that lives in
another network namespace than the one the tests began in (a lab's own).
"""

import os
import socket
import sys
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import Any

LOG = "PORTLAB_AUDIT_LOG"
NETNS = "PORTLAB_AUDIT_NETNS"
SITE = Path(__file__).parent / "site"

_SO_NETNS_COOKIE = 71  # Linux 5.14 and later; 8 bytes, another number in every namespace
_STAY_HERE = {getattr(socket, name, None) for name in ("AF_UNIX", "AF_NETLINK")} - {None}
_PACKETS = getattr(socket, "AF_PACKET", None)
_INTERNET = (socket.AF_INET, socket.AF_INET6)
_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname"}
_REVERSE_LOOKUPS = {"socket.gethostbyaddr", "socket.getnameinfo"}
_CALLS = {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg"}
_RESOLVING = ("connect", "connect_ex", "bind", "sendto")


class LeftTheComputer(RuntimeError):
    """A test tried to reach past this computer. Not an OSError, which code may rightly catch."""


def install() -> None:
    """Put the guard up in this process. Harmless to repeat, whatever name this module has."""
    if hasattr(socket.socket, "_guarded"):
        return
    socket.socket._guarded = True  # type: ignore[attr-defined]
    os.environ.setdefault(NETNS, _namespace_here())
    for method in _RESOLVING:
        _look_at_names_in(method)
    sys.addaudithook(_hook)


def environment(log: Path) -> dict[str, str]:
    """What a child process needs in its environment to be guarded too."""
    inherited = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(SITE), *(path for path in inherited if path and path != str(SITE))]
    return {"PYTHONPATH": os.pathsep.join(paths), LOG: str(log), NETNS: os.environ[NETNS]}


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in _LOOKUPS:
        # Nobody is asked for a number; whoever uses it is looked at in turn.
        if not _is_number(args[0]) and not _is_here(args[0]):
            _refuse_here(event, args[0])
    elif event in _REVERSE_LOOKUPS:
        host = args[0][0] if isinstance(args[0], tuple) else args[0]
        if not _is_here(host):
            _refuse_here(event, host)
    elif event in _CALLS:
        _check(event, args[0], args[1])


def _check(event: str, sock: socket.socket, address: Any) -> None:
    # sendmsg without an address goes where connect was allowed to go.
    if address is None or sock.family in _STAY_HERE:
        return
    if sock.family in _INTERNET and isinstance(address, tuple) and _is_here(address[0]):
        return
    if event == "socket.bind" and sock.family == _PACKETS and address[0] == "lo":
        return
    if _namespace_of(sock) == os.environ[NETNS]:
        _refuse(event, address)


def _is_here(host: Any) -> bool:
    """Whether a host name or address means this very computer, and only it.

    Not so a wildcard: to bind to it faces the network.
    """
    return host == "localhost" or (_is_number(host) and bool(host) and _address(host).is_loopback)


def _is_number(host: Any) -> bool:
    """Whether `host` is an address written out, or nothing (a wildcard): no name to look up."""
    try:
        return not host or bool(_address(host))
    except ValueError:
        return False


def _address(host: str | bytes | bytearray) -> IPv4Address | IPv6Address:
    return ip_address(host if isinstance(host, str) else bytes(host).decode("ascii", "replace"))


def _look_at_names_in(method: str) -> None:
    """Check an address before `socket` resolves it: the audit event comes after the lookup."""
    original = getattr(socket.socket, method)

    def checked(self: socket.socket, *args: Any) -> Any:
        if args:
            _check(f"socket.{method}", self, args[-1])
        return original(self, *args)

    checked.__name__ = method
    setattr(socket.socket, method, checked)


def _namespace_of(sock: socket.socket) -> str:
    """The number of the network namespace a socket lives in; "" where nobody can tell."""
    if not sys.platform.startswith("linux"):
        return ""
    try:
        cookie = sock.getsockopt(socket.SOL_SOCKET, _SO_NETNS_COOKIE, 8)
    except OSError:
        return ""
    return str(int.from_bytes(cookie, sys.byteorder))


def _namespace_here() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        return _namespace_of(probe)


def _refuse_here(event: str, what: Any) -> None:
    """Refuse, unless this thread lives in a lab's namespace."""
    if _namespace_here() == os.environ[NETNS]:
        _refuse(event, what)


def _refuse(event: str, what: Any) -> None:
    message = f"{event} to {what!r} would leave this computer"
    if log := os.environ.get(LOG):
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(descriptor, f"{message} (process {os.getpid()})\n".encode())
        os.close(descriptor)
    raise LeftTheComputer(message)
