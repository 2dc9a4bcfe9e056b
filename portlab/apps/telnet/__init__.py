"""The corner of Telnet (RFC 854): a terminal far away, in the clear.

`protocol.py` takes apart what comes: text, commands, requests for options. `terminal.py` is the
conversation: a login and a few words that it understands.
"""

from collections.abc import Mapping

from portlab.apps.app import Address
from portlab.apps.store import FILES, USERS, Store
from portlab.apps.telnet.terminal import Terminal

PORT = 23


class Telnet:
    """Asks for a name and a password, then lists and shows `files`, which lie in memory.

    It offers to echo what is typed (RFC 857) and no more; every other option it refuses. Nothing
    typed there runs on this computer.
    """

    name = "Telnet"

    def __init__(
        self, files: Mapping[str, str | bytes] = FILES, users: Mapping[str, str] = USERS
    ) -> None:
        self._store = Store(files)
        self._users = dict(users)

    def session(self, local: Address, peer: Address) -> Terminal:
        return Terminal(self._store, self._users)
