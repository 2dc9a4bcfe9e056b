"""Imports run down, never up; and opening the house loads nothing heavy."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from tests import architecture
from tests.architecture import ROOT


def test_imports_run_down() -> None:
    assert architecture.breaches() == []


def test_there_are_imports_to_look_at() -> None:
    """The checks above would pass on an empty folder."""
    assert {"errors", "packets", "tcp", "trace", "network", "worlds"} <= architecture.rooms()
    assert "trace" in architecture.edges()["views"]


@pytest.mark.parametrize(
    ("file", "line", "breach"),
    [
        ("packets/tcp.py", "from portlab.tcp import Endpoint", "packets stands below tcp"),
        ("trace/trace.py", "from portlab import views", "trace stands below views"),
        ("worlds/model.py", "import portlab.lab", "worlds stands below lab"),
        ("worlds/model.py", "from portlab.views.ladder import ladder", "worlds stands below views"),
        ("views/ladder.py", "from portlab.network import Network", "views stands below network"),
        ("tools/scan.py", "from portlab.views import ladder", "tools stands below views"),
        (
            "network/host.py",
            "def f():\n    from portlab.lab import Lab",
            "network stands below lab",
        ),
        ("lab.py", "from portlab.cli import main", "lab stands below cli"),
        ("lab.py", "from portlab import run", "not the front door"),
        ("lab.py", "import portlab", "not the front door"),
        ("tcp/endpoint.py", "from .states import State", "a relative import"),
        ("tcp/endpoint.py", "import time", "touch the computer"),
        ("network/link.py", "from os import path", "touch the computer"),
        ("network/network.py", "def now():\n    import time as t", "touch the computer"),
        ("apps/http.py", "import socket", "touch the computer"),
        ("lab.py", "import threading", "touch the computer"),
        ("views/table.py", "import subprocess", "touch the computer"),
        ("trace/load.py", "import concurrent.futures", "touch the computer"),
        ("views/table.py", "def f():\n    import ssl", "only apps/certificates.py, apps/tls.py do"),
        ("apps/tls.py", "import ssl\nssl.get_server_certificate(a)", "uses get_server_certificate"),
        ("apps/tls.py", "from ssl import SSLSocket", "uses SSLSocket, which is a socket's"),
        ("attic/old.py", "import json", "attic has no floor"),
    ],
)
def test_a_breach_is_named(tmp_path: Path, file: str, line: str, breach: str) -> None:
    write(tmp_path, file, line)
    (found,) = architecture.breaches(tmp_path)
    assert breach in found


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("tcp/endpoint.py", "from portlab.packets import Segment"),
        ("views/ladder.py", "from portlab.trace.trace import Trace"),
        ("quiz/session.py", "from portlab.views import ladder"),
        ("worlds/loopback.py", "import socket, threading, time"),
        ("worlds/loopback.py", "from portlab.system import loopback_addresses"),
        ("cli.py", "import os\nfrom portlab import lab, views"),
        ("apps/tls.py", "def f():\n    import ssl\n    return ssl.MemoryBIO()"),
        ("cli.py", "import ssl"),
        ("__init__.py", "from portlab.lab import Lab\nfrom portlab.views import ladder"),
        ("host.py", "from portlab.apps.app import App"),
    ],
)
def test_what_runs_down_is_let_pass(tmp_path: Path, file: str, line: str) -> None:
    write(tmp_path, file, line)
    assert architecture.breaches(tmp_path) == []


def test_a_circle_on_one_floor_is_found_once(tmp_path: Path) -> None:
    write(tmp_path, "host.py", "from portlab.apps import App")
    write(tmp_path, "apps/app.py", "from portlab.packets import Packet")
    write(tmp_path, "packets/packet.py", "from portlab.host import Host")
    assert architecture.breaches(tmp_path) == ["in a circle: apps > packets > host > apps"]


def test_the_picture_of_the_imports_is_up_to_date() -> None:
    draw = runpy.run_path(str(ROOT / "docs" / "draw_imports.py"))
    stored = (ROOT / "docs" / "images" / "imports.svg").read_text(encoding="utf-8")
    assert stored == draw["svg"](), "run: python docs/draw_imports.py"


@pytest.mark.parametrize("statement", ["import portlab", "from portlab import Lab, apps, ladder"])
def test_opening_the_house_loads_nothing_heavy(statement: str) -> None:
    """Measured in benchmarks/startup.py; here, what would make it slow, without a clock."""
    heavy = {"scapy", "matplotlib", "numpy", "h11", "dnslib", "psutil", "IPython", "ipywidgets"}
    heavy |= {"asyncio", "cryptography", "ipaddress", "ssl", "subprocess", "platformdirs"}
    code = f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert {module.split(".")[0] for module in run.stdout.split()} & heavy == set()


def write(package: Path, file: str, text: str) -> None:
    (package / file).parent.mkdir(exist_ok=True)
    (package / file).write_text(text, encoding="utf-8")
