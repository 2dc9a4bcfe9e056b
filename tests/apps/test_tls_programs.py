"""TLS as programs see it that nobody here wrote: http.client, urllib, curl, tshark on the line."""

import http.client
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portlab import Lab, apps, run, save, tls
from tests.apps.tls_client import AUTHORITY, CERTIFICATE, PAGE
from tests.requires import needs


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with Lab("loopback") as lab:
        yield lab.host("server").listen(app=apps.Tls(apps.Http(), CERTIFICATE)).port


def test_http_client_and_urllib_fetch_a_page(port: int) -> None:
    context = ssl.create_default_context(cadata=AUTHORITY.pem)
    connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
    for _ in range(2):
        connection.request("GET", "/hello.txt")
        assert connection.getresponse().read() == b"Hello!\n"
    connection.close()
    url = f"https://127.0.0.1:{port}/long.txt"
    with urllib.request.urlopen(url, timeout=10, context=context) as response:
        assert response.read().count(b"\n") == 1000


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_curl_fetches_a_page_with_either_version(port: int, version: str, tmp_path: Path) -> None:
    printed = curl(
        tmp_path, AUTHORITY, "-v", f"--tlsv{version}", "--tls-max", version,
        "--resolve", f"server:{port}:127.0.0.1", f"https://server:{port}/hello.txt",
    )  # fmt: skip
    assert printed.returncode == 0
    assert printed.stdout == "Hello!\n"
    assert f"SSL connection using TLSv{version}" in printed.stderr


def test_curl_refuses_what_it_should(port: int, tmp_path: Path) -> None:
    """60 is curl's code for a certificate that it does not accept, 35 for what is no TLS."""
    unknown = curl(tmp_path, apps.Authority(), f"https://127.0.0.1:{port}/")
    assert unknown.returncode == 60
    other = curl(
        tmp_path, AUTHORITY, "--resolve", f"other:{port}:127.0.0.1", f"https://other:{port}/"
    )
    assert other.returncode == 60
    with Lab("loopback") as lab:
        plain = lab.host("server").listen(app=apps.Http()).port
        assert curl(tmp_path, AUTHORITY, f"https://127.0.0.1:{plain}/").returncode == 35
    spoken_in_the_clear = curl(tmp_path, AUTHORITY, f"http://127.0.0.1:{port}/")
    assert spoken_in_the_clear.returncode != 0


def curl(folder: Path, trusts: apps.Authority, *arguments: str) -> subprocess.CompletedProcess[str]:
    needs("curl")
    file = folder / "authority.pem"
    file.write_text(trusts.pem)
    command = ["curl", "-sS", "--max-time", "20", "--cacert", str(file), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_tshark_reads_the_name_that_is_asked_for_and_not_the_page(tmp_path: Path) -> None:
    needs("tshark")

    def fetch(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(443, apps.Tls(apps.Http(), CERTIFICATE))
        with tls(client.connect(server, 443), AUTHORITY, "server") as secure:
            secure.send(PAGE)
            secure.receive_until(b"Hello!\n")

    file = tmp_path / "page.pcapng"
    save(run(fetch, seed=1), file)
    kinds = tshark(file, "tls.handshake.type").split()
    assert kinds == ["1", "2"], "ClientHello and ServerHello; the rest of it is enciphered"
    assert tshark(file, "tls.handshake.extensions_server_name").split() == ["server"]
    assert tshark(file, "http.request.method").split() == []
    # handshake 22, change of cipher 20, and from then on application data 23
    assert set(",".join(tshark(file, "tls.record.content_type").split()).split(",")) == {"22", "20"}
    assert "23" in tshark(file, "tls.record.opaque_type")


def tshark(file: Path, field: str) -> str:
    command = ["tshark", "-n", "-r", str(file), "-T", "fields", "-e", field]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout
