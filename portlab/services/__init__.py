"""The room of the services: what lives behind the numbers.

Two files are read, each when it is first asked for: `data/services.csv`, the catalogue in the
course's own words, and `data/registry.csv`, the whole registry of IANA, numbers and names only.
The registry is no answer key: it lists both transports for nearly everything, and often has a name
that nobody uses. The catalogue says what is really done.

    entry.py      a Service and its Partners
    catalogue.py  the catalogue, from its file; every slip with file and line
    registry.py   the registry, from its file
    finding.py    service(443), service("https"), search("mail")
    matches.py    what a search has found, shown as a card or as a table
    card.py       one service in sentences
"""

from portlab.services.catalogue import catalogue
from portlab.services.entry import Partner, Service
from portlab.services.finding import look_up, missed, search, service
from portlab.services.matches import Matches
from portlab.services.registry import Assignment, registry

__all__ = [
    "Assignment",
    "Matches",
    "Partner",
    "Service",
    "catalogue",
    "look_up",
    "missed",
    "registry",
    "search",
    "service",
]
