"""What a host on real sockets stands on: where its sockets are made, and where they may lead."""

import socket
from typing import TYPE_CHECKING, Protocol

from portlab.apps.app import Address

if TYPE_CHECKING:
    from portlab.worlds.sockets.core import Core


class Ground(Protocol):
    """One for each place with ports of its own: hosts that share their ports share their ground."""

    def socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        """A new socket there. Raises OSError."""
        ...

    def check_address(self, address: object) -> str:
        """The guard: an address that a socket may be given, in its plain spelling.

        Raises AddressError for every other.
        """
        ...

    def bindable(self, address: object) -> str:
        """An address that a program may listen at; None: where it listens if nobody says.

        Raises AddressError.
        """
        ...

    def own_address(self, peer: str) -> str:
        """The address from which to talk to `peer`."""
        ...

    def make_way(self, core: "Core", proto: str, local: Address) -> bool:
        """Free a port that an older lab of this program holds; whether there was one."""
        ...

    def holder(self, proto: str, local: Address) -> str | None:
        """The program outside the lab that has a port, as far as anybody may know."""
        ...

    def has_no(self, address: str) -> str:
        """Why an address is of no use here, and what to try."""
        ...
