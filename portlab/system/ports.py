"""Ports of this computer: one that is free, and those that the system gives to clients."""

import socket
import sys
from pathlib import Path

from portlab.system.commands import output


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
            said = output("netsh", "int", "ipv4", "show", "dynamicport", "tcp")
            # The words are translated, the numbers come in this order: start, count.
            first, count = (int(line.split(":")[1]) for line in said.splitlines() if ":" in line)
            return first, first + count - 1
        names = [f"net.inet.ip.portrange.{end}" for end in ("first", "last")]
        first, last = map(int, output("sysctl", "-n", *names).split())
        return first, last
    except (OSError, ValueError, IndexError):
        return None
