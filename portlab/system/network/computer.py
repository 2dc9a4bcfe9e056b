"""`this_computer()`: what there is to know of it, with a sentence for what each line is for."""

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TypeVar

from portlab.system.facts import Facts, Line
from portlab.system.network import addresses, linux, macos, windows
from portlab.system.network.values import Gateway, NameServer, OwnAddress
from portlab.system.session import is_static
from portlab.wording import listed

NOT_KNOWN = "not known: it could not be read on this system"

Found = TypeVar("Found")


class ThisComputer(Facts):
    """Own addresses, gateways and name servers; None for what this system does not let be read."""

    def __init__(
        self,
        addresses: tuple[OwnAddress, ...] | None,
        gateways: tuple[Gateway, ...] | None,
        name_servers: tuple[NameServer, ...] | None,
        note: str,
    ) -> None:
        self.addresses = addresses
        self.gateways = gateways
        self.name_servers = name_servers
        self.note = note

    @property
    def lines(self) -> list[Line]:
        return [*_own(self.addresses), *_way_out(self.gateways), *_names(self.name_servers)]


EXAMPLE = ThisComputer(
    (
        OwnAddress("192.0.2.10", 24, "Wi-Fi"),
        OwnAddress("2001:db8::10", 64, "Wi-Fi"),
        OwnAddress("fe80::10", 64, "Wi-Fi"),
        OwnAddress("127.0.0.1", 8, "loopback"),
        OwnAddress("::1", 128, "loopback"),
    ),
    (Gateway("192.0.2.1", "Wi-Fi"), Gateway("fe80::1", "Wi-Fi")),
    (NameServer("192.0.2.53"),),
    "This is an example, with addresses that nobody has (they are kept for documentation). Run "
    "the cell to see those of your own computer.",
)


def this_computer() -> ThisComputer:
    """This computer's addresses with their masks, its gateway and its name servers.

    Nothing is sent to find that out. Where outputs are stored for others to see
    (`PORTLAB_STATIC=1`) it is an example, marked as one.
    """
    if is_static():
        return EXAMPLE
    system = _module()
    sources = [addresses.SOURCE, *([system.SOURCE] if system else [])]
    return ThisComputer(
        _read(addresses.own_addresses),
        _read(system.gateways) if system else None,
        _read(system.name_servers) if system else None,
        f"Read from {listed(sources)}. Nothing was sent.",
    )


def _module() -> ModuleType | None:
    """Where this system keeps the rest."""
    if sys.platform.startswith("linux"):
        return linux
    return {"darwin": macos, "win32": windows}.get(sys.platform)


def _read(what: Callable[[], Found]) -> Found | None:
    """A system that keeps it elsewhere, or in another form, is no error."""
    try:
        return what()
    except (OSError, ValueError, LookupError, TypeError, ImportError):
        return None


def _own(found: tuple[OwnAddress, ...] | None) -> Iterator[Line]:
    if found is None:
        yield Line("own address", NOT_KNOWN, "Every packet names who it is for by an address.")
        return
    for one in sorted(found, key=lambda one: _kind(one.address)):
        mask = f", mask {one.mask}" if one.mask else ""
        length = "" if one.prefix is None else f"/{one.prefix}"
        yield Line("own address", f"{one.address}{length}{mask}, at {one.interface}", _purpose(one))


_USUAL, _USUAL6, _THIS_LINE, _ITSELF = range(4)


def _kind(address: str) -> int:
    if address == "::1" or address.startswith("127."):
        return _ITSELF
    if address.startswith(("169.254.", "fe8", "fe9", "fea", "feb")):
        return _THIS_LINE
    return _USUAL6 if ":" in address else _USUAL


def _purpose(one: OwnAddress) -> str:
    kind = _kind(one.address)
    if kind == _ITSELF:
        where = "RFC 4291 2.5.3" if ":" in one.address else "RFC 1122 3.2.1.3"
        return f"This computer talking to itself. Nothing sent here ever leaves it ({where})."
    if kind == _THIS_LINE and ":" in one.address:
        return "IPv6 on this line only: every interface has one, no router passes it on (RFC 4291)."
    if kind == _THIS_LINE:
        return "Made up here because nobody gave this interface one: it reaches this line only."
    alone = one.prefix == (128 if ":" in one.address else 32)
    known = one.network if not alone else None
    near = f" Who is in {known} is a neighbour, reached without a router." if known else ""
    return f"What others send to this computer carries this address.{near}"


def _way_out(found: tuple[Gateway, ...] | None) -> Iterator[Line]:
    purpose = "Packets for everybody who is no neighbour go to this router first."
    if found is None:
        yield Line("gateway", NOT_KNOWN, purpose)
    elif not found:
        yield Line("gateway", "none", "Without one, packets reach neighbours only.")
    for one in found or ():
        yield Line("gateway", f"{one.address}, at {one.interface}", purpose)


def _names(found: tuple[NameServer, ...] | None) -> Iterator[Line]:
    purpose = "Programs ask it for the address behind a name."
    if found is None:
        yield Line("DNS server", NOT_KNOWN, purpose)
    elif not found:
        yield Line("DNS server", "none", "Without one, names cannot be looked up.")
    for one in found or ():
        asks = f", a program on this computer that asks {listed(one.asks)}" if one.asks else ""
        yield Line("DNS server", f"{one.address}{asks}", purpose)
