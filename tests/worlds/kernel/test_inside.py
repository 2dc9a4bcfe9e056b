"""`with host.inside():` the standard library's clients and servers, unchanged, in a lab's host."""

import _socket
import asyncio
import ftplib
import http.client
import http.server
import smtplib
import socket
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portlab import Lab, apps
from portlab.errors import AddressError, LabError
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs
from tests.worlds.left_behind import belongings, left_behind

needs("kernel")

SO_NETNS_COOKIE = 71


@pytest.fixture
def hosts() -> Iterator[tuple[KernelHost, KernelHost]]:
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        assert isinstance(server, KernelHost)
        assert isinstance(client, KernelHost)
        yield server, client


def cookie(one: socket.socket) -> bytes:
    return one.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)


def as_python_made_it() -> list[Any]:
    names = ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getnameinfo")
    functions = [vars(module)[name] for module in (socket, _socket) for name in names]
    return [
        *functions,
        socket.gethostname,
        _socket.gethostname,
        *sorted(vars(socket.socket).items()),
        threading.Thread.start,
        ThreadPoolExecutor.submit,
    ]


def test_http_client_and_urllib_run_there(hosts: tuple[KernelHost, KernelHost]) -> None:
    server, client = hosts
    server.listen(80, apps.Http())
    with client.inside():
        connection = http.client.HTTPConnection("server", timeout=10)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()
        for host in ("server", "10.0.0.1", "[fd00::1]"):
            with urllib.request.urlopen(f"http://{host}/", timeout=10) as page:
                assert b"portlab" in page.read()


def test_a_server_of_the_standard_library_is_reached_by_a_host(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    server, client = hosts

    class Hello(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"hello from " + self.server.server_name.encode())  # type: ignore[attr-defined]

        def log_message(self, *_: object) -> None: ...

    with server.inside():
        web = http.server.HTTPServer(("", 80), Hello)
    thread = threading.Thread(target=web.handle_request)
    thread.start()
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.receive_all().endswith(b"hello from server")
    thread.join()
    web.server_close()


class Says:
    """An app of two lines: a greeting, and an answer to each line."""

    def __init__(self, name: str, greeting: bytes, answers: dict[bytes, bytes]) -> None:
        self.name = name
        self._greeting = greeting
        self._answers = answers

    def session(self, local: apps.Address, peer: apps.Address) -> "Says":
        return self

    def handle(self, event: apps.Event) -> list[apps.Action]:
        if isinstance(event, apps.Opened):
            return [apps.Send(self._greeting)]
        if isinstance(event, apps.Data):
            word = event.data.split()[0].upper()
            return [apps.Send(self._answers.get(word, b"250 fine\r\n"))]
        return [apps.Close()] if isinstance(event, apps.PeerClosed) else []


def test_smtplib_says_the_hosts_own_name(hosts: tuple[KernelHost, KernelHost]) -> None:
    """It asks for the computer's full name, which would ask a name server elsewhere."""
    server, client = hosts
    server.listen(25, Says("Mail", b"220 server\r\n", {b"QUIT": b"221 bye\r\n"}))
    with client.inside():
        with smtplib.SMTP("server", timeout=10) as mail:
            assert mail.local_hostname == "[10.0.0.2]"
            assert mail.ehlo() == (250, b"fine")
        assert socket.getfqdn() == socket.gethostname() == "client"
        assert socket.gethostbyaddr("fd00::1") == ("server", [], ["fd00::1"])
        assert socket.getnameinfo(("10.0.0.1", 80), socket.NI_NUMERICSERV) == ("server", "80")
        assert socket.getnameinfo(("10.0.0.1", 80), 3)[0] == "10.0.0.1"


def test_ftplib_logs_in(hosts: tuple[KernelHost, KernelHost]) -> None:
    server, client = hosts
    answers = {b"USER": b"331 who\r\n", b"PASS": b"230 in\r\n", b"PWD": b'257 "/"\r\n'}
    server.listen(21, Says("Ftp", b"220 ready\r\n", answers))
    with client.inside(), ftplib.FTP("server", timeout=10) as ftp:
        ftp.login()
        assert ftp.pwd() == "/"


def test_what_python_made_is_there_again(hosts: tuple[KernelHost, KernelHost]) -> None:
    server, client = hosts
    before = as_python_made_it()

    def fail() -> None:
        with server.inside(), client.inside():
            assert as_python_made_it() != before
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert as_python_made_it() == before
    with socket.socket() as here, socket.socket() as again:
        assert type(here) is socket.socket
        assert cookie(here) == cookie(again)


def test_blocks_may_stand_in_each_other(hosts: tuple[KernelHost, KernelHost]) -> None:
    server, client = hosts
    with client.inside():
        outer = socket.socket()
        with server.inside():
            inner = socket.socket()
            with server.inside():
                same = socket.socket()
        after = socket.socket()
    outside = socket.socket()
    places = [cookie(one) for one in (outer, inner, same, after, outside)]
    assert places[0] == places[3]
    assert places[1] == places[2]
    assert len(set(places)) == 3
    for one in (outer, inner, same, after, outside):
        one.close()


def test_threads_do_not_disturb_each_other(hosts: tuple[KernelHost, KernelHost]) -> None:
    """Two are inside different hosts, one is outside, all at once and over and over."""
    found: dict[str, set[bytes]] = {"server": set(), "client": set(), "nowhere": set()}
    barrier = threading.Barrier(3)

    def visit(host: KernelHost | None) -> None:
        barrier.wait()
        for _ in range(25):
            if host is None:
                with socket.socket() as one:
                    found["nowhere"].add(cookie(one))
                continue
            with host.inside(), socket.socket() as one:
                found[host.name].add(cookie(one))

    threads = [threading.Thread(target=visit, args=(host,)) for host in (*hosts, None)]
    before = as_python_made_it()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(places) for places in found.values()] == [1, 1, 1]
    assert len(set.union(*found.values())) == 3
    assert as_python_made_it() == before


def test_asyncio_asks_the_lab_for_names(
    hosts: tuple[KernelHost, KernelHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks names up in a thread of a pool: none may reach this computer's resolver."""
    server, client = hosts
    server.listen(7, apps.Echo())
    asked: list[object] = []
    resolver = _socket.getaddrinfo

    def watched(host: Any, *rest: Any) -> Any:
        asked.append(host)
        return resolver(host, *rest)

    monkeypatch.setattr("_socket.getaddrinfo", watched)

    async def echo(name: str) -> bytes:
        reader, writer = await asyncio.open_connection(name, 7)
        writer.write(b"hello")
        answer = await reader.readexactly(5)
        writer.close()
        await writer.wait_closed()
        return answer

    with client.inside():
        assert asyncio.run(echo("server")) == b"hello"
        with pytest.raises(AddressError, match=r"no host 'example\.com'"):
            asyncio.run(echo("example.com"))
        assert asyncio.run(asyncio.to_thread(socket.gethostname)) == "client"
    assert set(asked) <= {"10.0.0.1", "fd00::1"}


def test_a_server_with_threads_serves_from_the_thread_it_runs_in(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    server, client = hosts

    class Where(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            with socket.socket() as one:
                self.wfile.write(cookie(one))

        def log_message(self, *_: object) -> None: ...

    before = as_python_made_it()
    with server.inside(), socket.socket() as one:
        there = cookie(one)
        web = http.server.ThreadingHTTPServer(("", 80), Where)
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
    with client.inside(), urllib.request.urlopen("http://server/", timeout=10) as page:
        assert page.read() == there
    web.shutdown()
    web.server_close()
    thread.join()
    assert as_python_made_it() == before


def test_a_pool_is_inside_for_what_was_handed_to_it_there(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    server, client = hosts

    def where() -> bytes:
        with socket.socket() as one:
            return cookie(one)

    with ThreadPoolExecutor(1) as old, ThreadPoolExecutor(1) as young:
        old.submit(where).result()
        with client.inside():
            here = where()
            assert old.submit(where).result() == young.submit(where).result() == here
            with server.inside():
                assert young.submit(where).result() == where() != here
        assert old.submit(where).result() == young.submit(where).result() == where()


def test_a_thread_that_was_there_before_stays_outside(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    go, found = threading.Event(), list[bytes]()

    def look() -> None:
        go.wait()
        with socket.socket() as one:
            found.append(cookie(one))

    thread = threading.Thread(target=look)
    thread.start()
    with hosts[1].inside():
        go.set()
        thread.join()
    with socket.socket() as one:
        assert found == [cookie(one)]


def test_a_thread_that_outlives_its_block_stays_inside_and_ends_with_the_lab() -> None:
    before, made = belongings(), as_python_made_it()
    left, closed = threading.Event(), threading.Event()
    heard: list[object] = []

    def try_both_times() -> None:
        left.wait()
        heard.append(socket.gethostbyname("host"))
        with socket.socket() as one:
            heard.append(cookie(one))
        closed.wait()
        for name in ("example.com", "host"):
            try:
                socket.create_connection((name, 80))
            except (AddressError, LabError) as error:
                heard.append(type(error))

    with Lab("kernel") as lab:
        host = lab.host("host")
        assert isinstance(host, KernelHost)
        thread = threading.Thread(target=try_both_times)
        with host.inside(), socket.socket() as one:
            there = cookie(one)
            thread.start()
            with pytest.raises(RuntimeError, match="once"):
                thread.start()
        left.set()
        while len(heard) < 2:
            thread.join(0.01)
            assert thread.is_alive()
    closed.set()
    thread.join()
    assert heard == ["10.0.0.1", there, AddressError, LabError]
    assert as_python_made_it() == made
    assert not left_behind(before)


def test_names_mean_the_labs_hosts_in_both_versions_of_ip(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    _, client = hosts
    with client.inside():
        found = [entry[4][0] for entry in socket.getaddrinfo("server", 80, type=socket.SOCK_STREAM)]
        assert found == ["10.0.0.1", "fd00::1"]
        assert [entry[4] for entry in socket.getaddrinfo("server", "http", socket.AF_INET6, 1)] == [
            ("fd00::1", 80, 0, 0)
        ]
        assert socket.gethostbyname("server") == "10.0.0.1"
        assert socket.gethostbyname("localhost") == "127.0.0.1"
        (passive,) = socket.getaddrinfo(None, 80, socket.AF_INET, 1, 0, socket.AI_PASSIVE)
        assert passive[4] == ("0.0.0.0", 80)
        one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        one.connect(("server", 9))
        assert one.getpeername()[:2] == ("fd00::1", 9)
        one.close()


def test_what_was_made_inside_ends_with_the_lab() -> None:
    before = belongings()
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        assert isinstance(server, KernelHost)
        assert isinstance(client, KernelHost)
        with server.inside():
            listener = socket.create_server(("", 80))
        with client.inside():
            near = socket.create_connection(("server", 80))
        far, _ = listener.accept()
        file = near.makefile("rb")  # keeps a socket open even when it is closed
        assert file.fileno() > 0
    assert {one.fileno() for one in (listener, near, far)} == {-1}
    del file
    assert not left_behind(before)
    with pytest.raises(LabError, match="closed"), client.inside():
        pass
