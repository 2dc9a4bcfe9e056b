"""The corner of TFTP (RFC 1350): files over UDP, block by block, each answered before the next.

`packets.py` is what travels, `transfer.py` one file on its way.
"""

from collections.abc import Mapping
from weakref import WeakSet

from portlab.apps.app import Address
from portlab.apps.store import FILES, Store
from portlab.apps.tftp.transfer import Transfer

PORT = 69
MOST = 50
"""Transfers at once. Each has a port of its own, and nobody had to log in."""


class Tftp:
    """Hands out `files` to anybody who knows a name; takes new ones, and replaces none.

    A request comes to port 69, and all that follows goes between the client's port and a fresh
    one of the server's (RFC 1350 section 4). Negotiates the size of blocks, the total size and the
    time to wait (RFC 2347 to 2349).
    """

    name = "Tftp"

    def __init__(self, files: Mapping[str, str | bytes] = FILES) -> None:
        self.store = Store(files)
        self._under_way: WeakSet[Transfer] = WeakSet()

    def session(self, local: Address, peer: Address) -> Transfer:
        under_way = sum(not transfer.ended for transfer in self._under_way)
        transfer = Transfer(self.store, peer, busy=under_way >= MOST)
        if under_way < MOST:
            self._under_way.add(transfer)
        return transfer
