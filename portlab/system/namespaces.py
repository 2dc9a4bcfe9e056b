"""What keeps a Linux from letting a user make a private network, and the remedy."""

import errno
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something cannot be done here, and what would change that."""

    seen: str
    remedy: str


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
