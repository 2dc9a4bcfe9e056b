"""A link: what happens to a packet between two hosts, and when it arrives.

A `Link` says how a line behaves; a `Wire` is one direction of one line, with its own seeded
randomness and its own queue. A wire reads no clock and keeps no packet: asked about a packet at a
time, it says when it arrives, or that it does not and why, or that it arrives twice.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from portlab.errors import LabError
from portlab.network.clock import MILLISECOND, SECOND, microseconds
from portlab.ports import check_port

Passage = tuple[int | None, str | None]
"""When one copy of a packet arrives (None: never), and why if that is not the plain case."""


@dataclass(frozen=True, slots=True)
class Link:
    """How a line between two hosts behaves, the same in both directions.

    `delay` is the seconds a bit needs from end to end, `rate` the bits per second that can be put
    on the line (None: any number). With a rate, packets wait for each other, at most `queue` of
    them, the one on its way out included; the next is lost ("tail drop"). `loss`, `reorder` and
    `duplicate` are probabilities from 0 to 1 for each packet. A reordered packet is held back for
    one more `delay` (at least a millisecond), so that what follows closely overtakes it. A link
    carries packets of any size: it does not fragment (RFC 791 3.2 is not modelled). What goes to a
    port of `filtered`, over TCP or UDP, vanishes without a word, as at a firewall that drops.

    Raises LabError for what no line can do, and PortError for what is no port.
    """

    delay: float = 0.010
    rate: float | None = None
    loss: float = 0.0
    reorder: float = 0.0
    duplicate: float = 0.0
    queue: int = 100
    filtered: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        microseconds(self.delay, "A delay")
        for name in ("loss", "reorder", "duplicate"):
            chance = getattr(self, name)
            if isinstance(chance, bool) or not isinstance(chance, int | float):
                raise LabError(f"{name} is a probability from 0 to 1, and not {chance!r}.")
            if not 0 <= chance <= 1:
                raise LabError(
                    f"{name} of {chance!r} is not a probability: give 0 (never) to 1 (always), "
                    "so 0.05 for five packets in a hundred."
                )
        if self.rate is not None and not _positive(self.rate):
            raise LabError(
                f"A rate of {self.rate!r} carries nothing: give bits per second, such as "
                "1_000_000 for a megabit per second, or None for no limit."
            )
        if isinstance(self.queue, bool) or not isinstance(self.queue, int) or self.queue < 1:
            raise LabError(
                f"A queue of {self.queue!r} packets has no room for the one being sent: "
                "give a whole number of packets, at least 1."
            )
        if not isinstance(self.filtered, Iterable) or isinstance(self.filtered, str | bytes):
            raise LabError(
                f"filtered={self.filtered!r} lists no ports: give them in brackets, as in "
                "filtered=(23, 3389)."
            )
        ports = tuple(sorted({check_port(port) for port in self.filtered}))
        object.__setattr__(self, "filtered", ports)


class Wire:
    """One direction of a link."""

    def __init__(self, link: Link, seed: str) -> None:
        self._random = Random(seed)
        # Packets not yet wholly on the line, by when their last bit is on it.
        self._leaving: deque[int] = deque()
        # When the line is free again, in microseconds times `rate`, so that nothing is rounded.
        self._free = 0
        self.link = link

    @property
    def link(self) -> Link:
        return self._link

    @link.setter
    def link(self, link: Link) -> None:
        if link.rate is not None:
            busy = self._leaving[-1] if self._leaving else 0
            self._rate = max(1, round(link.rate))
            self._free = busy * self._rate
        self._link = link
        self._delay = microseconds(link.delay)
        self._chancy = bool(link.loss or link.reorder or link.duplicate)

    def carry(self, now: int, size: int, port: int | None = None) -> list[Passage]:
        """What becomes of a packet of `size` bytes to `port`: the packet first, then its copy.

        Each packet takes three random numbers, whatever they decide, so that changing one
        property of a link leaves the others' luck as it was. (What is filtered takes none: that
        line is another one.)
        """
        if port in self._link.filtered:
            return [(None, f"filtered on the line: port {port}")]
        departure: int | None = now
        if self._link.rate is not None:
            departure = self._departure(now, size)
        if not self._chancy:
            if departure is None:
                return [(None, "queue full")]
            return [(departure + self._delay, None)]

        lost = self._random.random() < self._link.loss
        held = self._random.random() < self._link.reorder
        doubled = self._random.random() < self._link.duplicate
        if departure is None:
            return [(None, "queue full")]
        if lost:
            return [(None, "lost on the link")]
        arrival, cause = departure + self._delay, None
        if held:
            arrival += max(self._delay, MILLISECOND)
            cause = "held back by the link, so that later packets may overtake it"
        if doubled:
            return [(arrival, cause), (arrival, "doubled by the link")]
        return [(arrival, cause)]

    def _departure(self, now: int, size: int) -> int | None:
        """When the last bit is on the line; None if too many packets wait already."""
        leaving = self._leaving
        while leaving and leaving[0] <= now:
            leaving.popleft()
        if len(leaving) >= self._link.queue:
            return None
        self._free = max(self._free, now * self._rate) + size * 8 * SECOND
        departure = -(-self._free // self._rate)
        leaving.append(departure)
        return departure


def check_link(link: object) -> Link:
    """`link`, or the usual one for None. Raises LabError for anything else."""
    if link is None:
        return Link()
    if isinstance(link, Link):
        return link
    raise LabError(f"{link!r} is no link. Make one with Link(delay=0.010, loss=0.05).")


def _positive(value: object) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")
    )
