"""`portlab port`: what a number is for, and the number of a service."""

import argparse
from typing import Any

from portlab.errors import ServiceError


def add_to(kinds: "argparse._SubParsersAction[Any]") -> None:
    """Add the command."""
    port = kinds.add_parser(
        "port",
        help="say what a port number is for, or find the number of a service",
        description="Say what a port is for: its range, its names, what uses it, whether it is "
        "encrypted and what its partner is. A name gives its number; a word, all services that "
        "have to do with it.",
    )
    port.add_argument(
        "what", metavar="WHAT", nargs="+", help="a number, a name or words: 443, imaps, mail"
    )
    port.add_argument(
        "--over", choices=("tcp", "udp"), metavar="tcp|udp", help="only this transport"
    )
    port.add_argument("--json", action="store_true", help="print what was found as JSON")
    port.set_defaults(command=run)


def run(options: argparse.Namespace) -> None:
    from portlab.services import look_up, missed

    found = look_up(" ".join(options.what), options.over)
    nothing = missed(found)
    if options.json:
        import json

        print(json.dumps(found.as_dict(), indent=2))
    elif not nothing:
        print(found)
    if nothing:
        raise ServiceError(nothing)
