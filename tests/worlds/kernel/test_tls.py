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

from portlab import Lab, apps, tls
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
