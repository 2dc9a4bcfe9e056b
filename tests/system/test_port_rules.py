"""Which ports a system gives to clients and keeps from users: read here, played elsewhere."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portlab import port_rules as shown_rules
from portlab.system import (
    ephemeral_ports,
    has_right_to_low_ports,
    low_ports,
    port_rules,
    refused_without_rights,
)

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="read from Linux")

WINDOWS = """
Protocol tcp Dynamic Port Range
---------------------------------
Start Port      : 49152
Number of Ports : 16384

"""
WINDOWS_IN_GERMAN = """
Protokoll tcp Dynamischer Portbereich
---------------------------------
Startport     : 1025
Anzahl von Ports : 64511

"""
"""The words are translated, and Exchange Server widens the range."""


@on_linux
def test_the_systems_own_choice_lies_in_the_range_it_states() -> None:
    """An oracle: the port that a connecting socket really gets."""
    clients = ephemeral_ports()
    assert clients.read
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()) as client,
    ):
        assert client.getsockname()[1] in clients.range


@on_linux
def test_an_ordinary_user_may_listen_from_the_stated_port_on() -> None:
    """An oracle: a program without rights tries the last port below it, and the first free above.

    Root's gives its rights up first.
    """
    low = low_ports()
    assert low.read
    script = (
        "import os, socket, sys\n"
        "if os.geteuid() == 0:\n"
        "    os.setuid(65534)\n"
        "for port in range(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])):\n"
        "    try:\n"
        "        socket.socket().bind(('127.0.0.1', port))\n"
        "        print('may')\n"
        "        break\n"
        "    except PermissionError:\n"
        "        print('may not')\n"
        "        break\n"
        "    except OSError:\n"
        "        continue\n"
    )

    def tried(*ports: int) -> str:
        command = [sys.executable, "-I", "-c", script, *map(str, ports)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
        return done.stdout.strip()

    assert tried(low.first, low.first + 500, 1) == "may"
    if low.first > 1:
        assert tried(low.first - 1, 0, -1) == "may not"


@on_linux
def test_this_program_knows_whether_it_may_listen_on_low_ports() -> None:
    """An oracle: it tries."""
    for port in range(low_ports().first - 1, 0, -1):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except PermissionError:
                assert not has_right_to_low_ports()
            except OSError:
                continue  # somebody has this one
            else:
                assert has_right_to_low_ports()
            return


@on_linux
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root has rights")
def test_who_gives_roots_rights_away_is_refused_just_the_ports_that_are_kept() -> None:
    """Also a port that is taken: that nobody may have it is another reason."""
    first = low_ports().first
    assert refused_without_rights(first) is False
    if first > 1:
        assert refused_without_rights(first - 1) is True
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert refused_without_rights(listener.getsockname()[1]) is False


@on_linux
def test_who_has_no_rights_to_give_away_tries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("portlab.system.port_rules.output", pytest.fail)
    assert refused_without_rights(80) is None


@pytest.mark.parametrize(("said", "right"), [
    ("Name:\tpython\nCapEff:\t0000000000000400\n", True),
    ("Name:\tpython\nCapEff:\t00000000000003ff\n", False),
])  # fmt: skip
def test_the_right_is_one_bit_of_what_linux_says_of_a_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, right: bool
) -> None:
    file = tmp_path / "status"
    file.write_text(said)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(port_rules, "STATUS_FILE", file)
    assert has_right_to_low_ports() is right


def played(monkeypatch: pytest.MonkeyPatch, platform: str, said: str | Exception) -> None:
    def answer(*command: str) -> str:
        assert command[0] == {"darwin": "sysctl", "win32": "netsh"}[platform]
        if isinstance(said, Exception):
            raise said
        return said

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(port_rules, "output", answer)


@pytest.mark.parametrize(("platform", "said", "first", "last", "source"), [
    ("darwin", "49152\n65535\n", 49152, 65535, "sysctl -n net.inet.ip.portrange.first"),
    ("darwin", "32768\n65535\n", 32768, 65535, "sysctl -n net.inet.ip.portrange.first"),
    ("win32", WINDOWS, 49152, 65535, "netsh int ipv4 show dynamicport tcp"),
    ("win32", WINDOWS_IN_GERMAN, 1025, 65535, "netsh int ipv4 show dynamicport tcp"),
])  # fmt: skip
def test_other_systems_say_the_range_in_other_ways(
    monkeypatch: pytest.MonkeyPatch, platform: str, said: str, first: int, last: int, source: str
) -> None:
    played(monkeypatch, platform, said)
    clients = ephemeral_ports()
    assert (clients.range.first, clients.range.last, clients.read) == (first, last, True)
    assert clients.source.startswith(source)


@pytest.mark.parametrize(("platform", "said"), [
    ("darwin", ""),
    ("darwin", "49152\n"),
    ("darwin", "65535\n49152\n"),
    ("darwin", OSError("sysctl is missing")),
    ("win32", "The following command was not found.\n"),
    ("win32", "Start Port : 49152\nNumber of Ports : 65535\n"),
    ("win32", OSError("netsh is missing")),
])  # fmt: skip
def test_where_it_cannot_be_read_stands_what_is_documented_and_it_is_marked(
    monkeypatch: pytest.MonkeyPatch, platform: str, said: str | Exception
) -> None:
    played(monkeypatch, platform, said)
    clients = ephemeral_ports()
    assert (clients.range.first, clients.range.last, clients.read) == (49152, 65535, False)
    assert "default of" in clients.source
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    assert "Not read here: this is the default of" in " ".join(str(shown_rules()).split())


def test_linux_without_its_files_falls_back_to_its_documentation(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for content in (None, "nonsense", "1\n", "70000\n"):
        for name in ("EPHEMERAL_FILE", "UNPRIVILEGED_FILE"):
            file = tmp_path / name
            if content is not None:
                file.write_text("x" + content if name == "UNPRIVILEGED_FILE" else content)
            monkeypatch.setattr(port_rules, name, file)
        clients, low = ephemeral_ports(), low_ports()
        assert (clients.range.first, clients.range.last, clients.read) == (32768, 60999, False)
        assert (low.first, low.read) == (1024, False)


@pytest.mark.parametrize(("content", "first"), [("80\n", 80), ("0\n", 1), ("1024\n", 1024)])
def test_linux_can_be_told_to_keep_fewer_ports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str, first: int
) -> None:
    """As many containers are: 0 lets every program listen everywhere."""
    file = tmp_path / "start"
    file.write_text(content)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(port_rules, "UNPRIVILEGED_FILE", file)
    assert (low_ports().first, low_ports().read) == (first, True)


def test_each_system_keeps_low_ports_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    played(monkeypatch, "win32", WINDOWS)
    assert low_ports().first == 1
    assert "on every port" in str(shown_rules())
    played(monkeypatch, "darwin", "49152\n65535\n")
    assert low_ports().first == 1024
    assert "on all addresses at once any program may" in " ".join(str(shown_rules()).split())


def test_a_system_that_nobody_knows_gets_what_the_rfc_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "emscripten")
    clients = ephemeral_ports()
    assert (clients.range.first, clients.range.last, clients.read) == (49152, 65535, False)
    assert "RFC 6335" in clients.source
    assert not low_ports().read


def test_stored_outputs_show_an_example_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    shown = shown_rules()._repr_mimebundle_()
    assert "This is an example" in shown["text/plain"]
    assert "| **ports for clients** | 32768 to 60999 |" in shown["text/markdown"]
    monkeypatch.setenv("PORTLAB_STATIC", "0")
    assert "This is an example" not in str(shown_rules())
