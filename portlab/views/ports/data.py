"""The port map as JSON for the page: ports_data.js reads it, and looks at nothing else.

{kinds: a digit for each number, its place in `meanings`,
 meanings: [[kind, meaning, how many]],
 ranges: [[name, first, last, other names, how much of it is assigned]],
 clients: [first, last of the numbers that Linux gives to clients],
 services: [[number, short name, what to call it, all its names, transports]],   # the catalogue
 names: [[number, name, transports]],                                            # the registry
 laid: [[name, sign, numbers, note]]}

It goes to the page compressed: the names are a quarter of a megabyte as they stand.
"""

import json
import zlib
from typing import Any

from portlab.services import catalogue, registry
from portlab.views.ports.layout import RESERVED
from portlab.views.ports.shapes import KINDS, MEANINGS, PortLayout
from portlab.views.ports.text import share
from portlab.views.printable import printable
from portlab.wording import listed


def data(layout: PortLayout) -> dict[str, Any]:
    """The layout, and what the page searches in, as what JSON can hold."""
    return {
        "kinds": "".join(map(str, layout.kinds)),
        "meanings": [
            [kind, MEANINGS[kind], layout.kinds.count(place)] for place, kind in enumerate(KINDS)
        ],
        "ranges": [
            [
                band.range.name,
                band.range.first,
                band.range.last,
                listed(band.range.also, "or"),
                share(band) if band.assigned else "never assigned, for any program",
            ]
            for band in layout.bands
        ],
        "clients": [layout.clients.first, layout.clients.last],
        "services": [
            [
                one.number,
                one.short,
                ", ".join(dict.fromkeys((one.short, one.everyday))),
                " ".join(one.names).lower(),
                _transports(one.used or one.registered),
            ]
            for one in catalogue()
        ],
        "names": _names(),
        "laid": laid(layout),
    }


def laid(layout: PortLayout) -> list[list[Any]]:
    """Only what is laid on it."""
    return [
        [printable(one.name), one.sign, [spot.port for spot in one.spots], printable(one.note)]
        for one in layout.laid
    ]


def encoded(layout: PortLayout) -> bytes:
    """The same in UTF-8, in zlib's format."""
    return zlib.compress(json.dumps(data(layout), separators=(",", ":")).encode())


def _names() -> list[list[Any]]:
    """The registry, one entry for each name of a number, its transports together; and what 0 is."""
    known = registry()
    named = dict.fromkeys((one.number, one.name) for one in known.assignments)
    lines = [[number, name, _transports(known.transports(number, name))] for number, name in named]
    return [[0, RESERVED, ""], *lines]


def _transports(those: tuple[str, ...]) -> str:
    return ", ".join(map(str.upper, those))
