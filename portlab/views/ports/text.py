"""The port map in sentences: for terminals, for comparison, and for who cannot see it.

Nothing is drawn in characters: 65,536 of them would say less than these lines do.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from portlab.views.ports.shapes import KINDS, Band, Kind, Laid, PortLayout, Spot, Stretch
from portlab.views.printable import printable
from portlab.wording import count, listed, wrapped

SHOWN = 40
"""Spots of one set; longer lists end with how many more there are."""

NEAR = 10
"""So many numbers from the end of a range are near it."""
_A_CHARACTER = 1024
"""So many numbers has the system range, and the others have a multiple of that."""

_WORDS: dict[Kind, str] = {
    "both": "for TCP and UDP",
    "tcp": "for TCP only",
    "udp": "for UDP only",
    "other": "for SCTP or DCCP only",
}


def render(layout: PortLayout, *, limit: int | None = SHOWN) -> str:
    """The map and what lies on it; at most `limit` spots of each set."""
    blocks = [
        ["All 65,536 port numbers, and what each is assigned for in IANA's registry."],
        [*map(_band, layout.bands), f"All together: {share(*layout.bands)}."],
        list(_about(layout)),
        *(list(_laid(one, limit)) for one in layout.laid),
    ]
    return "\n\n".join("\n".join(block) for block in blocks)


def _band(band: Band) -> str:
    home = band.range
    also = listed(home.also, "or")
    head = f"{home.name.capitalize()} ports, {home.first} to {home.last}, also called {also}: "
    if not band.assigned:
        return wrapped(head + f"never assigned, {count(len(home), 'number')} for any program.")
    return wrapped(f"{head}{share(band)} ({_kinds(band)}), {band.free:,} free.")


def share(*bands: Band) -> str:
    """How many numbers of these ranges are assigned."""
    assigned, all_of_them = sum(one.assigned for one in bands), sum(len(one.range) for one in bands)
    return f"{assigned:,} of {all_of_them:,} assigned, {100 * assigned / all_of_them:.0f} %"


def _kinds(band: Band) -> str:
    assigned = [kind for kind in KINDS[:-1] if band.counts[kind]]
    return ", ".join(f"{band.counts[kind]:,} {_WORDS[kind]}" for kind in assigned)


def _about(layout: PortLayout) -> Iterator[str]:
    yield wrapped(
        f"Half of the assigned numbers are at or below {layout.half}, nine of ten at or below "
        f"{layout.most}."
    )
    yield wrapped(f"Longest stretches without a free number: {_stretches(layout.full)}.")
    yield wrapped(
        f"Longest without an assigned one, below the dynamic ports: {_stretches(layout.gaps)}."
    )
    clients = layout.clients
    yield wrapped(
        f"Linux gives {clients.first} to {clients.last} to clients unless told otherwise: part of "
        "the user ports, and not all of the dynamic ones."
    )


def _stretches(those: Iterable[Stretch]) -> str:
    return listed(f"{one.first} to {one.last} ({len(one)})" for one in those)


def _laid(laid: Laid, limit: int | None) -> Iterator[str]:
    homes = Counter(spot.range.name for spot in laid.spots)
    ranges = listed(f"{number:,} {name}" for name, number in homes.items())
    many = count(len(laid.spots), "port")
    yield wrapped(f"{printable(laid.name)}: {many}, marked with a {laid.sign}; {ranges}.")
    width = max(map(len, homes))
    for spot in laid.spots[:limit]:
        number, about = str(spot.port), said_of(spot.name)
        about += ", among Linux's for clients" * spot.given_to_clients
        line = f"{number}  {spot.range.name:<{width}}  {about}"
        hanging = " " * (len(number) + width + 4)
        yield wrapped(line, indent=" " * (7 - len(number)), hanging=hanging)
    if limit is not None and (more := len(laid.spots) - limit) > 0:
        yield f"  ... and {more:,} more."
    if laid.note:
        yield wrapped(printable(laid.note))


def located(layout: PortLayout) -> list[str]:
    """One sentence for each number that is laid on the map: in which range, and where in it."""
    return [
        f"{printable(laid.name)}: {spot.port}, one of the {spot.range}{_where_in(spot)}; "
        f"{said_of(spot.name)}."
        for laid in layout.laid
        for spot in laid.spots
    ]


def _where_in(spot: Spot) -> str:
    """Where a number stands that is at an end of its range, or near one."""
    above, below = spot.port - spot.range.first, spot.range.last - spot.port
    if min(above, below) == 0:
        return f", {'the first' if above == 0 else 'the last'} of them"
    if min(above, below) > NEAR:
        return ""
    return f", {above} above the first" if above <= below else f", {below} below the last"


def strip(layout: PortLayout) -> str:
    """All numbers in one line, 1,024 to a character, with an arrow under each one laid on it."""
    home = "".join(one.range.name[0] * (len(one.range) // _A_CHARACTER) for one in layout.bands)
    arrows = {spot.port // _A_CHARACTER for laid in layout.laid for spot in laid.spots}
    under = "".join("^" if place in arrows else " " for place in range(len(home)))
    return f"   {home}\n   {under.rstrip()}"


def said_of(name: str) -> str:
    """A spot's name, or that it has none."""
    return name or "not assigned"
