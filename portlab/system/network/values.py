"""What there is to know of a computer in its network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """An address of this computer. `prefix` is its mask as a number of bits; None: not known."""

    address: str
    prefix: int | None
    interface: str

    @property
    def mask(self) -> str | None:
        """The mask as four numbers, as it is written for IPv4; None for IPv6.

        >>> OwnAddress("192.0.2.10", 24, "eth0").mask
        '255.255.255.0'
        """
        if self.prefix is None or ":" in self.address:
            return None
        bits = (1 << 32) - (1 << (32 - self.prefix))
        return ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))

    @property
    def network(self) -> str | None:
        """All addresses that share its prefix, as `192.0.2.0/24`; None where that is not known."""
        if self.prefix is None:
            return None
        from ipaddress import ip_interface

        return str(ip_interface(f"{self.address}/{self.prefix}").network)


@dataclass(frozen=True, slots=True)
class Gateway:
    """The router that takes what is for nobody nearby, and the interface it is reached by."""

    address: str
    interface: str


@dataclass(frozen=True, slots=True)
class NameServer:
    """Who is asked for the address behind a name; `asks`: whom it asks, if it runs right here."""

    address: str
    asks: tuple[str, ...] = ()
