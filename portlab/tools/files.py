"""A file as a file program fetches it: over FTP, in either mode, or over TFTP.

The conversations are the shortest that do it, one command after the other, so that a ladder of
them can be read. For more there is ftplib, in the worlds of real sockets.
"""

from typing import Literal

from portlab.apps.ftp.addresses import from_six_numbers, six_numbers
from portlab.apps.tftp import packets as tftp
from portlab.errors import LabError, TransferError
from portlab.host import Connection, Host
from portlab.tools.talk import Talk

FTP, TFTP = 21, 69
ANONYMOUS = ("anonymous", "portlab")
_BLOCK = 512
_HINT = "Look at what its number means in RFC 959 section 4.2; the text behind it is for people."


def fetch_file(
    client: Host,
    server: Host | str,
    path: str,
    *,
    over: Literal["ftp", "tftp"] = "ftp",
    mode: Literal["passive", "active"] = "passive",
    login: tuple[str, str] = ANONYMOUS,
    port: int | None = None,
    data_port: int = 0,
    timeout: float = 10.0,
) -> bytes:
    """What is in the file at `path`, as `client` gets it from `server`.

    FTP's `mode` says who opens the connection for the file: the client (passive) or the server
    (active), which then calls `data_port` of the client (0: one is chosen). Raises TransferError
    if the server refuses, TimedOut if nothing comes, and what `connect` and `receive` raise.
    """
    if over == "tftp":
        return _over_tftp(client, server, path, port or TFTP, timeout)
    if over != "ftp" or mode not in ("passive", "active"):
        raise LabError(
            f"A file is fetched over 'ftp' or 'tftp', in mode 'passive' or 'active', and not over "
            f"{over!r} in mode {mode!r}."
        )
    with client.connect(server, port or FTP) as control:
        talk = _Talk(control, timeout)
        talk.reply("220")
        talk.ask(f"USER {login[0]}", "331")
        talk.ask(f"PASS {login[1]}", "230")
        talk.ask("TYPE I", "200")
        fetch = _passively if mode == "passive" else _actively
        content = fetch(client, talk, path, data_port)
        talk.reply("226")
        talk.ask("QUIT", "221")
        return content


def _passively(client: Host, talk: "_Talk", path: str, _: int) -> bytes:
    """The server opens a port and says which; the address it names may be any, and is not used."""
    where = from_six_numbers(talk.ask("PASV", "227").partition("(")[2].partition(")")[0])
    if where is None:
        raise TransferError("The server did not say at which port it waits. Try mode='active'.")
    with client.connect(talk.server, where[1]) as data:
        talk.ask(f"RETR {path}", "150")
        return data.receive_all(timeout=talk.timeout)


def _actively(client: Host, talk: "_Talk", path: str, data_port: int) -> bytes:
    """The client opens a port and says which, and the server calls."""
    own = talk.client
    with client.listen(data_port, address=own) as ear:
        talk.ask(f"PORT {six_numbers((own, ear.port))}", "200")
        talk.ask(f"RETR {path}", "150")
        with ear.accept(timeout=talk.timeout) as data:
            return data.receive_all(timeout=talk.timeout)


def _over_tftp(client: Host, server: Host | str, path: str, port: int, timeout: float) -> bytes:
    """RFC 1350 section 4: from where the first block comes all others come, and there the
    acknowledgments go. Whoever speaks from another port is told so, and changes nothing.
    """
    content, number, done = b"", 1, False
    whence: tuple[str, int] | None = None
    with client.udp() as socket:
        socket.send_to(tftp.request(tftp.Request(tftp.READ, path)), server, port)
        while True:
            raw, source = socket.receive(timeout=timeout)
            message = tftp.decoded(raw)
            if whence is not None and source != whence:
                if not isinstance(message, tftp.Problem):
                    socket.send_to(tftp.problem(tftp.UNKNOWN_PORT, "Not your transfer"), *source)
                continue
            if isinstance(message, tftp.Problem):
                raise TransferError(f"The server answered: {message.text}. Is the name right?")
            if not isinstance(message, tftp.Block):
                continue
            whence = source
            if message.number == number % 65_536:
                content, number = content + message.data, number + 1
                done = len(message.data) < _BLOCK
            socket.send_to(tftp.acknowledgment(message.number), *whence)
            if message.number == (number - 1) % 65_536 and done:
                return content


class _Talk(Talk):
    """The client's side of the conversation, which has to name IPv4 addresses."""

    def __init__(self, control: Connection, timeout: float) -> None:
        super().__init__(control, timeout, TransferError, _HINT)
        self.client, self.server = control.local[0], control.peer[0]
        if ":" in self.client:
            raise LabError(
                "PASV and PORT can only write IPv4 addresses. Give the server's IPv4 address, or "
                "use ftplib, which knows EPSV and EPRT (RFC 2428)."
            )
