"""The ground of every loopback host: this computer itself, as far as loopback goes."""

import socket

from portlab.apps.app import Address
from portlab.worlds.guard import LOCALHOST, LOCALHOST6, check_address
from portlab.worlds.loopback.holders import holder_of, take_over
from portlab.worlds.sockets.core import Core


class LoopbackGround:
    """See `portlab.worlds.sockets.ground.Ground`."""

    def socket(self, family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
        return socket.socket(family, kind)

    def check_address(self, address: object) -> str:
        return check_address(address)

    def bindable(self, address: object) -> str:
        return LOCALHOST if address is None else check_address(address)

    def own_address(self, peer: str) -> str:
        return LOCALHOST6 if ":" in peer else LOCALHOST

    def make_way(self, core: Core, proto: str, local: Address) -> bool:
        return take_over(core, proto, local)

    def holder(self, proto: str, local: Address) -> str | None:
        return holder_of(proto, local)

    def has_no(self, address: str) -> str:
        return (
            f"This computer does not have {address}. Every computer has 127.0.0.1; macOS has no "
            "other of 127.0.0.0/8, and some have no IPv6."
        )
