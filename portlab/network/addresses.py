"""Which addresses a host of a lab calls its own, whoever plays the host."""

from portlab.errors import AddressError
from portlab.packets import packed, unpacked


def is_loopback(address: str) -> bool:
    """Whether an address means "this host itself" (RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3)."""
    return address.startswith("127.") or address == "::1"


def addresses_of(number: int) -> tuple[str, str]:
    """Those of the `number`-th host of a lab, counted from 1.

    >>> addresses_of(300)
    ('10.0.1.44', 'fd00::12c')
    """
    return f"10.0.{number >> 8}.{number & 0xFF}", f"fd00::{number:x}"


def bindable(address: str, name: str, own: tuple[str, ...]) -> str:
    """`address` in its plain spelling, if a program on the host `name` can listen there.

    Raises AddressError for an address of some other host.
    """
    plain = unpacked(packed(address))
    if plain in ("0.0.0.0", "::", *own) or is_loopback(plain):
        return plain
    raise AddressError(
        f"{name} cannot listen at {plain}: it is not one of its addresses ({', '.join(own)}). "
        f"Use one of those, 127.0.0.1 for programs on {name} itself, or no address at all for "
        "everybody."
    )
