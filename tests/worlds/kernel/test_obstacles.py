"""Where there can be no kernel world, one line says what is missing and what to type."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portlab import Lab
from portlab.errors import WorldError
from portlab.worlds.kernel.channel import obstacle
from tests.requires import needs
from tests.worlds.left_behind import belongings, left_behind

ROOT = Path(__file__).parents[3]

REFUSING_HELPER = """
import marshal, socket
def main(descriptor):
    channel = socket.socket(fileno=int(descriptor))
    socket.send_fds(channel, [marshal.dumps({{"refused": [{step!r}, {number}]}})], [])
"""


def refusing(folder: Path, step: str, number: int) -> Path:
    """A helper that says: the system refused this step with this errno."""
    helper = folder / "refusing_helper.py"
    helper.write_text(REFUSING_HELPER.format(step=step, number=number))
    return helper


def test_nothing_is_in_the_way_where_the_kernel_tests_can_run() -> None:
    """`needs` asks with a probe of its own: the two must agree."""
    needs("kernel")
    assert obstacle() is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its helper runs on Linux")
@pytest.mark.parametrize(
    ("step", "number", "seen", "remedy"),
    [
        ("open", errno.ENOENT, "/dev/net/tun: No such file", "modprobe tun"),
        ("open", errno.EACCES, "/dev/net/tun: Permission denied", "chmod 0666 /dev/net/tun"),
        ("open", errno.EPERM, "/dev/net/tun: Operation not permitted", "--device /dev/net/tun"),
        ("user", errno.EPERM, "user namespaces: Operation not permitted", "portlab outside it"),
        ("user", errno.ENOSPC, "user namespaces: No space left", "portlab outside it"),
        ("map", errno.EPERM, "user namespaces: Operation not permitted", "portlab outside it"),
        ("device", errno.EPERM, "user namespaces: Operation not permitted", "portlab outside it"),
    ],
)
def test_each_obstacle_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str, number: int, seen: str, remedy: str
) -> None:
    monkeypatch.setattr("portlab.worlds.kernel.channel.HELPER", refusing(tmp_path, step, number))
    before = belongings()
    with pytest.raises(WorldError) as refused:
        Lab("kernel")
    message = str(refused.value)
    assert message.startswith(f"The kernel world cannot run here ({seen}")
    assert remedy in message
    assert message.endswith("Or use world='model', where every packet is seen too.")
    assert "\n" not in message
    del refused
    assert not left_behind(before)


@pytest.mark.parametrize("platform", ["darwin", "win32", "emscripten"])
def test_elsewhere_than_on_linux_it_says_so(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr("portlab.worlds.kernel.world.sys.platform", platform)
    with pytest.raises(WorldError, match=f"Linux's own TCP/IP, and this is {platform}"):
        Lab("kernel")


def where_root_forbids(limits: str, script: str, *around: str) -> tuple[str, str]:
    """Run a script as the root of a user namespace who has set limits for all below it.

    `around` is a command that runs what follows it.
    """
    needs("kernel")
    set_limits = "".join(f"echo 0 > /proc/sys/user/{limit}; " for limit in limits.split())
    root = ["unshare", "--user", "--map-root-user", "sh", "-c", f'{set_limits} exec "$@"', "sh"]
    done = subprocess.run(
        [*around, *root, sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=os.environ.copy(),
    )
    return done.stdout, done.stderr


def test_a_system_that_gives_no_namespaces_is_believed() -> None:
    said, complained = where_root_forbids(
        "max_user_namespaces max_net_namespaces",
        "from portlab import Lab\nfrom portlab.errors import WorldError\n"
        "try: Lab('kernel')\nexcept WorldError as error: print(error)",
    )
    assert complained == ""
    (line,) = said.splitlines()
    assert "user namespaces: No space left on device" in line
    assert "`sudo sysctl -w user.max_user_namespaces=10000`" in line


def test_root_goes_without_a_user_namespace_where_that_is_refused() -> None:
    """As in a container that allows root network namespaces, and nobody user namespaces."""
    assert where_root_forbids(
        "max_user_namespaces",
        "from portlab import Lab, apps\n"
        "with Lab('kernel') as lab:\n"
        "    server, client = lab.hosts('server', 'client')\n"
        "    server.listen(80, apps.Echo())\n"
        "    client.connect(server, 80)\n"
        "    print(server.run(['cat', '/etc/hosts']).stdout.split()[-1])\n",
    ) == ("client\n", "")


@pytest.mark.parametrize(
    ("limits", "said"),
    [("max_user_namespaces", "mount: Operation not permitted"), ("", "well")],
)
def test_root_runs_no_program_that_would_see_this_computers_processes(
    limits: str, said: str
) -> None:
    """As in a container that hides parts of /proc: the kernel gives nobody in it a /proc anew."""
    hide = 'mount -t tmpfs none /proc/fs && exec "$@"'
    around = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", hide, "sh"]
    printed, complained = where_root_forbids(
        limits,
        "from portlab import Lab\nfrom portlab.errors import WorldError\n"
        "with Lab('kernel') as lab:\n"
        "    try: print(lab.host('one').run(['echo', 'well']))\n"
        "    except WorldError as error: print(error)\n",
        *around,
    )
    assert complained == ""
    assert said in printed
