"""Strict construction: what a header's fields can hold, and the error when a value cannot fit.

The dataclasses test all their fields at once with shifts and ors, which costs next to nothing;
only when that finds something wrong are the fields looked at one by one, here.
"""

from typing import NoReturn

from portlab.errors import PacketError


def refuse(header: object, widths: dict[str, int]) -> NoReturn:
    """Raise the PacketError for the first field of `header` that is no number of its width.

    `widths` are in bits.
    """
    kind = type(header).__name__
    for name, bits in widths.items():
        check_number(kind, name, getattr(header, name), bits)
    raise AssertionError(f"{kind}: refused without a reason")


def check_number(what: str, name: str, value: object, bits: int) -> None:
    """Raise PacketError unless `value` is a whole number of so many bits."""
    if not isinstance(value, int) or not 0 <= value < 1 << bits:
        raise PacketError(
            f"{what} cannot have {name}={value!r}: the field is {bits} bits wide. "
            f"Give a whole number from 0 to {(1 << bits) - 1}."
        )


def refuse_optional(header: object, name: str, computed: str) -> None:
    """Raise PacketError unless the 16-bit field `name` of `header` is a number or None."""
    value = getattr(header, name)
    if value is None or (isinstance(value, int) and 0 <= value <= 0xFFFF):
        return
    raise PacketError(
        f"{type(header).__name__} cannot have {name}={value!r}: the field is 16 bits wide. "
        f"Give a number from 0 to 65535, or None to have {computed} computed."
    )


def refuse_not_bytes(header: object, name: str) -> None:
    """Raise PacketError unless the field `name` of `header` is bytes."""
    value = getattr(header, name)
    if not isinstance(value, bytes):
        raise PacketError(
            f"{type(header).__name__} cannot have {name}={value!r}: it carries bytes. "
            f"Give bytes, as in b'hello' or 'hello'.encode()."
        )
