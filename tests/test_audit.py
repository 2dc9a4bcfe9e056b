"""Trying to break out: each attempt in a process of its own, guarded as a notebook's kernel is."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import audit
from tests.requires import needs

Guarded = Callable[..., subprocess.CompletedProcess[str]]

# 192.0.2.0/24 and 2001:db8::/32 are for documentation (RFC 5737, RFC 3849): nobody is there.
BREAKOUTS = {
    "connect": "socket.socket().connect(('192.0.2.1', 80))",
    "connect over IPv6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "connect_ex": "socket.socket().connect_ex(('192.0.2.1', 80))",
    "a neighbour": "socket.socket().connect(('10.0.0.1', 80))",
    "create_connection": "socket.create_connection(('192.0.2.1', 80), timeout=1)",
    "sendto": "udp.sendto(b'x', ('192.0.2.1', 9))",
    "sendto with flags": "udp.sendto(b'x', 0, ('192.0.2.1', 9))",
    "broadcast": "udp.sendto(b'x', ('<broadcast>', 9))",
    "multicast": "udp.sendto(b'x', ('224.0.0.1', 9))",
    "sendmsg": "udp.sendmsg([b'x'], [], 0, ('192.0.2.1', 9))",
    "UDP connect": "udp.connect(('192.0.2.1', 9))",
    "bind to all": "socket.socket().bind(('0.0.0.0', 0))",
    "bind to all, unnamed": "socket.socket().bind(('', 0))",
    "bind to all over IPv6": "socket.socket(socket.AF_INET6).bind(('::', 0))",
    "getaddrinfo": "socket.getaddrinfo('portlab.invalid', 80)",
    "gethostbyname": "socket.gethostbyname('portlab.invalid')",
    "gethostbyaddr": "socket.gethostbyaddr('192.0.2.1')",
    "getnameinfo": "socket.getnameinfo(('192.0.2.1', 80), 0)",
    "a name in connect": "socket.socket().connect(('portlab.invalid', 80))",
    "a name in bind": "socket.socket().bind(('portlab.invalid', 0))",
    "a name in sendto": "udp.sendto(b'x', ('portlab.invalid', 9))",
    "a library": "import urllib.request as r; r.urlopen('http://192.0.2.1/', timeout=1)",
}

STAYING_HERE = {
    "a TCP conversation": """
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
client.sendall(b"x")
assert listener.accept()[0].recv(1) == b"x"
""",
    "UDP on localhost": """
udp.bind(("localhost", 0))
udp.sendto(b"x", udp.getsockname())
assert udp.recv(1) == b"x"
udp.connect(udp.getsockname())
udp.sendmsg([b"y"])
""",
    "a lookup of localhost": "socket.getaddrinfo('localhost', 80)",
    "a number, which nobody is asked for": "socket.getaddrinfo('192.0.2.1', 80)",
    "a Unix socket pair": "a, b = socket.socketpair(); a.send(b'x')",
}


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    def run(code: str, **more: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, **audit.environment(tmp_path / "refused.log"), **more}
        start = "import contextlib, socket, sys\n"
        start += "udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        return subprocess.run(
            [sys.executable, "-c", start + code],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.mark.parametrize("code", BREAKOUTS.values(), ids=BREAKOUTS)
def test_nothing_leaves_this_computer(code: str, guarded: Guarded, tmp_path: Path) -> None:
    run = guarded(code)
    assert "LeftTheComputer" in run.stderr
    assert "would leave this computer" in (tmp_path / "refused.log").read_text()


@pytest.mark.parametrize("code", STAYING_HERE.values(), ids=STAYING_HERE)
def test_this_computer_may_be_reached(code: str, guarded: Guarded, tmp_path: Path) -> None:
    run = guarded(code)
    assert run.returncode == 0, run.stderr
    assert not (tmp_path / "refused.log").exists()


def test_a_packet_socket_may_listen_on_loopback_and_nowhere_else(guarded: Guarded) -> None:
    needs("sniffing")
    tap = "tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)\n"
    assert guarded(tap + "tap.bind(('lo', 3))").returncode == 0
    assert "LeftTheComputer" in guarded(tap + "tap.bind(('eth0', 3))").stderr
    assert "LeftTheComputer" in guarded(tap + "tap.sendto(bytes(60), ('lo', 3))").stderr


def test_a_refusal_that_is_swallowed_is_written_down(guarded: Guarded, tmp_path: Path) -> None:
    run = guarded("with contextlib.suppress(Exception): udp.connect(('192.0.2.1', 9))")
    assert run.returncode == 0
    assert "192.0.2.1" in (tmp_path / "refused.log").read_text()


def test_nothing_is_sent_before_the_refusal(guarded: Guarded) -> None:
    """A datagram that was sent would have bound its socket to a port."""
    run = guarded(
        "with contextlib.suppress(RuntimeError): udp.connect(('192.0.2.1', 9))\n"
        "with contextlib.suppress(RuntimeError): udp.sendto(b'x', ('192.0.2.1', 9))\n"
        "try: print('port', udp.getsockname()[1])\n"
        "except OSError: print('port 0')  # so says Windows"
    )
    assert run.stdout.strip() == "port 0"


def test_a_lab_of_the_kernel_may_talk_inside(guarded: Guarded) -> None:
    """Another network namespace is told by its cookie; names and addresses there are its own."""
    needs("kernel")
    run = guarded(
        "import ctypes\n"
        "libc = ctypes.CDLL(None)\n"
        "assert not libc.unshare(0x40000000) or not libc.unshare(0x50000000)\n"
        "inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        "inside.bind(('0.0.0.0', 0))\n"
        "try: inside.sendto(b'x', ('192.0.2.1', 9))\n"
        "except OSError as error: print('the kernel says', error.strerror)\n"
        "udp.sendto(b'x', ('192.0.2.1', 9))"
    )
    assert "the kernel says Network is unreachable" in run.stdout
    assert "LeftTheComputer" in run.stderr, "the socket made before still faces the network"


def test_hosts_of_a_lab_talk_and_this_computer_still_does_not(guarded: Guarded) -> None:
    """The same address means a host inside, and a neighbour of this computer outside."""
    needs("kernel")
    run = guarded(
        "from portlab import Lab, apps\n"
        "with Lab('kernel') as lab:\n"
        "    server, client = lab.hosts('server', 'client')\n"
        "    server.listen(7, apps.Echo())\n"
        "    with client.connect('10.0.0.1', 7) as connection:\n"
        "        connection.send(b'x')\n"
        "        print(connection.receive())\n"
        "    with client.inside(), socket.create_connection(('server', 7)) as one:\n"
        "        one.sendall(b'y')\n"
        "        print(one.recv(1))\n"
        "    print('and now outside', flush=True)\n"
        "    socket.socket().connect(('10.0.0.1', 7))\n"
    )
    assert run.stdout == "b'x'\nb'y'\nand now outside\n"
    assert "LeftTheComputer: socket.connect to ('10.0.0.1', 7)" in run.stderr


def test_this_very_process_is_guarded() -> None:
    with socket.socket() as sock, pytest.raises(audit.LeftTheComputer):
        sock.bind(("0.0.0.0", 0))
    log = Path(os.environ[audit.LOG])
    assert "0.0.0.0" in log.read_text()
    log.unlink()  # else this test would fail for what it did, as any other test would


def test_a_sitecustomize_of_the_computer_still_runs(guarded: Guarded, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "sitecustomize.py").write_text("print('theirs', __file__)")
    path = os.pathsep.join([str(audit.SITE), str(tmp_path / "theirs")])
    run = guarded("import sitecustomize; udp.connect(('192.0.2.1', 9))", PYTHONPATH=path)
    assert run.stdout.count("theirs") == 2, run.stdout
    assert "LeftTheComputer" in run.stderr
