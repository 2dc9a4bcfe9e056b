"""How FTP writes an address and a port: in six numbers (RFC 959), or longer for IPv6 (RFC 2428).

That addresses stand in its text at all is why routers that translate addresses must read along.
"""

import re
from ipaddress import ip_address

from portlab.apps.app import Address

_SIX = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})")
_EXTENDED = re.compile(r"([!-~])([12])\1([0-9A-Fa-f.:]{2,45})\1(\d{1,5})\1")


def six_numbers(address: Address) -> str:
    """For PORT and for the reply to PASV: the port is two numbers, of 256s and of ones.

    >>> six_numbers(("192.0.2.7", 50001))
    '192,0,2,7,195,81'
    """
    host, port = address
    return ",".join([*host.split("."), str(port >> 8), str(port & 255)])


def from_six_numbers(text: str) -> Address | None:
    """What stands behind PORT; None if it is none.

    >>> from_six_numbers("192,0,2,7,195,81"), from_six_numbers("1,2,3,4,5,256")
    (('192.0.2.7', 50001), None)
    """
    match = _SIX.fullmatch(text)
    numbers = [int(number) for number in match.groups()] if match else [256]
    if max(numbers) > 255:
        return None
    return ".".join(map(str, numbers[:4])), numbers[4] * 256 + numbers[5]


def from_extended(text: str) -> Address | None:
    """What stands behind EPRT: version, address and port between marks; None if it is none.

    >>> from_extended("|2|2001:db8::7|50001|"), from_extended("|1|2001:db8::7|50001|")
    (('2001:db8::7', 50001), None)
    """
    match = _EXTENDED.fullmatch(text)
    if match is None:
        return None
    try:
        host = ip_address(match[3])
    except ValueError:
        return None
    port = int(match[4])
    if host.version != {"1": 4, "2": 6}[match[2]] or port > 65_535:
        return None
    return str(host), port
