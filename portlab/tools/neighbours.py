"""Windows neighbours, asked as they ask each other: who bears this name, which dialect is it?"""

from collections.abc import Sequence

from portlab.apps import netbios, smb
from portlab.errors import TimedOut
from portlab.host import Host
from portlab.packets import EVERYBODY


def ask_neighbours(
    client: Host, name: str, *, peer: Host | str = EVERYBODY, timeout: float = 2.0
) -> str:
    """The address of the computer called `name`, asked of everybody on the network.

    A Windows neighbour asks and answers on UDP port 137. Raises TimedOut where nobody bears the
    name, LabError for what is no NetBIOS name.
    """
    with client.udp(netbios.NAME_SERVICE) as socket:
        number = len(name)  # drawn by chance in a real one; here the same seed gives the same bytes
        socket.send_to(netbios.question(name, number), peer, netbios.NAME_SERVICE)
        while True:
            message, _ = socket.receive(timeout=timeout)
            if found := netbios.answered(message, number):
                return found


def smb_dialect(
    client: Host,
    server: Host | str,
    dialects: Sequence[str] = tuple(smb.DIALECTS),
    *,
    port: int = 445,
    timeout: float = 10.0,
) -> str | None:
    """The dialect of SMB that `server` chooses among `dialects`; None if it speaks none of them.

    Raises LabError for what is no dialect, and what `connect` and `receive` raise.
    """
    asked = smb.request(dialects)
    with client.connect(server, port) as connection:
        connection.send(asked)
        come = b""
        while len(come) < 4 or len(come) < 4 + int.from_bytes(come[1:4], "big"):
            more = connection.receive(timeout=timeout)
            if not more:
                raise TimedOut(
                    "The server hung up without an answer, as one does that knows SMB 1 alone, or "
                    "that is no SMB server. Is it the right port?"
                )
            come += more
    return smb.chosen(come)
