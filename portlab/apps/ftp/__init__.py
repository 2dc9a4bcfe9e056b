"""The corner of FTP (RFC 959): one conversation of commands, and a connection for each file.

`control.py` is the conversation on port 21, `data.py` one data connection, `addresses.py` how an
address and a port are written in commands and replies.
"""

from collections.abc import Mapping

from portlab.apps.app import Address
from portlab.apps.ftp.control import Control
from portlab.apps.store import FILES, USERS, Store

PORT, DATA_PORT = 21, 20


class Ftp:
    """Hands out `files` and takes new ones; `anonymous` may read with any password.

    In active mode the server calls the client, from port 20 if it serves port 21 and from any port
    if not (RFC 959 section 3.2 has it the port before the server's). It calls nobody but whom it
    talks to, and no port under 1024 (RFC 2577 section 3). TLS it has none.
    """

    name = "Ftp"

    def __init__(
        self, files: Mapping[str, str | bytes] = FILES, users: Mapping[str, str] = USERS
    ) -> None:
        self.store = Store(files)
        self._users = dict(users)

    def session(self, local: Address, peer: Address) -> Control:
        source = DATA_PORT if local[1] == PORT else 0
        return Control(self.store, self._users, local, peer, source)
