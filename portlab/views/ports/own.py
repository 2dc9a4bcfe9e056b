"""This computer's listeners as a set for the map."""

from portlab.system import is_static
from portlab.system.listening import listening
from portlab.views.ports.shapes import PortSet

_EXAMPLE = {"tcp": frozenset({22, 631, 5432, 8888}), "udp": frozenset({68, 123, 5353, 40123})}


def listening_ports(transport: str = "tcp") -> PortSet:
    """The ports of this computer that have a listener, to be laid on a map.

    With UDP, every socket that has a port and no peer. Nothing is sent to find that out. Where
    outputs are stored for others to see (`PORTLAB_STATIC=1`) it is an example, marked as one.
    Raises PortlabError for other transports, and where the system tells nothing.
    """
    what = "listens" if transport == "tcp" else "has open"
    name = f"this computer {what} ({transport.upper()})"
    if is_static() and transport in _EXAMPLE:
        note = "This is an example. Run the cell to see your own computer's."
        return PortSet(f"an example of what {name}", _EXAMPLE[transport], note)
    ports, all_users = listening(transport)
    note = "" if all_users else "Only your own programs: this system hides those of others."
    return PortSet(name, ports, note)
