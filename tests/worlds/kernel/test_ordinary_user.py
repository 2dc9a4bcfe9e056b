"""The kernel world for somebody who is not root, with a Python that everybody can read.

A virtual environment made outside root's home with the system's own Python; the user is `nobody`.
"""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.requires import needs

needs("kernel")

ROOT = Path(__file__).parents[3]
NOBODY = 65_534

STORY = """
import os, socket, urllib.request
from portlab import Lab, apps
with Lab("kernel") as lab:
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    server.udp(53, apps.Echo())
    for address in server.addresses:
        with client.connect(address, 80) as connection:
            connection.send(b"GET / HTTP/1.0\\r\\n\\r\\n")
            assert connection.receive_all().startswith(b"HTTP/1.1 200")
    with client.inside(), urllib.request.urlopen("http://server/", timeout=10) as page:
        assert page.status == 200
    assert client.ping(server) > 0
    ran = server.run(["sh", "-c", "cat /etc/hosts; ls /run"])
    assert "10.0.0.1 server" in ran.stdout, ran
    assert {record.origin for record in lab.trace} == {"captured"}
    print("user", os.getuid(), "serves port", [row.local[1] for row in server.sockets()][0])
"""


@pytest.fixture(scope="module")
def python() -> Iterator[str]:
    """The Python of a virtual environment that an ordinary user can read."""
    system = shutil.which("python3", path="/usr/bin:/usr/local/bin")
    if system is None:
        pytest.fail("no system Python to make an environment with")
    with tempfile.TemporaryDirectory(prefix="portlab-user-") as folder:
        Path(folder).chmod(0o755)
        environment = Path(folder) / "venv"
        made = subprocess.run(
            [system, "-m", "venv", "--without-pip", environment],
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        (packages,) = environment.glob("lib/python3*/site-packages")
        shutil.copytree(ROOT / "portlab", packages / "portlab")
        _copy_what_http_needs(packages)
        yield str(environment / "bin" / "python")


def _copy_what_http_needs(packages: Path) -> None:
    """h11, which is pure Python: apps.Http stands on it."""
    import h11

    shutil.copytree(Path(h11.__file__).parent, packages / "h11")


# A /dev/net of its own for the child alone, so that the computer's device stays as it is.
_WITH_DEVICE = (
    "mount -t tmpfs none /dev/net && mknod -m $0 /dev/net/tun c 10 200 && "
    f'exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups --bounding-set=-all "$@"'
)


def as_nobody(python: str, mode: str, script: str) -> "subprocess.CompletedProcess[str]":
    """Run a script as an ordinary user who finds /dev/net/tun in this mode."""
    run = [python, "-B", "-c", script]
    if os.geteuid() == 0:
        private = ["unshare", "--mount", "--propagation", "private"]
        run = [*private, "sh", "-c", _WITH_DEVICE, mode, *run]
    return subprocess.run(
        run,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        timeout=120,
        env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/nonexistent"},
    )


def test_an_ordinary_user_serves_port_80(python: str) -> None:
    done = as_nobody(python, "666", STORY)
    user = NOBODY if os.geteuid() == 0 else os.getuid()
    assert (done.stdout, done.stderr) == (f"user {user} serves port 80\n", "")


def test_a_closed_device_is_named_with_its_remedy(python: str) -> None:
    """What Lab("kernel") says then is one line, with what to type, and no traceback of ours."""
    if os.geteuid() != 0:
        return  # only root can show an ordinary user a device that is closed
    done = as_nobody(
        python,
        "600",
        "from portlab import Lab\nfrom portlab.errors import WorldError\n"
        "try: Lab('kernel')\nexcept WorldError as error: print(error)",
    )
    assert done.stderr == ""
    (line,) = done.stdout.splitlines()
    assert "/dev/net/tun: Permission denied" in line
    assert "`sudo chmod 0666 /dev/net/tun`" in line
    assert "world='model'" in line


def test_the_environment_is_not_this_one(python: str) -> None:
    assert not python.startswith(sys.prefix)
    assert pwd.getpwuid(NOBODY).pw_name == "nobody"
