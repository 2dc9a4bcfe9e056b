"""Port numbers: 16 bits, in three ranges (RFC 6335 section 6)."""

from dataclasses import dataclass

from portlab.errors import PortError

MAX_PORT = 0xFFFF


@dataclass(frozen=True, slots=True)
class PortRange:
    """Ports `first` to `last`, both included; `also` are the names that older texts have."""

    name: str
    first: int
    last: int
    also: tuple[str, ...] = ()

    def __contains__(self, port: object) -> bool:
        return isinstance(port, int) and self.first <= port <= self.last

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __str__(self) -> str:
        return f"{self.name} ports, {self.first} to {self.last}"


SYSTEM = PortRange("system", 0, 1023, also=("well-known",))
USER = PortRange("user", 1024, 49151, also=("registered",))
DYNAMIC = PortRange("dynamic", 49152, MAX_PORT, also=("private", "ephemeral"))
RANGES = (SYSTEM, USER, DYNAMIC)
"""The first two are assigned by IANA on request; the third is never assigned."""


def port_range(port: int) -> PortRange:
    """The range of RFC 6335 that holds `port`.

    >>> str(port_range(443))
    'system ports, 0 to 1023'
    """
    checked = check_port(port, zero=True)
    return next(r for r in RANGES if checked in r)


def check_port(port: object, *, zero: bool = False, to_use: bool = True) -> int:
    """`port` as a number, or PortError.

    `zero` allows 0, which is no port but a request: "choose one for me" (RFC 6335 section 6
    reserves it). Who wants one `to_use` is told which are free; who only looks one up is not.

    >>> check_port(65535)
    65535
    >>> check_port(70000)
    Traceback (most recent call last):
    portlab.errors.PortError: 70000 is not a port: a port is 16 bits, so 0 to 65535. ...
    """
    if isinstance(port, bool) or not isinstance(port, int):
        raise PortError(
            f"{port!r} is not a port: a port is a whole number from 0 to {MAX_PORT}. "
            "Names like 'http' stand for numbers; give the number itself, as in 80."
        )
    if not 0 <= port <= MAX_PORT:
        free = f"{DYNAMIC.first} to {DYNAMIC.last} are free for anybody."
        advice = f" Choose one in that range; {free}" if to_use else ""
        raise PortError(f"{port} is not a port: a port is 16 bits, so 0 to {MAX_PORT}.{advice}")
    if port == 0 and not zero:
        raise PortError(
            "Port 0 is reserved: nothing can be reached there. It only means 'choose for me' "
            "when a program asks for a port. Give the number that the listener was given."
        )
    return port
