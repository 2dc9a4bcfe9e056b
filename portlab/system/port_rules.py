"""What this system does with port numbers: which it gives to clients, which it keeps from users.

Read from the system where it says so, and otherwise what its makers document; `read` tells the two
apart, and `source` says where it is from.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from portlab.ports import DYNAMIC, MAX_PORT, PortRange, check_port
from portlab.system.commands import output
from portlab.system.facts import Facts, Line
from portlab.system.session import is_static

EPHEMERAL_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")
UNPRIVILEGED_FILE = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
STATUS_FILE = Path("/proc/self/status")
_WITHOUT_RIGHTS = """
import os, socket, sys
os.setgroups([])
os.setgid(65534)
os.setuid(65534)
with socket.socket() as one:
    try:
        one.bind(("127.0.0.1", int(sys.argv[1])))
    except PermissionError:
        print("refused")
    except OSError:
        print("taken")
    else:
        print("allowed")
"""
"""A program that becomes the user with the fewest rights, and asks for a port on loopback."""
_CAP_NET_BIND_SERVICE = 10  # its bit in linux/capability.h
_NETSH = ("netsh", "int", "ipv4", "show", "dynamicport", "tcp")
_SYSCTL = ("sysctl", "-n", "net.inet.ip.portrange.first", "net.inet.ip.portrange.last")

_DOCUMENTED = {
    "linux": (32768, 60999, "the default of Linux, ip-sysctl in its documentation"),
    "darwin": (49152, MAX_PORT, "the default of macOS"),
    "win32": (49152, MAX_PORT, "the default of Windows since Vista, Microsoft's article 929851"),
}
_OTHERWISE = (DYNAMIC.first, DYNAMIC.last, "what RFC 6335 section 6 keeps for it")


@dataclass(frozen=True, slots=True)
class ClientPorts:
    """The ports that the system gives to clients, which do not ask for one."""

    range: PortRange
    source: str
    read: bool


@dataclass(frozen=True, slots=True)
class LowPorts:
    """`first` is the lowest port on which any user may listen (1: there is none below).

    `exception` is said behind "kept for programs with a right to them".
    """

    first: int
    source: str
    read: bool
    exception: str = ""


def ephemeral_ports() -> ClientPorts:
    """This system's own range, or the documented one where it cannot be read."""
    system = _system()
    ask = {"linux": _linux_range, "darwin": _macos_range, "win32": _windows_range}.get(system)
    try:
        if ask:
            first, last, source = ask()
            return ClientPorts(_ephemeral(first, last), source, True)
    except (OSError, ValueError, IndexError):
        pass
    first, last, source = _DOCUMENTED.get(system, _OTHERWISE)
    return ClientPorts(_ephemeral(first, last), source, False)


def low_ports() -> LowPorts:
    """From which port on every user may listen. Connecting never needs a right, on any system."""
    system = _system()
    if system == "win32":
        return LowPorts(1, "Windows keeps none for administrators", False)
    if system == "darwin":
        return LowPorts(
            1024,
            "what macOS has done since version 10.14",
            False,
            " where they ask for one address; on all addresses at once any program may listen",
        )
    if system != "linux":
        return LowPorts(1024, "what most systems do", False)
    right = ", CAP_NET_BIND_SERVICE, as root's programs have it"
    try:
        # 0 and 1 say the same: nobody can listen on port 0.
        first = max(1, check_port(int(UNPRIVILEGED_FILE.read_text()), zero=True))
        return LowPorts(first, str(UNPRIVILEGED_FILE), True, right)
    except (OSError, ValueError):
        return LowPorts(1024, _DOCUMENTED["linux"][2], False, right)


def has_right_to_low_ports() -> bool:
    """Whether this very program may listen below `low_ports().first`."""
    if _system() == "linux":
        try:
            status = dict(
                line.split(":", 1) for line in STATUS_FILE.read_text().splitlines() if ":" in line
            )
            return bool(int(status["CapEff"], 16) >> _CAP_NET_BIND_SERVICE & 1)
        except (OSError, ValueError, KeyError):
            pass
    return hasattr(os, "geteuid") and os.geteuid() == 0


def refused_without_rights(port: int) -> bool | None:
    """Whether this system refuses a port to a program that has given root's rights away.

    It is tried: a child of this program does so on loopback. None where it cannot be,
    because this program is not root or may not become another user.
    """
    if _system() != "linux" or os.geteuid() != 0:
        return None
    try:
        # What is taken was not refused for want of a right, which Linux looks at first.
        return output(sys.executable, "-I", "-c", _WITHOUT_RIGHTS, str(port)).strip() == "refused"
    except OSError:
        return None


class PortRules(Facts):
    """Both rules beside each other. As a cell's value, or printed, it is a table."""

    def __init__(self, clients: ClientPorts, low: LowPorts, note: str) -> None:
        self.clients = clients
        self.low = low
        self.note = note

    @property
    def lines(self) -> list[Line]:
        clients, low = self.clients, self.low
        return [
            Line(
                "ports for clients",
                f"{clients.range.first} to {clients.range.last}",
                "A client that asks for no port gets one of these "
                f"{len(clients.range):,}. {_origin(clients.source, clients.read)}",
            ),
            Line(
                "listening for all",
                "on every port" if low.first == 1 else f"from port {low.first} on",
                _who(low) + _origin(low.source, low.read),
            ),
            Line("connecting", "to every port", "No system asks for a right to be a client."),
        ]


EXAMPLE = PortRules(
    ClientPorts(PortRange("ephemeral", 32768, 60999), str(EPHEMERAL_FILE), True),
    LowPorts(
        1024, str(UNPRIVILEGED_FILE), True, ", CAP_NET_BIND_SERVICE, as root's programs have it"
    ),
    "This is an example, as a Linux computer shows it. Run the cell to see your own.",
)


def port_rules() -> PortRules:
    """Which ports this computer gives to clients, and which it lets every user listen on.

    Where outputs are stored for others to see (`PORTLAB_STATIC=1`) it is an example, marked as one.
    """
    if is_static():
        return EXAMPLE
    return PortRules(
        ephemeral_ports(), low_ports(), "Nothing was sent or changed to find this out."
    )


def _system() -> str:
    return "linux" if sys.platform.startswith("linux") else sys.platform


def _ephemeral(first: int, last: int) -> PortRange:
    if not 1 <= first <= last <= MAX_PORT:
        raise ValueError(f"{first} to {last} is no range of ports")
    return PortRange("ephemeral", first, last)


def _linux_range() -> tuple[int, int, str]:
    first, last = map(int, EPHEMERAL_FILE.read_text().split())
    return first, last, str(EPHEMERAL_FILE)


def _macos_range() -> tuple[int, int, str]:
    first, last = map(int, output(*_SYSCTL).split())
    return first, last, " ".join(_SYSCTL)


def _windows_range() -> tuple[int, int, str]:
    """The words are translated, the numbers come in this order: start, count."""
    lines = output(*_NETSH).splitlines()
    first, count = (int(line.split(":")[1]) for line in lines if ":" in line)
    return first, first + count - 1, " ".join(_NETSH)


def _who(low: LowPorts) -> str:
    if low.first == 1:
        return "No right is needed to listen on any. "
    return f"Those below are kept for programs with a right to them{low.exception}. "


def _origin(source: str, read: bool) -> str:
    return f"Read from {source}." if read else f"Not read here: this is {source}."
