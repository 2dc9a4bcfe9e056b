"""What names mean inside a host: the lab's hosts, and nothing that would have to be asked for.

Each function here stands for one of the module socket's while somebody is inside (see inside.py),
and gets the place, the original and the original's arguments.
"""

import socket
from collections.abc import Callable
from typing import Any, Protocol

from portlab.errors import AddressError, PortlabError
from portlab.packets import packed


class Place(Protocol):
    """A host, as far as sockets and names go."""

    @property
    def name(self) -> str: ...

    names: dict[str, str]
    """The lab's hosts: names by address."""

    def make(self, sock: socket.socket, family: int, kind: int, protocol: int) -> None:
        """Let `sock`, which is nothing yet, be a socket of the host. Raises OSError, LabError."""
        ...

    def adopt(self, sock: socket.socket) -> None:
        """Have a socket closed with the lab, unless somebody closes it before."""
        ...


def _names(place: Place, family: int) -> dict[str, str]:
    """Addresses by name, of one version of IP."""
    six = family == socket.AF_INET6
    known = {name: address for address, name in place.names.items() if (":" in address) == six}
    return {**known, "localhost": "::1" if six else "127.0.0.1"}


def number(place: Place, name: str, family: int) -> str:
    """The address of a host of the lab; numbers, and the wildcard, as they are."""
    if name in ("", "<broadcast>") or _is_number(name):
        return name
    if address := _names(place, family).get(name):
        return address
    raise AddressError(
        f"There is no host {name!r} in this lab, and no name server: asking this computer's would "
        f"leave the lab. Its hosts are {', '.join(dict.fromkeys(place.names.values()))}."
    )


def _is_number(text: str) -> bool:
    try:
        packed(text.partition("%")[0])
    except PortlabError:
        return False
    return True


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)


def _getaddrinfo(
    place: Place,
    original: Callable[..., list[Any]],
    host: Any,
    port: Any,
    family: int = 0,
    type: int = 0,
    proto: int = 0,
    flags: int = 0,
) -> list[Any]:
    if host is None or _text(host) == "" or _is_number(_text(host)):
        return original(host, port, family, type, proto, flags)
    found = []
    for one in (socket.AF_INET, socket.AF_INET6):
        if family in (0, one) and _text(host) in _names(place, one):
            address = number(place, _text(host), one)
            found += original(address, port, one, type, proto, flags)
    if not found:
        number(place, _text(host), family)  # which says why there is nothing
    return found


def _gethostbyname(place: Place, original: Callable[..., Any], host: Any) -> str:
    return number(place, _text(host), socket.AF_INET)


def _gethostbyname_ex(place: Place, original: Callable[..., Any], host: Any) -> Any:
    return _text(host), [], [number(place, _text(host), socket.AF_INET)]


def _gethostbyaddr(place: Place, original: Callable[..., Any], host: Any) -> Any:
    name = _text(host)
    if not _is_number(name):
        address = number(place, name, socket.AF_INET)
        return name, [], [address]
    if name not in place.names:
        raise AddressError(f"No host of this lab has {name}, and nobody else is asked.")
    return place.names[name], [], [name]


def _getnameinfo(place: Place, original: Callable[..., Any], address: Any, flags: int) -> Any:
    shown, service = original(address, flags | socket.NI_NUMERICHOST)
    if flags & socket.NI_NUMERICHOST:
        return shown, service
    return place.names.get(shown, shown), service


def _gethostname(place: Place, original: Callable[..., Any]) -> str:
    return place.name


REPLACEMENTS: dict[str, Callable[..., Any]] = {
    "getaddrinfo": _getaddrinfo,
    "gethostbyname": _gethostbyname,
    "gethostbyname_ex": _gethostbyname_ex,
    "gethostbyaddr": _gethostbyaddr,
    "getnameinfo": _getnameinfo,
    "gethostname": _gethostname,
}
