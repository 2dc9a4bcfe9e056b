"""By which way the next file of an FTP conversation travels: who calls whom, and at which port.

Passive: the client calls a port that this server opens for it. Active: the server calls the client.
"""

from collections.abc import Iterator

from portlab.apps.app import Action, Address, Listen, Send, Session
from portlab.apps.ftp.addresses import six_numbers
from portlab.apps.ftp.data import Transfer


class Way:
    """What a client has chosen. `opening` while a port is being opened, and commands wait."""

    def __init__(self, control: Session, local: Address, peer: Address) -> None:
        self.opening: str | None = None
        self._control = control
        self._local = local
        self._peer = peer
        self._only_extended = False
        # The port that is open for the next file, and the one at which the client wants a call.
        self._door: Transfer | None = None
        self._door_at = local
        self._call: Address | None = None

    def pasv(self) -> Iterator[Action]:
        if ":" in self._local[0]:
            yield reply("522 PASV can only write IPv4 addresses; use EPSV.")
        elif self._only_extended:
            yield reply("501 You said EPSV ALL.")
        else:
            yield self._open_door("227 Entering Passive Mode ({six}).")

    def epsv(self, which: str) -> Iterator[Action]:
        own = "2" if ":" in self._local[0] else "1"
        if which.upper() == "ALL":  # RFC 2428 section 4
            self._only_extended = True
            yield reply("200 From now on EPSV only.")
        elif which not in ("", own):
            yield reply(f"522 Only the version of IP that we speak, ({own}).")
        else:
            yield self._open_door("229 Entering Extended Passive Mode (|||{port}|).")

    def to_be_called(self, address: Address | None) -> str:
        """What PORT and EPRT ask for; gives the reply."""
        if self._only_extended:
            return "501 You said EPSV ALL."
        if address is None:
            return "501 That is no address and port."
        if address[0] != self._peer[0]:
            return "504 Only your own address: I call nobody else."
        if address[1] < 1024:
            return "504 No port under 1024."
        self._call = address
        return "200 I will call there."

    def is_open(self, address: Address) -> Action:
        """A port for one connection is open: the reply to who waits for it."""
        assert self.opening is not None
        self._door_at = address
        six = six_numbers(address) if ":" not in address[0] else ""
        said, self.opening = self.opening.format(six=six, port=address[1]), None
        return reply(said)

    def take(self) -> tuple[Transfer | None, Address | None]:
        """The connection for the next file, and whom to call for it; None if nothing was chosen."""
        call, door = self._call, self._door
        self._call = self._door = None
        return (Transfer(self._control, self._peer) if call else door), call

    def forget(self, transfer: Transfer) -> None:
        if transfer is self._door:
            self._door = None

    def _open_door(self, said: str) -> Action:
        """Open a port, or name the one that is still open and unused."""
        self._call, self.opening = None, said
        if self._door is not None and not self._door.called:
            return self.is_open(self._door_at)
        self._door = Transfer(self._control, self._peer)
        return Listen(0, self._door, once=True)


def reply(text: str) -> Action:
    """One reply: three digits and what people may read."""
    return Send(text.encode() + b"\r\n")
