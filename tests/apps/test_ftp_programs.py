"""The file server, as ftplib and curl see it."""

import ftplib
import io
import subprocess
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from portlab import Lab, apps
from portlab.apps.store import FILES, USERS
from portlab.host import Host
from portlab.worlds.kernel.host import KernelHost
from tests.apps.ftp_talking import BYTES, LINES
from tests.requires import needs


@pytest.fixture
def lab(world: str) -> Iterator[Lab]:
    with Lab(world) as lab:
        yield lab


@pytest.fixture(params=["loopback", "kernel"])
def world(request: pytest.FixtureRequest) -> str:
    if request.param == "kernel":
        needs("kernel")
    return str(request.param)


@pytest.fixture
def server(lab: Lab) -> Host:
    return lab.host("server")


@pytest.fixture
def port(lab: Lab, server: Host) -> int:
    return server.listen(
        0 if lab.world == "loopback" else 21, apps.Ftp({**FILES, "/b": BYTES})
    ).port


@pytest.fixture
def inside(lab: Lab, server: Host) -> Iterator[None]:
    """Python's own sockets, in the client's place."""
    client = lab.host("client")
    if isinstance(client, KernelHost):
        with client.inside():
            yield
    else:
        yield


@pytest.mark.parametrize(
    ("world", "version", "passive"),
    [
        ("loopback", 4, True),  # active, ftplib listens at 0.0.0.0, which faces the network
        ("kernel", 4, True),
        ("kernel", 4, False),
        ("kernel", 6, True),
        ("kernel", 6, False),
    ],
    indirect=["world"],
)
def test_ftplib_brings_and_takes(
    inside: None, lab: Lab, server: Host, port: int, passive: bool, version: int
) -> None:
    hosts = [one for one in server.addresses if ip_address(one).version == version]
    with ftplib.FTP(timeout=20) as ftp:
        ftp.connect(hosts[0], port)
        ftp.login("student", USERS["student"])
        ftp.set_pasv(passive)
        assert ftp.nlst() == ["b", "boot", "pub", "readme.txt"]
        ftp.cwd("pub")
        assert ftp.pwd() == "/pub"
        got = io.BytesIO()
        ftp.storbinary("STOR new.bin", io.BytesIO(BYTES))
        ftp.retrbinary("RETR new.bin", got.write)
        assert got.getvalue() == BYTES
        assert ftp.size("new.bin") == len(BYTES)
        rest = io.BytesIO()
        ftp.retrbinary("RETR new.bin", rest.write, rest=len(BYTES) - 10)
        assert rest.getvalue() == BYTES[-10:]
        lines: list[str] = []
        ftp.storlines("STOR new.txt", io.BytesIO(LINES.encode()))
        ftp.retrlines("RETR new.txt", lines.append)
        assert lines == ["one", "two"]
        listed: list[str] = []
        ftp.retrlines("LIST", listed.append)
        assert any(line.startswith("-rw") and line.endswith(" new.bin") for line in listed)
        ftp.delete("new.bin")
        with pytest.raises(ftplib.error_perm, match="550"):
            ftp.size("new.bin")


@pytest.mark.parametrize("way", [["--ftp-pasv"], ["--ftp-port", "-"], ["--disable-epsv"]])
def test_curl_fetches_lists_and_uploads(lab: Lab, server: Host, port: int, way: list[str]) -> None:
    needs("curl")

    def curl(*arguments: str, given: bytes = b"") -> bytes:
        command = ["curl", "-sS", "--noproxy", "*", "-m", "30", *way, *arguments]
        if isinstance(client, KernelHost):
            printed = client.run(command, input=given, timeout=40)
            assert (printed.status, printed.stderr) == (0, "")
            return printed.raw
        return subprocess.run(command, input=given, capture_output=True, check=True).stdout

    client = lab.host("client")
    url = f"ftp://{server.addresses[0]}:{port}"
    assert curl(f"{url}/b") == BYTES
    assert b"readme.txt" in curl(f"{url}/")
    known = ["-u", "student:sesame"]
    curl(*known, "-T", "-", f"{url}/up.bin", given=BYTES[:5000])
    assert curl(*known, f"{url}/up.bin") == BYTES[:5000]
