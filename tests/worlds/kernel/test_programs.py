"""Programs of this computer, run in a host: curl, nc, dig and ss know nothing of portlab."""

import os
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from portlab import Lab, Link, apps
from portlab.errors import LabError, LimitReached, PortInUse, PortlabError, TimedOut
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs
from tests.worlds.left_behind import belongings, left_behind

needs("kernel")

BYTES = bytes(range(256)) * 4096


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab("kernel", link=Link(delay=0.001)) as lab:
        yield lab


@pytest.fixture
def hosts(lab: Lab) -> tuple[KernelHost, KernelHost]:
    server, client = lab.hosts("server", "client")
    assert isinstance(server, KernelHost)
    assert isinstance(client, KernelHost)
    return server, client


def test_curl_fetches_a_page(hosts: tuple[KernelHost, KernelHost]) -> None:
    needs("curl")
    server, client = hosts
    server.listen(80, apps.Http())
    asked = ["curl", "-sS", "-4", "-w", "%{remote_ip} %{http_code}", "http://server/"]
    printed = client.run(asked)
    assert printed.status == 0
    assert str(printed).endswith("10.0.0.1 200")
    again = client.run(["curl", "-sS", "-6", "-w", "%{remote_ip}", "http://server/"])
    assert again.stdout.endswith("fd00::1")


def test_a_name_means_the_ipv4_address_first_so_that_nobody_is_refused_before_it(
    lab: Lab, hosts: tuple[KernelHost, KernelHost]
) -> None:
    """As RFC 6724 2.1 has it for addresses like the lab's; the C library would begin with fd00::1,
    and the ladder with a call that nobody made."""
    needs("curl")
    server, client = hosts
    server.listen(80, apps.Http(), address="10.0.0.1")
    assert client.run(["curl", "-sS", "-o", "/dev/null", "http://server/"]).status == 0
    calls = [(r.dst, r.dport) for r in lab.trace if r.flags == "SYN"]
    assert calls == [("10.0.0.1", 80)]


def test_who_has_a_port_is_named_with_the_address_it_has(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    server, _ = hosts
    server.listen(80, address="10.0.0.1")
    with pytest.raises(PortInUse, match=r"TCP port 80 is taken by server .*, at 10\.0\.0\.1:80,"):
        server.listen(80)
    with server.inside(), socket.socket() as program:
        program.bind(("0.0.0.0", 81))
        program.listen()
        with pytest.raises(PortInUse, match=r"by a program in server, at 0\.0\.0\.0:81,"):
            server.listen(81)
        server.udp(81).close()  # another protocol, another door


def test_nc_sends_what_it_is_given(hosts: tuple[KernelHost, KernelHost]) -> None:
    needs("nc")
    server, client = hosts
    server.listen(7, apps.Echo())
    printed = client.run(["nc", "-N", "server", "7"], input=BYTES)
    assert printed.raw == BYTES


def test_ss_shows_the_hosts_own_table(hosts: tuple[KernelHost, KernelHost]) -> None:
    needs("ss")
    server, client = hosts
    server.listen(80, apps.Http())
    server.udp(53)
    shown = server.run(["ss", "-tuln"]).stdout
    assert "*:80" in shown
    assert "*:53" in shown
    assert client.run(["ss", "-tulnH"]).stdout == ""


def test_a_program_has_its_hosts_name_and_low_ports(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    server, client = hosts
    code = (
        "import socket\n"
        "print(socket.gethostname(), socket.gethostbyname('client'))\n"
        "one = socket.create_server(('', 80))\n"
        "print(one.getsockname()[1])"
    )
    printed = server.run([sys.executable, "-I", "-c", code])
    assert printed.stdout == "server 10.0.0.2\n80\n"
    assert client.run(["sh", "-c", "echo out; echo err >&2; exit 3"]).status == 3


def test_output_and_errors_are_told_apart(hosts: tuple[KernelHost, KernelHost]) -> None:
    _, client = hosts
    printed = client.run(["sh", "-c", "echo out; echo err >&2; kill -TERM $$"])
    assert (printed.stdout, printed.stderr, printed.status) == ("out\n", "err\n", -15)


def test_a_program_that_prints_much_does_not_get_stuck(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    _, client = hosts
    code = "import sys; sys.stdout.write('x' * 3_000_000); sys.stderr.write('y' * 3_000_000)"
    printed = client.run([sys.executable, "-I", "-c", code], timeout=30)
    assert (len(printed.stdout), len(printed.stderr)) == (3_000_000, 3_000_000)


def test_a_program_that_prints_without_end_is_ended(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    _, client = hosts
    with pytest.raises(LimitReached, match="yes printed more than 16,777,216 bytes"):
        client.run(["yes", "and again"], timeout=None)
    _wait_until(lambda: not _running(["yes", "and again"]))
    assert client.run(["echo", "on we go"]).stdout == "on we go\n"


def test_a_program_that_does_not_read_does_not_get_stuck(
    hosts: tuple[KernelHost, KernelHost],
) -> None:
    _, client = hosts
    assert client.run(["true"], input=bytes(5_000_000)).status == 0


def test_a_program_in_the_background_ends_with_it(hosts: tuple[KernelHost, KernelHost]) -> None:
    """Even one that has left its session and its parent behind."""
    _, client = hosts
    printed = client.run(["sh", "-c", "(setsid sleep 1000 &) ; sleep 1000 & echo started"])
    assert printed.stdout == "started\n"
    assert not _sleeping()


SLEEP = ["sleep", "1000"]


def test_a_program_that_takes_too_long_is_ended(hosts: tuple[KernelHost, KernelHost]) -> None:
    _, client = hosts
    with pytest.raises(TimedOut, match=r"sleep did not end in 0\.3 s"):
        client.run(["sleep", "1000"], timeout=0.3)
    _wait_until(lambda: not _sleeping())


def test_a_program_ends_with_its_lab() -> None:
    before = belongings()
    heard: list[BaseException] = []
    with Lab("kernel") as lab:
        host = lab.host("host")
        assert isinstance(host, KernelHost)

        def run() -> None:
            try:
                host.run(["sleep", "1000"], timeout=None)
            except PortlabError as error:
                heard.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        _wait_until(_sleeping)
    thread.join(20)
    assert isinstance(heard[0], PortlabError)
    assert not _sleeping()
    assert not left_behind(before)


@pytest.mark.parametrize("argv", ["curl http://server/", [], [1], [""], ["no-such-program"]])
def test_what_cannot_be_run_is_refused(
    hosts: tuple[KernelHost, KernelHost], argv: list[str]
) -> None:
    with pytest.raises(LabError, match=r"program"):
        hosts[0].run(argv)


def test_a_program_that_cannot_be_started_says_why(
    hosts: tuple[KernelHost, KernelHost], tmp_path: object
) -> None:
    broken = Path(str(tmp_path)) / "broken"
    broken.write_bytes(b"\x7fELF and no more")
    broken.chmod(0o755)
    with pytest.raises(PortlabError, match="could not be run"):
        hosts[0].run([str(broken)])


@pytest.mark.skipif(not os.access("/run", os.W_OK), reason="only root may write to /run")
def test_what_is_reached_by_way_of_run_can_be_run(
    hosts: tuple[KernelHost, KernelHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As all programs of NixOS are; and a learner may work in a folder there."""
    echo = shutil.which("echo")
    assert echo is not None
    with tempfile.TemporaryDirectory(dir="/run", prefix="portlab-") as folder:
        link = Path(folder) / "echo"
        link.symlink_to(echo)
        monkeypatch.chdir(folder)
        try:
            assert hosts[0].run([str(link), "hello"]).stdout == "hello\n"
            assert hosts[0].run(["pwd"]).stdout == "/run\n"
        finally:
            monkeypatch.undo()


def _sleeping() -> bool:
    return _running(SLEEP)


def _running(argv: list[str]) -> bool:
    return any(one.info["cmdline"] == argv for one in psutil.process_iter(["cmdline"]))


def _wait_until(true: object) -> None:
    assert callable(true)
    give_up = time.monotonic() + 20
    while not true():
        assert time.monotonic() < give_up
        time.sleep(0.02)
