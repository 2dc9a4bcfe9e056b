"""Where the system shows nobody its packets, a learner is told why and what to do instead."""

import errno
import os
import subprocess
import sys

import pytest

from portlab import Lab
from portlab.errors import WorldError
from portlab.worlds.loopback import tap
from tests.worlds.left_behind import belongings, left_behind

AS_NOBODY = """
import os
# All that is read later, read now: these folders may be closed to the one it becomes.
import scapy.arch, scapy.config, portlab.worlds.loopback.capture, portlab.worlds.sockets.server
from portlab import Lab
from portlab.errors import WorldError
if os.geteuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
try:
    Lab("loopback", capture=True)
except WorldError as error:
    print(error)
with Lab("loopback") as lab:
    server, client = lab.hosts("server", "client")
    client.connect(server, server.listen().port)
    print(lab.trace[0].origin)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="CAP_NET_RAW is Linux's")
def test_an_ordinary_user_of_linux_is_told_which_right_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stderr, done.returncode) == ("", 0)
    said, called = done.stdout.splitlines()
    assert "Linux asks CAP_NET_RAW of a program for that, and this one does not have it" in said
    assert "Leave capture=True away" in said
    assert "world='model'" in said
    assert called == "called"


@pytest.mark.parametrize(
    ("system", "opens_it"), [("darwin", "ChmodBPF"), ("win32", "Npcap"), ("freebsd14", "load()")]
)
def test_another_system_is_named_with_what_does_it_there(
    monkeypatch: pytest.MonkeyPatch, system: str, opens_it: str
) -> None:
    before = belongings()
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(WorldError, match=f"this is {system}") as refused:
        Lab("loopback", capture=True)
    monkeypatch.undo()
    assert "Wireshark" in str(refused.value)
    assert opens_it in str(refused.value)
    assert "world='model'" in str(refused.value)
    assert left_behind(before) is None


@pytest.mark.parametrize("number", [errno.EPERM, errno.EACCES, errno.EAFNOSUPPORT, errno.ENODEV])
def test_whatever_the_system_says_becomes_one_sentence(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """EAFNOSUPPORT: a sandbox without packet sockets; ENODEV: no interface called lo."""
    from scapy.arch import linux  # noqa: F401  (before anything is played, as a first use does)
    from scapy.config import conf

    def refuse(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    before = belongings()
    monkeypatch.setattr(conf, "L2listen", refuse)
    monkeypatch.setattr(tap.sys, "platform", "linux")
    with pytest.raises(WorldError, match="cannot be captured") as refused:
        Lab("loopback", capture=True)
    assert ("CAP_NET_RAW" in str(refused.value)) == (number in (errno.EPERM, errno.EACCES))
    assert "\n" not in str(refused.value)
    assert left_behind(before) is None
