"""`portlab doctor`: no probe claims what is not so, and what is missing comes with its remedy."""

import errno
import os
import socket
import sys
from pathlib import Path

import psutil
import pytest

from portlab import system
from portlab.course import doctor
from portlab.course.doctor import Finding, examine, table
from tests.worlds.kernel.test_obstacles import refusing


def found(what: str) -> Finding:
    (finding,) = (finding for finding in examine() if finding.what == what)
    return finding


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The libraries take seconds to import, and one test looks at them."""
    monkeypatch.setattr(doctor, "LIBRARIES", ("h11",))


def test_the_table_shows_each_finding_and_the_remedy_of_what_is_missing() -> None:
    text = table(
        [
            Finding("a wheel", True, "round", "not shown"),
            Finding("a door", False, "shut", "Open it."),
        ]
    )
    assert text.splitlines() == [
        "yes  a wheel  round",
        "no   a door   shut",
        "              -> Open it.",
    ]


def test_a_taken_port_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(doctor, "LAB_PORT", taken.getsockname()[1])
        (finding,) = (f for f in examine() if "JupyterLab" in f.what)
        assert not finding.works
        assert finding.remedy
    (finding,) = (f for f in examine() if "JupyterLab" in f.what)
    assert finding.works


def test_a_library_that_is_missing_or_broken_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken_library.py").write_text("1 / 0")
    (tmp_path / "deadly_library.py").write_text("import os; os._exit(1)")
    (tmp_path / "talking_library.py").write_text("print('hello')")
    paths = os.pathsep.join((str(tmp_path), os.environ.get("PYTHONPATH", "")))
    monkeypatch.setenv("PYTHONPATH", paths)
    names = ("no_such_library", "broken_library", "talking_library", "deadly_library")
    monkeypatch.setattr(doctor, "LIBRARIES", names)
    missing, broken, talking, deadly = (f for f in examine() if f.what in names)
    assert (missing.works, missing.seen) == (False, "not installed")
    assert missing.remedy
    assert not broken.works
    assert "division" in broken.seen
    assert talking.works
    assert (deadly.works, "ended Python" in deadly.seen) == (False, True)


def test_a_folder_that_cannot_be_written_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "file" / "below"))
    finding = found("folder for portlab's own files")
    assert not finding.works
    assert finding.remedy
    monkeypatch.setenv("PORTLAB_HOME", str(tmp_path / "new" / "below"))
    assert found("folder for portlab's own files").works
    assert not (tmp_path / "new").exists()


def test_a_screen_is_seen_only_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "has_screen", lambda: False)
    assert not found("a browser window").works


@pytest.mark.parametrize(
    ("step", "number", "says"),
    [
        ("open", errno.ENOENT, "modprobe tun"),
        ("open", errno.EACCES, "chmod 0666 /dev/net/tun"),
        ("user", errno.EPERM, ""),
        ("net", errno.EPERM, ""),
    ],
)
def test_each_obstacle_to_a_namespace_has_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, step: str, number: int, says: str
) -> None:
    monkeypatch.setattr("portlab.worlds.kernel.channel.HELPER", refusing(tmp_path, step, number))
    finding = found("kernel world")
    assert not finding.works
    assert finding.remedy
    assert says in finding.remedy


def test_an_examination_leaves_nothing_behind() -> None:
    before = psutil.Process().num_fds() if sys.platform != "win32" else 0
    links = set(psutil.net_if_addrs())
    examine()
    assert psutil.Process().children() == []
    assert set(psutil.net_if_addrs()) == links
    if sys.platform != "win32":
        assert psutil.Process().num_fds() <= before


def test_elsewhere_than_on_linux_it_promises_no_capture_by_portlab(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What may be captured there is for Wireshark: `Lab("loopback", capture=True)` refuses."""
    npcap = tmp_path / "System32" / "Npcap"
    npcap.mkdir(parents=True)
    (npcap / "wpcap.dll").touch()
    monkeypatch.setenv("SYSTEMROOT", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "win32")
    finding = doctor._capture()
    monkeypatch.undo()
    assert finding.works
    assert 'Lab("loopback", capture=True) does so on Linux only' in finding.seen
