"""Linux's own packet filter, asked which line of a list matches a packet first.

Each list becomes a chain of nftables in a network namespace of its own, each line a rule that
counts; the packets come in by a TUN device, and the counters tell. Only lines as IOS prints them
are taken, so nothing of portlab's rules is in the answer.
"""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from itertools import islice
from pathlib import Path

from tests.oracle.access_list import Line
from tests.oracle.kernel_host import KernelHost

_CHUNK = 20
"""Lists told at once: who is no root may send only so much in one message."""
_DONE = {"permit": "accept", "deny": "drop"}


def first_matches(lists: Sequence[Sequence[str]], packets: Sequence[bytes]) -> list[int]:
    """For each list and its packet: the place of the line that matched, the last + 1 for none."""
    with KernelHost(address6=None) as host:
        chains = _chains(lists)
        while chunk := list(islice(chains, _CHUNK)):
            _nft(host, "-f", "-", given=_table(*chunk))
        _nft(host, "-f", "-", given=_table(_entrance(len(lists))))
        for raw in packets:
            host.write(raw)
        deadline = time.monotonic() + 20
        while _counted(host)["arrived"] < len(packets):
            assert time.monotonic() < deadline, "packets are missing"
            time.sleep(0.02)
        counted = _counted(host)
    assert counted["arrived"] == len(packets)
    found = []
    for number, lines in enumerate(lists):
        row = [counted[f"c{number}_{place}"] for place in range(len(lines) + 1)]
        assert sum(row) == 1, (lines, row)
        found.append(row.index(1))
    return found


def _table(*parts: str) -> str:
    return "\n".join(["table ip asked {", *parts, "}"])


def _chains(lists: Sequence[Sequence[str]]) -> Iterator[str]:
    """A chain for each list, and a counter for each line and for the deny at the end."""
    for number, lines in enumerate(lists):
        counters = [f"counter c{number}_{place} {{}}" for place in range(len(lines) + 1)]
        rules = []
        for place, text in enumerate(lines):
            line = Line.read(text)
            then = f"counter name c{number}_{place} {_DONE[line.action]}"
            # Linux 6.18 takes whatever bytes a later fragment begins with for ports, unless
            # something has put the fragments together before. Here it is told Cisco's rule.
            first = "ip frag-off & 0x1fff == 0" if line.looks_deeper else ""
            rules.append(f"{first} {_upper(line)} {_deeper(line)} {then}")
            if line.looks_deeper and line.action == "permit":
                rules.append(f"ip frag-off & 0x1fff != 0 {_upper(line)} {then}")
        rules.append(f"counter name c{number}_{len(lines)} drop")
        yield "\n".join([*counters, f"chain list{number} {{", *rules, "}"])


def _entrance(count: int) -> str:
    """Where packets come in: one after the other, and each in turn meets its own list."""
    ways = ", ".join(f"{number} : goto list{number}" for number in range(count))
    return (
        "counter arrived {}\nchain arriving {\ntype filter hook prerouting priority raw;\n"
        f"counter name arrived numgen inc mod {count} vmap {{ {ways} }}\n}}"
    )


def _upper(line: Line) -> str:
    """What the line asks of the IP header."""
    words = [] if line.protocol == "ip" else [f"ip protocol {line.protocol}"]
    for name, network in (("saddr", line.source), ("daddr", line.target)):
        if network != IPv4Network("0.0.0.0/0"):
            words.append(f"ip {name} {network}")
    return " ".join(words)


def _deeper(line: Line) -> str:
    """What it asks of TCP or UDP."""
    words = []
    for name, ports in (("sport", line.sport), ("dport", line.dport)):
        if ports:
            words.append(f"{line.protocol} {name} {ports[0]}-{ports[1]}")
    if line.established:
        words.append("tcp flags & (ack | rst) != 0")
    return " ".join(words)


def _counted(host: KernelHost) -> dict[str, int]:
    told = json.loads(_nft(host, "-j", "list", "counters"))["nftables"]
    return {one["counter"]["name"]: one["counter"]["packets"] for one in told if "counter" in one}


def _nft(host: KernelHost, *arguments: str, given: str | None = None) -> str:
    """What `nft` says in the host's network; who is no root there must enter as its owner."""
    ours, theirs = (Path(f"/proc/{who}/ns/user").readlink() for who in ("self", host.pid))
    as_owner = [] if ours == theirs else ["--user", "--preserve-credentials"]
    run = subprocess.run(
        ["nsenter", "--target", str(host.pid), *as_owner, "--net", "nft", *arguments],
        input=given, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[:1000]
    return run.stdout
