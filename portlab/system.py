"""What this computer says about itself: its folders, its screen, its ports, what it allows.

Everything above the worlds that needs to ask the operating system asks here. Every answer comes
from trying, not from guessing by name or version, and trying leaves nothing behind.
"""

import errno
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from portlab.errors import PortlabError


def user_folder() -> Path:
    """Where portlab keeps what belongs to this user; `PORTLAB_HOME` names another place."""
    if named := os.environ.get("PORTLAB_HOME"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_data_dir("portlab", appauthor=False))


def course_folder() -> Path:
    """Where `portlab lab` puts the learner's copy. Raises PortlabError without a home folder."""
    try:
        return Path.home() / "portlab-course"
    except RuntimeError as error:
        raise PortlabError(
            "This user has no home folder for the course. Name a folder: `portlab lab DIR`."
        ) from error


def is_static() -> bool:
    """Whether what is shown must be the same everywhere, without widgets: `PORTLAB_STATIC=1`.

    Set where outputs are compared or committed.
    """
    return os.environ.get("PORTLAB_STATIC", "") not in ("", "0")


def has_screen() -> bool:
    """Whether a browser window could appear here."""
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def unwritable_because(folder: Path) -> str | None:
    """Why no file can be made in `folder` or, while it is missing, made for it; None if one can."""
    place = folder
    while not place.exists() and place.parent != place:
        place = place.parent
    if not place.is_dir():
        return f"{place} is a file, not a folder"
    try:
        with tempfile.TemporaryFile(dir=place):
            return None
    except OSError as error:
        return f"{place}: {error.strerror or error}"


def write_new_file(path: Path, content: bytes) -> bool:
    """Make `path` with all of `content`, or, if anything has that name, change nothing: False.

    Never leaves half a file. Raises OSError.
    """
    if os.path.lexists(path):
        return False
    with _beside(path, content) as whole:
        try:
            os.link(whole, path)
        except FileExistsError:
            return False
        except OSError:  # a file system without hard links
            if os.path.lexists(path):
                return False
            os.rename(whole, path)
    return True


def replace_file(path: Path, content: bytes) -> None:
    """Give `path` this content in one step: a reader sees the old file or the new one. OSError."""
    with _beside(path, content) as whole:
        os.replace(whole, path)


@contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """A complete file in the same folder, gone afterwards unless it was moved."""
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        whole.write_bytes(content)
        yield whole
    finally:
        whole.unlink(missing_ok=True)


def free_port() -> int:
    """A port that nothing listened on at 127.0.0.1 a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def ephemeral_ports() -> tuple[int, int] | None:
    """First and last port that this system gives to clients; None where it does not say."""
    try:
        if sys.platform.startswith("linux"):
            words = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
            return int(words[0]), int(words[1])
        if sys.platform == "win32":
            said = _output("netsh", "int", "ipv4", "show", "dynamicport", "tcp")
            # The words are translated, the numbers come in this order: start, count.
            first, count = (int(line.split(":")[1]) for line in said.splitlines() if ":" in line)
            return first, first + count - 1
        names = [f"net.inet.ip.portrange.{end}" for end in ("first", "last")]
        first, last = map(int, _output("sysctl", "-n", *names).split())
        return first, last
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something cannot be done here, and what would change that."""

    seen: str
    remedy: str


# Runs in a child of its own, so that namespace and device are gone with it. The numbers are
# CLONE_NEWUSER, CLONE_NEWNET (sched.h) and TUNSETIFF, IFF_TUN | IFF_NO_PI (if_tun.h).
_TRY_NAMESPACES = """
import ctypes, fcntl, os, struct
libc = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWNET = 0x10000000, 0x40000000
uid, gid = os.getuid(), os.getgid()
def say(step, number):
    print(step, number, flush=True)
    os._exit(0)
def write(path, text):
    with open(path, "w") as file:
        file.write(text)
if libc.unshare(NEWNET) != 0:
    if libc.unshare(NEWUSER) != 0:
        say("user", ctypes.get_errno())
    try:
        write("/proc/self/setgroups", "deny")
        write("/proc/self/uid_map", f"0 {uid} 1")
        write("/proc/self/gid_map", f"0 {gid} 1")
    except OSError as error:
        say("map", error.errno)
    if libc.unshare(NEWNET) != 0:
        say("net", ctypes.get_errno())
try:
    tun = os.open("/dev/net/tun", os.O_RDWR)
except OSError as error:
    say("open", error.errno)
try:
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"portlab0", 0x1001))
except OSError as error:
    say("device", error.errno)
say("done", 0)
"""


def namespaces_fail_because() -> Obstacle | None:
    """What keeps this Linux from making a private network with a TUN device; None if nothing."""
    try:
        step, number = _output(sys.executable, "-I", "-c", _TRY_NAMESPACES).split()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Obstacle(f"the attempt ended early: {error}", "Not needed: use the model world.")
    why = os.strerror(int(number))
    if step == "done":
        return None
    if step == "open" and int(number) in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return Obstacle(
            f"/dev/net/tun: {why}",
            "`sudo modprobe tun`; a container needs `--device /dev/net/tun`.",
        )
    if step == "open":
        return Obstacle(
            f"/dev/net/tun: {why}",
            "`sudo chmod 0666 /dev/net/tun`; a container needs `--device /dev/net/tun`.",
        )
    return Obstacle(f"user namespaces: {why}", _namespace_remedy())


def _namespace_remedy() -> str:
    """The switch that is off on this very system, if one is; else it is the container's doing."""
    for name, closed, opened in (
        ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),  # Ubuntu 23.10 and later
        ("kernel.unprivileged_userns_clone", "0", "1"),  # older Debian, hardened kernels
        ("user.max_user_namespaces", "0", "10000"),  # older RHEL
        ("user.max_net_namespaces", "0", "10000"),
    ):
        try:
            value = Path("/proc/sys", *name.split(".")).read_text().strip()
        except OSError:
            continue
        if value == closed:
            return f"`sudo sysctl -w {name}={opened}` allows them until the next start."
    return (
        "Nothing in the system's settings forbids them, so a container or sandbox around this "
        "session does: run portlab outside it, or with `--security-opt seccomp=unconfined`."
    )
