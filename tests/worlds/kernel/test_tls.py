"""TLS between hosts on Linux's TCP: Python's own clients inside a host, curl as a program of it,
and a server of the standard library that portlab's client calls. So too with dig and DNS."""

import http.client
import http.server
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portlab import Lab, Link, apps, ask_for_address, lookup, run, tls
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

needs("kernel")

AUTHORITY = apps.Authority()


@pytest.fixture
def hosts() -> Iterator[tuple[KernelHost, KernelHost]]:
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        assert isinstance(server, KernelHost)
        assert isinstance(client, KernelHost)
        certificate = AUTHORITY.certificate("server", *server.addresses)
        server.listen(443, apps.Tls(apps.Http(), certificate))
        yield server, client


def test_python_s_clients_fetch_a_page_there(hosts: tuple[KernelHost, KernelHost]) -> None:
    _, client = hosts
    context = ssl.create_default_context(cadata=AUTHORITY.pem)
    with client.inside():
        connection = http.client.HTTPSConnection("server", timeout=10, context=context)
        connection.request("GET", "/hello.txt")
        assert connection.getresponse().read() == b"Hello!\n"
        connection.close()
        for host in ("server", "10.0.0.1", "[fd00::1]"):
            url = f"https://{host}/hello.txt"
            with urllib.request.urlopen(url, timeout=10, context=context) as page:
                assert page.read() == b"Hello!\n"
        stranger = ssl.create_default_context(cadata=apps.Authority().pem)
        connection = http.client.HTTPSConnection("server", timeout=10, context=stranger)
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.request("GET", "/hello.txt")


def test_curl_is_a_program_of_the_host(hosts: tuple[KernelHost, KernelHost]) -> None:
    needs("curl")
    _, client = hosts
    command = ["curl", "-sS", "--cacert", "/dev/stdin", "https://server/hello.txt"]
    assert client.run(command, input=AUTHORITY.pem.encode()).stdout == "Hello!\n"
    assert client.run(command, input=apps.Authority().pem.encode()).status == 60


def test_portlab_s_client_calls_a_server_of_the_standard_library(
    hosts: tuple[KernelHost, KernelHost], tmp_path: Path
) -> None:
    server, client = hosts
    with server.inside():
        web = http.server.HTTPServer(("", 8443), http.server.BaseHTTPRequestHandler)
    context = AUTHORITY.certificate("server").context()
    web.socket = context.wrap_socket(web.socket, server_side=True)
    thread = threading.Thread(target=web.handle_request)
    thread.start()
    with tls(client.connect(server, 8443), AUTHORITY, "server") as secure:
        secure.send(b"BREW / HTTP/1.0\r\n\r\n")
        assert b"501" in secure.receive_until(b"\r\n")
    thread.join()
    web.server_close()


def test_dig_asks_over_both(hosts: tuple[KernelHost, KernelHost]) -> None:
    needs("dig")
    server, client = hosts
    server.listen(53, apps.Dns())
    server.udp(53, apps.Dns())
    for way, shown in (("+notcp", "(UDP)"), ("+tcp", "(TCP)")):
        printed = client.run(["dig", "@10.0.0.1", way, "www.portlab.example"]).stdout
        assert "status: NOERROR" in printed
        assert "192.0.2.80" in printed
        assert shown in printed


@pytest.mark.parametrize("world", ["model", "kernel"])
def test_from_no_address_to_a_page(world: str) -> None:
    """DHCP tells the laptop its address and its name server, DNS the web server, TLS the page."""

    def morning(lab: Lab) -> bytes:
        router, web = lab.hosts("router", "web")
        here, there = router.addresses[0], web.addresses[0]
        router.udp(67, apps.Dhcp(here, "10.0.0.100", "10.0.0.199", name_servers=[here]))
        router.udp(53, apps.Dns(f"www.school.example. 300 IN A {there}"))
        certificate = AUTHORITY.certificate("www.school.example")
        web.listen(443, apps.Tls(apps.Http(), certificate))
        laptop = lab.host("laptop", ipv4=False)
        lease = ask_for_address(laptop)
        lab.assign(laptop, lease.address)
        (address,) = lookup(laptop, lease.name_servers[0], "www.school.example").values
        with tls(laptop.connect(address, 443), AUTHORITY, "www.school.example") as secure:
            secure.send(b"GET /hello.txt HTTP/1.1\r\nHost: www.school.example\r\n\r\n")
            return secure.receive_until(b"Hello!\n")

    trace = run(morning, world=world)
    assert trace.result.startswith(b"HTTP/1.1 200 OK")
    called = [record for record in trace if record.flags == "SYN"]
    assert [(one.src, one.dst, one.dport) for one in called] == [("10.0.0.100", "10.0.0.2", 443)]


def test_a_line_that_loses_does_not_break_the_locks() -> None:
    with Lab("kernel", seed=3, link=Link(delay=0.001, loss=0.1)) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(443, apps.Tls(apps.Http(), AUTHORITY.certificate("server")))
        with tls(client.connect(server, 443), AUTHORITY, "server", timeout=60) as secure:
            secure.send(b"GET /long.txt HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n")
            assert secure.receive_all(timeout=60).endswith(b"line 1000 of 1000.\n")
