"""A Service: one row of the catalogue, or of the registry where the catalogue has none."""

from dataclasses import dataclass
from typing import Any

from portlab.ports import PortRange, port_range

TRANSPORTS = ("tcp", "udp", "sctp", "dccp")
STATUSES = ("assigned", "by convention")
STANDINGS = ("current", "legacy")
LEVELS = ("by heart", "recognise", "look up")
ENCRYPTED = ("always", "can be", "never", "not known")
PARTNER_KINDS = ("implicit TLS", "STARTTLS", "another protocol")


@dataclass(frozen=True, slots=True)
class Partner:
    """Where the same is had encrypted, or was not: `kind` says how the two differ.

    *implicit TLS*: the same protocol inside TLS, on a port of its own. *STARTTLS*: the same port,
    upgraded on request. *another protocol*: one that does the job in another way.
    """

    name: str
    kind: str

    def __str__(self) -> str:
        return f"{self.name} ({self.kind})"


@dataclass(frozen=True, slots=True)
class Service:
    """What is expected behind a port number.

    `name` is the registry's name if the number is assigned to it, and else the usual one. `short`,
    `long` and `everyday` are what people say. `registered` are the transports of the registry,
    `used` those really used. `replaced_by` and `partners` name other services.
    """

    number: int
    name: str
    short: str
    long: str
    everyday: str
    also: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    status: str = "assigned"
    standing: str = "current"
    level: str = "look up"
    purpose: str = "The registry has this name for it. The course's catalogue does not describe it."
    encrypted: str = "not known"
    partners: tuple[Partner, ...] = ()
    replaced_by: tuple[str, ...] = ()
    rfc: tuple[int, ...] = ()
    exam: tuple[str, ...] = ()
    hook: str = ""
    note: str = ""

    @property
    def range(self) -> PortRange:
        return port_range(self.number)

    @property
    def legacy(self) -> bool:
        return self.standing == "legacy"

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it is called, each once, the registry's name first."""
        return tuple(dict.fromkeys((self.name, self.short, self.long, self.everyday, *self.also)))

    def uses(self, transport: str) -> bool:
        """Whether it is really spoken over this transport; of what is not known, registered."""
        return transport in (self.used or self.registered)

    def __str__(self) -> str:
        from portlab.services.card import card

        return card(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        from portlab.services.card import marked

        return {"text/plain": str(self), "text/markdown": marked(self)}
