"""The guard of the loopback world: the one place that says which addresses are this computer.

Every address on its way to a socket passes `check_address`. It accepts few spellings on purpose:
programs and systems disagree about the odd ones (`127.1`, `0x7f.1`, `::ffff:127.0.0.1`), and an
address that two programs read differently is no address to build a promise on. No name but
`localhost` is understood, because looking up a name asks a server outside.
"""

import re

from portlab.errors import AddressError

LOCALHOST = "127.0.0.1"
LOCALHOST6 = "::1"

_NUMBER = "(0|[1-9][0-9]{0,2})"
_DOTTED_QUAD = re.compile(r"\.".join([_NUMBER] * 4))
_NUMERIC = re.compile(r"[0-9a-fx.:]*[0-9][0-9a-fx.:]*", re.IGNORECASE)
_TRY = "Use '127.0.0.1', '::1', 'localhost' or the name of a host of this lab."


def check_address(text: object) -> str:
    """`text` as a loopback address: `127.0.0.0` to `127.255.255.255`, or `::1`.

    Raises AddressError, saying why, for everything else.

    >>> check_address("localhost"), check_address("127.0.0.2")
    ('127.0.0.1', '127.0.0.2')
    >>> check_address("192.0.2.1")
    Traceback (most recent call last):
    portlab.errors.AddressError: 192.0.2.1 is not this computer: ...
    """
    if not isinstance(text, str):
        raise AddressError(f"{text!r} is not an address: an address here is text. {_TRY}")
    if text == "localhost":
        return LOCALHOST
    if text == LOCALHOST6:
        return LOCALHOST6
    if match := _DOTTED_QUAD.fullmatch(text):
        numbers = [int(part) for part in match.groups()]
        if numbers[0] == 127 and max(numbers) <= 255:
            return ".".join(map(str, numbers))
    raise AddressError(f"{_why_not(text)} {_TRY}")


def _why_not(text: str) -> str:
    shown = text if text.isascii() and text.isprintable() and text.strip() else repr(text)
    if text in ("0.0.0.0", "::"):
        return (
            f"{shown} stands for every address of this computer, those that face the network "
            "included, and this lab stays on loopback."
        )
    if "%" in text:
        return f"{shown} names a network interface behind the %, and loopback needs none."
    if ":" in text and "." in text:
        return f"{shown} is an IPv4 address in IPv6 clothes; write IPv4 as IPv4."
    if ":" in text:
        return f"{shown} is not this computer: the one loopback address of IPv6 is ::1."
    match = _DOTTED_QUAD.fullmatch(text)
    if match and all(int(part) <= 255 for part in match.groups()):
        return (
            f"{shown} is not this computer: it leads out, or to a part of this computer that "
            "faces the network, and nothing of this lab leaves loopback."
        )
    if _NUMERIC.fullmatch(text):
        return (
            f"{shown} is an odd spelling of an address, which programs read in different ways. "
            "An IPv4 address is four numbers from 0 to 255 without leading zeros."
        )
    return (
        f"There is no host called {shown} here, and other names are not looked up: that would "
        "ask a name server outside this computer."
    )
