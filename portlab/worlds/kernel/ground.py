"""The ground of one kernel host: its network namespace.

Promise 1 is kept by the namespace itself: its only device leads to portlab's wire, and the wire
delivers to hosts of the lab alone. So the guard need not know who is there: it makes sure that
what a socket is given is an address and no name, for looking up a name asks this computer.
"""

import socket

from portlab.apps.app import Address
from portlab.host import written
from portlab.network.addresses import bindable, is_loopback
from portlab.packets import packed, unpacked
from portlab.worlds.kernel.basement import Basement
from portlab.worlds.kernel.tables import rows
from portlab.worlds.sockets.core import Core
from portlab.worlds.sockets.ends import ANYWHERE
from portlab.worlds.sockets.failures import in_the_way


class KernelGround:
    """See `portlab.worlds.sockets.ground.Ground`, and `Place` of names.py.

    It holds no host and no world, since the core holds it; `names` are of the lab's hosts.
    """

    def __init__(
        self,
        basement: Basement,
        number: int,
        name: str,
        addresses: tuple[str, ...],
        names: dict[str, str],
    ) -> None:
        self.basement = basement
        self.number = number
        self._name = name
        self.addresses = addresses
        self.names = names

    # ---- a place to be inside

    @property
    def name(self) -> str:
        return self._name

    def make(self, sock: socket.socket, family: int, kind: int, protocol: int) -> None:
        self.basement.fill(sock, self.number, family, kind, protocol)

    def adopt(self, sock: socket.socket) -> None:
        self.basement.adopt(sock)

    # ---- the ground

    def socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        """A UDP socket may send to all at once: all are hosts of the lab (SO_BROADCAST, ip(7))."""
        sock = self.basement.new_socket(self.number, family, kind)
        if kind == socket.SOCK_DGRAM:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        return sock

    def check_address(self, address: object) -> str:
        return unpacked(packed(address))

    def bindable(self, address: object) -> str:
        if address is None:
            return ANYWHERE if len(self.addresses) > 1 else "0.0.0.0"
        return bindable(address, self._name, self.addresses)  # type: ignore[arg-type]

    def own_address(self, peer: str) -> str:
        six = ":" in peer
        if is_loopback(peer):
            return "::1" if six else "127.0.0.1"
        return next((own for own in self.addresses if (":" in own) == six), self.addresses[0])

    def make_way(self, core: Core, proto: str, local: Address) -> bool:
        return False  # no other lab can have a port of this host

    def holder(self, proto: str, local: Address) -> str | None:
        """A program that made its socket in this host: the kernel's own table has it."""
        names = (proto, f"{proto}6")
        texts = self.basement.read(self.number, *names)
        for name, text in zip(names, texts, strict=True):
            for row in rows(name[:3], text):
                if row.state in ("LISTEN", "UNCONN") and in_the_way(row.local, local):
                    return f"a program in {self._name}, at {written(row.local)}"
        return None

    def has_no(self, address: str) -> str:
        return (
            f"{self._name} cannot use {address}: it has {' and '.join(self.addresses)}, and "
            "reaches the other hosts of this lab at theirs."
        )
