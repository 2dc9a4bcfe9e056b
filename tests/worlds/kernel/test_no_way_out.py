"""Nothing leaves a kernel lab: every door that leads out of a host is tried.

The targets are this test's own: a server on this computer's loopback, Unix sockets in every place,
and addresses that nobody may reach. What a host is really given is looked at from outside too.
"""

import http.server
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from portlab import Lab
from portlab.errors import AddressError, PortlabError, TimedOut
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

needs("kernel")

PUBLIC = ["8.8.8.8", "192.0.2.1", "169.254.169.254", "2001:4860:4860::8888", "224.0.0.251"]
SO_NETNS_COOKIE = 71


@pytest.fixture
def client() -> Iterator[KernelHost]:
    with Lab("kernel") as lab:
        host = lab.host("client")
        assert isinstance(host, KernelHost)
        yield host


@pytest.fixture
def served() -> Iterator[int]:
    """The port of a web server of this computer, at 127.0.0.1."""
    with http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def cookie(one: socket.socket) -> bytes:
    return one.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)


def python(host: KernelHost, code: str) -> str:
    """What a Python inside the host prints. The tests' own guard is not in it."""
    done = host.run([sys.executable, "-I", "-c", code])
    return done.stdout.strip() or done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_asked_on_our_wire_only(client: KernelHost, address: str) -> None:
    with pytest.raises((TimedOut, AddressError)):
        client.connect(address, 80, timeout=0.05)
    client.udp().send_to(b"secret", address, 53)
    seen = client.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"""
import socket
one = socket.socket(socket.AF_INET6 if ":" in "{address}" else socket.AF_INET)
one.settimeout(0.05)
print(one.connect_ex(("{address}", 80)))
""",
        ]
    )
    assert seen.status == 0
    assert seen.stdout.strip() != "0"


def test_this_computers_loopback_is_not_the_hosts(client: KernelHost, served: int) -> None:
    with socket.create_connection(("127.0.0.1", served)):
        pass  # it is there
    with pytest.raises(PortlabError, match="refused"):
        client.connect("127.0.0.1", served)
    with client.inside(), pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served))
    needs("curl")
    done = client.run(["curl", "-sS", f"http://127.0.0.1:{served}/"])
    assert (done.stdout, done.status) == ("", 7)
    assert "connect" in done.stderr


def test_every_socket_of_a_host_lives_in_its_namespace(client: KernelHost) -> None:
    with socket.socket() as here, client.inside():
        there = socket.socket()
        assert cookie(there) != cookie(here)
        for family, kind in ((socket.AF_INET6, socket.SOCK_DGRAM), (socket.AF_INET, None)):
            made = socket.socket(family, kind) if kind else socket.socket(family)
            assert cookie(made) == cookie(there)
            made.close()
        there.close()


def test_no_socket_of_another_family_is_made_inside(client: KernelHost) -> None:
    with client.inside():
        for name in ("AF_UNIX", "AF_VSOCK", "AF_PACKET", "AF_NETLINK", "AF_CAN"):
            with pytest.raises(AddressError, match="IPv4 and IPv6 only"):
                socket.socket(getattr(socket, name))
        # A pair that talks to itself alone is no way out, and asyncio needs one.
        one, other = socket.socketpair()
        one.send(b"x")
        assert other.recv(1) == b"x"
        one.close()
        other.close()


@pytest.mark.parametrize(
    "name", ["example.com", "router", "localhost.localdomain", "b\u00fccher.de"]
)
def test_no_name_is_looked_up_outside(
    client: KernelHost, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    for function in ("getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(f"_socket.{function}", lambda *args: asked.append(args))
    lookups = (
        lambda: socket.getaddrinfo(name, 80),
        lambda: socket.getaddrinfo(name, 80, socket.AF_INET6),
        lambda: socket.gethostbyname(name),
        lambda: socket.gethostbyname_ex(name),
        lambda: socket.gethostbyaddr(name),
        lambda: socket.create_connection((name, 80)),
        lambda: socket.socket().connect((name, 80)),
        lambda: socket.socket().connect_ex((name, 80)),
        lambda: socket.socket().bind((name, 80)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", (name, 53)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"", 0, (name, 53)),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendmsg([b""], [], 0, (name, 53)),
    )
    with client.inside():
        for lookup in lookups:
            with pytest.raises(AddressError, match="no name server"):
                lookup()
        with pytest.raises(AddressError, match="nobody else is asked"):
            socket.gethostbyaddr("192.0.2.1")
    assert asked == []
    with pytest.raises(AddressError):
        client.connect(name, 80)


def test_programs_know_the_labs_names_and_no_others(client: KernelHost) -> None:
    assert client.run(["getent", "hosts", "client"]).stdout.split()[1] == "client"
    for name in ("example.com", socket.gethostname()):
        assert client.run(["getent", "ahosts", name]).stdout == ""
    needs("curl")
    done = client.run(["curl", "-sS", "http://example.com/"])
    assert "resolve" in done.stderr


@pytest.mark.parametrize("place", ["/run", "/tmp", str(Path.home())])
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_no_unix_socket_can_be_reached(
    client: KernelHost, place: str, kind: socket.SocketKind
) -> None:
    """Not in /run, which is empty inside, nor where the path can be seen, nor an abstract one."""
    try:
        folder = tempfile.mkdtemp(dir=place, prefix="portlab-test-")
    except PermissionError:
        return  # then nobody but an administrator has sockets there
    path = os.path.join(folder, "socket")
    try:
        with (
            socket.socket(socket.AF_UNIX, kind) as mine,
            socket.socket(socket.AF_UNIX, kind) as hid,
        ):
            mine.bind(path)
            hid.bind(f"\0{path}")
            if kind == socket.SOCK_STREAM:
                mine.listen()
                hid.listen()
            for address in (path, f"\\0{path}"):
                for make in (
                    f"socket.socket(socket.AF_UNIX, {int(kind)})",
                    f"socket.socketpair(socket.AF_UNIX, {int(kind)})[0]",
                ):
                    code = f"import socket; {make}.connect({address!r}); print('out')"
                    said = python(client, code)
                    assert "out" not in said.split()
                    assert "Error" in said
            needs("curl")
            done = client.run(["curl", "-sS", "--unix-socket", path, "http://out/"])
            assert done.status != 0
            mine.setblocking(False)
            with pytest.raises(BlockingIOError):
                mine.accept() if kind == socket.SOCK_STREAM else mine.recv(1)
    finally:
        os.unlink(path)
        os.rmdir(folder)


def test_run_is_empty_and_processes_are_hidden(client: KernelHost) -> None:
    inside = client.run(["ls", "/run"]).stdout.split()
    assert sorted(inside) == ["gai.conf", "hosts", "nsswitch.conf", "resolv.conf"]
    numbers = [name for name in os.listdir("/proc") if name.isdecimal()]
    seen = python(client, "import os; print([n for n in os.listdir('/proc') if n.isdecimal()])")
    assert len(numbers) > 3
    assert eval(seen) == ["1", "2"]


def test_an_environment_that_names_ways_out_is_left_behind(
    client: KernelHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "SSH_AUTH_SOCK", "DOCKER_HOST", "DBUS_SESSION_BUS_ADDRESS"):
        monkeypatch.setenv(name, "127.0.0.1:1")
    said = client.run(["env"]).stdout
    assert "127.0.0.1:1" not in said
    assert f"PATH={os.environ['PATH']}" in said


def test_two_labs_cannot_reach_each_other() -> None:
    with Lab("kernel") as one, Lab("kernel") as other:
        server = one.host("server")
        server.listen(80)
        lost, client = other.hosts("lost", "client")
        assert lost.addresses == server.addresses
        with pytest.raises(PortlabError, match="refused"):
            client.connect(server.addresses[0], 80)
        assert len(one.trace) == 0


def test_the_computer_has_no_interface_more() -> None:
    before = socket.if_nameindex()
    with Lab("kernel") as lab:
        lab.hosts("server", "client")
        assert socket.if_nameindex() == before
