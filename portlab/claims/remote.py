"""Claims about terminals and files far away: Telnet beside SSH, and which port FTP talks on."""

from dataclasses import dataclass

from portlab import apps
from portlab.claims.trial import Claim, Finding, Trial, result_of
from portlab.errors import ConnectionAborted
from portlab.host import Host
from portlab.lab import Lab
from portlab.tools.files import fetch_file
from portlab.trace.conversations import conversations
from portlab.trace.overheard import said
from portlab.trace.trace import Trace
from portlab.wording import count, listed

NAME, GREETING = b"student\r\n", b"SSH-2.0-portlab_client\r\n"
"""The first words of a Telnet client, whose user types a name, and of an SSH client."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the servers on 23 and 22 said to each of these words, up to the end."""

    name_at_telnet: bytes
    name_at_ssh: bytes
    greeting_at_telnet: bytes
    greeting_at_ssh: bytes


def each_client_at_each_server(lab: Lab) -> Heard:
    return at_two_servers(lab, apps.Telnet(), apps.SshGreeting())


def at_two_servers(lab: Lab, at_23: apps.App, at_22: apps.App) -> Heard:
    server, client = lab.hosts("server", "client")
    model = lab.world == "model"
    telnet = server.listen(23 if model else 0, at_23).port
    ssh = server.listen(22 if model else 0, at_22).port
    answers = (
        _said_to(client, server, port, w) for w in (NAME, GREETING) for port in (telnet, ssh)
    )
    return Heard(*answers)


def _said_to(client: Host, server: Host, port: int, words: bytes) -> bytes:
    with client.connect(server, port) as connection:
        connection.send(words)
        connection.shutdown()
        try:
            return connection.receive_all()
        except ConnectionAborted:
            return b""


def they_are_one_protocol(trace: Trace) -> Finding:
    """If they were, a server of the one would understand a client of the other."""
    heard = result_of(trace, Heard)
    name_understood = b"Password" in heard.name_at_ssh
    greeting_understood = heard.greeting_at_telnet.startswith(b"SSH-")
    return Finding(
        name_understood and greeting_understood,
        (
            f"A name is typed. The Telnet server {_about(heard.name_at_telnet)}; the SSH server "
            f"{_about(heard.name_at_ssh)}.",
            f"An SSH client greets. The SSH server {_about(heard.greeting_at_ssh)}; the Telnet "
            f"server {_about(heard.greeting_at_telnet)}.",
        ),
    )


def _about(answer: bytes) -> str:
    if b"Password" in answer:
        return "takes it for a name and asks for the password"
    if b"no greeting of SSH" in answer:
        return "says that this is no greeting of SSH, and hangs up"
    if b"curve25519" in answer:
        return "greets too and says which ciphers it knows"
    return f"says {count(len(answer), 'byte')} that fit nothing"


def a_file_in_active_mode(lab: Lab) -> bytes:
    return from_port(lab, 21)


def from_port(lab: Lab, port: int) -> bytes:
    server, client = lab.hosts("server", "client")
    server.listen(port, apps.Ftp())
    return fetch_file(client, server, "readme.txt", mode="active", port=port)


def commands_use_port_20(trace: Trace) -> Finding:
    """Commands are what the client says in lines that begin with their names."""
    file = result_of(trace, bytes)
    verbs: dict[int, list[str]] = {}
    carried: dict[int, int] = {}
    talks = {talk.number: talk for talk in conversations(trace)}
    for turn in said(trace):
        verb = (turn.text or "").partition(" ")[0].strip()
        if verb in ("USER", "PASS", "TYPE", "PORT", "RETR", "QUIT"):
            verbs.setdefault(talks[turn.conversation].server[1] or 0, []).append(verb)
        elif turn.data == file:
            carried[turn.speaker[1] or 0] = len(turn.data)
    lines = [
        *(
            f"Commands to the server's port {port}: {listed(v, 'and')}."
            for port, v in verbs.items()
        ),
        *(
            f"From its port {port} came {count(n, 'byte')} of the file."
            for port, n in carried.items()
        ),
    ]
    return Finding(list(verbs) == [20], tuple(lines))


CLAIMS = (
    Claim(
        34,
        "Telnet is SSH without encryption.",
        "false",
        "They do the same for their user, and are two protocols: neither server understands the "
        "other's client. Telnet begins with a terminal's options, SSH with versions and ciphers. "
        "SSH also proves which host it is, and carries files and other connections.",
        "RFC 854; RFC 4251 section 1; RFC 4253 section 4.2",
        {
            world: Trial(each_client_at_each_server, they_are_one_protocol)
            for world in ("model", "loopback")
        },
    ),
    Claim(
        41,
        "FTP commands use port 20.",
        "false",
        "Commands go to port 21. Port 20 is where a server calls from to send a file, and only in "
        "active mode.",
        "RFC 959 section 3.2 and section 8",
        {"model": Trial(a_file_in_active_mode, commands_use_port_20)},
    ),
)
