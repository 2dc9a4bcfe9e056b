"""What a learner hands in, looked at once: the model world's checks of plain values."""

from portlab.errors import LabError, PacketError


def as_bytes(data: object) -> bytes:
    """`data` as bytes. Raises PacketError for text and everything else that is no bytes."""
    if isinstance(data, bytes | bytearray | memoryview):
        return bytes(data)
    raise PacketError(
        f"{data!r} is {type(data).__name__}, and what travels is bytes. Write b'...', or turn "
        "text into bytes with '...'.encode()."
    )


def check_count(number: object, least: int, what: str) -> int:
    """`number` as a whole number from `least` up, or LabError."""
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        raise LabError(f"{what} of {number!r} is not possible: give a whole number from {least}.")
    return number
