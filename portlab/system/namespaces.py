"""Whether this Linux lets a user make a private network, found out by making one."""

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from portlab.system.commands import output


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something cannot be done here, and what would change that."""

    seen: str
    remedy: str


# Runs in a child of its own, so that namespace and device are gone with it. The numbers are
# CLONE_NEWUSER, CLONE_NEWNET (sched.h) and TUNSETIFF, IFF_TUN | IFF_NO_PI (if_tun.h).
_TRY = """
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
        step, number = output(sys.executable, "-I", "-c", _TRY).split()
    except (OSError, ValueError) as error:
        return Obstacle(f"the attempt ended early: {error}", "Not needed: use the model world.")
    return None if step == "done" else obstacle_at(step, int(number))


def obstacle_at(step: str, number: int) -> Obstacle:
    """What it means that a step towards a private network ended with this errno, and the remedy.

    The steps are `user` and `map` (a user namespace), `net` (a network namespace), `open`
    (/dev/net/tun) and `device` (a TUN device).
    """
    why = os.strerror(number)
    if step == "open" and number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
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
