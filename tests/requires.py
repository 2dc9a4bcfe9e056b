"""What a test needs from this computer, asked in one place.

`needs("kernel")` skips with a reason where the thing is missing, and fails instead where the
environment variable PORTLAB_REQUIRE names it (`PORTLAB_REQUIRE=kernel,browser,tshark`), so that
a machine which should have everything cannot quietly test less.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
_BROWSERS_ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)

# In a process of its own: a network namespace, if need be behind a user namespace, and a TUN
# device in it. The numbers are CLONE_NEWUSER, CLONE_NEWNET, TUNSETIFF, IFF_TUN | IFF_NO_PI.
_KERNEL_PROBE = """
import ctypes, fcntl, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.unshare(0x40000000) and libc.unshare(0x10000000 | 0x40000000):
    sys.exit("no network namespace: " + os.strerror(ctypes.get_errno()))
try:
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, 0x400454CA, struct.pack("16sH22x", b"probe0", 0x1001))
except OSError as error:
    sys.exit(f"no TUN device: {error}")
"""


def needs(what: str) -> None:
    """Go on only where this computer has `what`: a key of _PROBES.

    Who requires `kernel` requires `kernel-for-everybody` too.
    """
    why_not = _PROBES[what]()
    if why_not is None:
        return
    message = f"{what} is not here: {why_not}"
    required = os.environ.get("PORTLAB_REQUIRE", "").replace(" ", "").split(",")
    if {what, what.partition("-")[0]} & set(required):
        pytest.fail(f"{message} (and PORTLAB_REQUIRE asks for it)", pytrace=False)
    pytest.skip(message, allow_module_level=True)


@cache
def browser() -> str | None:
    """The path of a Chromium or a relative of it, or None."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return found
    return next((path for path in _BROWSERS_ELSEWHERE if Path(path).exists()), None)


@cache
def _no_kernel() -> str | None:
    if not sys.platform.startswith("linux"):
        return f"this is {sys.platform}, network namespaces are Linux"
    probe = subprocess.run(
        [sys.executable, "-I", "-c", _KERNEL_PROBE], capture_output=True, text=True, check=False
    )
    return probe.stderr.strip() or "the probe failed" if probe.returncode else None


def _not_for_everybody() -> str | None:
    """Whether only root may have a TUN device; udev opens it to all, a container may not."""
    if closed := _no_kernel():
        return closed
    mode = Path("/dev/net/tun").stat().st_mode
    return (
        None
        if mode & 0o006 == 0o006
        else "/dev/net/tun is closed to ordinary users (chmod 0666 opens it)"
    )


def _no_browser() -> str | None:
    return None if browser() else "no Chromium, Chrome or Edge was found"


def _no(program: str) -> str | None:
    return None if shutil.which(program) else f"no {program} on the path"


def _no_nc() -> str | None:
    """OpenBSD's, which ends the stream when its input ends (-N); others have other options."""
    if shutil.which("nc") is None:
        return "no nc on the path"
    said = subprocess.run(["nc", "-h"], capture_output=True, text=True, check=False, timeout=20)
    return None if "OpenBSD" in said.stdout + said.stderr else "nc is not OpenBSD's"


def _no_sniffing() -> str | None:
    if not sys.platform.startswith("linux"):
        return f"this is {sys.platform}, portlab captures loopback on Linux"
    try:
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0).close()
    except OSError as error:
        return f"no packet socket: {error.strerror}"
    return None


def _no_ipv6() -> str | None:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError as error:
        return f"::1 cannot be used: {error.strerror or error}"
    return None


def _no_usual_ports() -> str | None:
    """Whether Linux lends and keeps the ports that it comes with, as claims and questions say."""
    folder = Path("/proc/sys/net/ipv4")
    for name, usual in (
        ("ip_local_port_range", "32768 60999"),
        ("ip_unprivileged_port_start", "1024"),
    ):
        if not (folder / name).exists():
            return f"there is no {folder / name}"
        if (found := " ".join((folder / name).read_text().split())) != usual:
            return f"{name} is {found}, and usual is {usual}"
    return None


def _no_root() -> str | None:
    return None if hasattr(os, "geteuid") and os.geteuid() == 0 else "this is an ordinary user"


_PROGRAMS = (
    "tshark", "ip", "ss", "curl", "dig", "nmap", "tftp", "telnet", "ssh-keyscan", "busybox",
    "logger", "snmpget", "radclient", "nft",
)  # fmt: skip
_PROBES: dict[str, Callable[[], str | None]] = {
    "kernel": _no_kernel,
    "kernel-for-everybody": _not_for_everybody,
    "browser": _no_browser,
    "ipv6": _no_ipv6,
    "nc": _no_nc,
    "sniffing": _no_sniffing,
    "usual-ports": _no_usual_ports,
    "root": _no_root,
    **{program: partial(_no, program) for program in _PROGRAMS},
}
