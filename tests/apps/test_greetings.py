"""SSH and VNC as far as they greet here: what ssh, ssh-keyscan and the formats of the RFCs say."""

import subprocess
from collections.abc import Iterator

import pytest

from portlab import Lab, apps
from portlab.apps.ssh import VERSION, kexinit, packet
from portlab.host import Host
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

LOCAL, PEER = ("10.0.0.1", 22), ("10.0.0.2", 50_000)
HELLO = b"SSH-2.0-Test_1\r\n"


def told(app: apps.App, *stream: bytes) -> tuple[bytes, bool]:
    """What a session sends for these pieces of a stream, and whether it hangs up."""
    session = app.session(LOCAL, PEER)
    events = [apps.Opened(), *map(apps.Data, stream)]
    actions = [action for event in events for action in session.handle(event)]
    sent = b"".join(action.data for action in actions if isinstance(action, apps.Send))
    return sent, apps.Close() in actions


# ---- SSH


def payloads(stream: bytes) -> Iterator[bytes]:
    """What is in SSH packets without a key (RFC 4253 section 6)."""
    while stream:
        length, padding = int.from_bytes(stream[:4], "big"), stream[4]
        assert (4 + length) % 8 == 0
        assert 4 <= padding < length
        yield stream[5 : 4 + length - padding]
        stream = stream[4 + length :]


def ends_with_reason(sent: bytes) -> int:
    """The number in the last packet, which is a disconnect (RFC 4253 11.1)."""
    *_, last = payloads(sent[len(VERSION) + 2 :])
    assert last[0] == 1
    return int.from_bytes(last[1:5], "big")


def test_it_says_its_version_and_what_it_can_do() -> None:
    sent, closed = told(apps.SshGreeting())
    assert sent.startswith(b"SSH-2.0-portlab_1.0\r\n")
    (payload,) = payloads(sent[len(VERSION) + 2 :])
    assert payload[0] == 20
    rest, lists = payload[17:-5], []
    while rest:
        length = int.from_bytes(rest[:4], "big")
        lists.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    assert len(lists) == 10
    assert all(lists[:8])
    assert not closed


def test_it_hears_the_other_side_and_ends_when_a_key_is_asked_for() -> None:
    sent, closed = told(apps.SshGreeting(), HELLO + packet(kexinit()) + packet(b"\x02noise"))
    assert not closed
    sent, closed = told(apps.SshGreeting(), HELLO, packet(kexinit()), packet(b"\x1ekey, please"))
    assert (ends_with_reason(sent), closed) == (3, True)


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1\r\n",
        b"SSH-1.5-old\r\n",
        b"x" * 300,
        HELLO + b"\xff\xff\xff\xff\4",
        HELLO + b"\0\0\0\4\4",
        HELLO + b"\0\0\0\x0c\x0c",
    ],
)
def test_what_is_no_ssh_is_told_so(stream: bytes) -> None:
    sent, closed = told(apps.SshGreeting(), stream)
    assert (ends_with_reason(sent), closed) == (2, True)


@pytest.fixture(params=["loopback", "kernel", "model"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Host, Host, int]]:
    """A server that greets, a client to run programs in, and the port."""
    if request.param != "loopback":
        needs("kernel")
    with Lab("loopback" if request.param == "loopback" else "kernel") as lab:
        server = lab.host("server", world="model" if request.param == "model" else None)
        port = 0 if request.param == "loopback" else 22
        yield server, lab.host("client"), server.listen(port, apps.SshGreeting()).port


def said(client: Host, command: list[str]) -> str:
    """What a program writes to its user, wherever."""
    if isinstance(client, KernelHost):
        printed = client.run(command, timeout=60)
        return printed.raw.decode() + printed.stderr
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return done.stdout + done.stderr


def test_ssh_keyscan_reads_the_greeting(place: tuple[Host, Host, int]) -> None:
    needs("ssh-keyscan")
    server, client, port = place
    shown = said(client, ["ssh-keyscan", "-T", "20", "-p", str(port), server.addresses[0]])
    assert VERSION in shown
    assert "this is portlab, which greets and has no keys" in shown


def test_ssh_chooses_from_what_it_offers(place: tuple[Host, Host, int]) -> None:
    """It gets as far as the key exchange, so both the greeting and the lists were understood."""
    needs("ssh-keyscan")  # and ssh comes with it
    server, client, port = place
    options = ["-F", "none", "-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null"]
    shown = said(client, ["ssh", "-v", *options, "-p", str(port), f"x@{server.addresses[0]}"])
    assert "remote software version portlab_1.0" in shown
    assert "kex: host key algorithm: ssh-ed25519" in shown
    assert "this is portlab, which greets and has no keys" in shown


# ---- VNC (RFC 6143 7.1)


def test_vnc_asks_for_a_password_and_takes_none() -> None:
    greeting = b"RFB 003.008\n"
    assert told(apps.VncGreeting()) == (greeting, False)
    assert told(apps.VncGreeting(), greeting) == (greeting + b"\1\2", False)
    sent, closed = told(apps.VncGreeting(), greeting, b"\2", b"sixteen bytes.. ")
    answer = sent[len(greeting) + 2 + 16 :]
    assert answer[:4] == b"\0\0\0\1"
    assert int.from_bytes(answer[4:8], "big") == len(answer) - 8
    assert closed


@pytest.mark.parametrize("stream", [b"RFB 003.003\n", b"GET / HTTP/1.1\r\n", b"RFB 003.008\n\1"])
def test_what_vnc_cannot_go_on_with_is_refused_with_a_reason(stream: bytes) -> None:
    sent, closed = told(apps.VncGreeting(), stream)
    assert closed
    assert sent.endswith((b"Only version 3.8 here.", b"That login was not offered."))


@pytest.mark.parametrize(
    ("version", "none"), [("003.003", 4), ("003.005", 4), ("003.007", 1), ("004.001", 4)]
)
def test_vnc_refuses_each_version_in_its_own_way(version: str, none: int) -> None:
    """RFC 6143 appendix A: how many logins there are has 8 bits in 3.7, which one has 32 in 3.3."""
    sent, _ = told(apps.VncGreeting(), f"RFB {version}\n".encode())
    why = b"Only version 3.8 here."
    assert sent == b"RFB 003.008\n" + bytes(none) + len(why).to_bytes(4, "big") + why


def test_nmap_knows_the_greetings() -> None:
    needs("nmap")
    with Lab("loopback") as lab:
        server = lab.host("server")
        ssh, vnc = (server.listen(app=app).port for app in (apps.SshGreeting(), apps.VncGreeting()))
        ports = f"-p{ssh},{vnc}"
        scan = ["nmap", "-sT", "-sV", "--version-intensity", "0", "-n", "-Pn", ports, "127.0.0.1"]
        found = subprocess.run(scan, capture_output=True, text=True, check=True, timeout=120).stdout
    assert "(protocol 2.0)" in found
    assert "VNC (protocol 3.8)" in found
