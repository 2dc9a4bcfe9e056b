"""Nothing of a kernel lab is left, however it ended: no process, namespace, descriptor, thread."""

import contextlib
import gc
import marshal
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from portlab import Lab, apps
from portlab.errors import AppError, WorldError
from portlab.worlds.kernel.channel import Channel, _begin
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs
from tests.worlds.left_behind import belongings, left_behind

needs("kernel")

ROOT = Path(__file__).parents[3]


def use(lab: Lab) -> None:
    """A bit of everything, much of it left open."""
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    server.udp(7, apps.Echo())
    connection = client.connect(server, 7)
    connection.send(b"hello")
    assert connection.receive_until(b"o") == b"hello"
    client.connect(server, 7).close()
    client.start_connect("192.0.2.1", 80)
    SEEN.update(psutil.Process().children(recursive=True))


SEEN: set[psutil.Process] = set()
"""The processes that the labs of these tests had: a namespace lives no longer than the last process
in it and the last descriptor of it, unless a TCP connection without a program keeps it.
"""


def is_there(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@pytest.fixture
def nothing_is_left() -> Iterator[None]:
    gc.collect()  # what an earlier test has left to Python
    before = belongings()
    yield
    assert not left_behind(before)
    assert not [one for one in SEEN if is_there(one)]


@pytest.mark.usefixtures("nothing_is_left")
def test_two_hundred_labs_in_a_row() -> None:
    for number in range(200):
        with Lab("kernel") as lab:
            if number % 20 == 0:
                use(lab)
            else:
                server, client = lab.hosts("server", "client")
                server.listen(80)
                client.connect(server, 80)
    assert len(SEEN) >= 2


@pytest.mark.usefixtures("nothing_is_left")
def test_twenty_labs_at_once() -> None:
    labs = [Lab("kernel") for _ in range(20)]
    for lab in labs:
        use(lab)
    for lab in labs:
        lab.close()


@pytest.mark.usefixtures("nothing_is_left")
def test_twenty_labs_in_twenty_threads() -> None:
    heard: list[BaseException] = []

    def one() -> None:
        try:
            with Lab("kernel") as lab:
                use(lab)
        except BaseException as error:
            heard.append(error)

    threads = [threading.Thread(target=one) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == []


def test_no_connection_keeps_a_namespace() -> None:
    """A FIN that nobody acknowledges is sent again for minutes, by a connection without a program.

    How many network namespaces there are is told by the kernel's own book-keeping, to root alone;
    other tests may have some of their own at the same time, so many are made, and few may be left.
    """
    before = network_namespaces()
    for _ in range(25):
        with Lab("kernel") as lab:
            server, client = lab.hosts("server", "client")
            listener = server.listen(80)
            near, far = client.connect(server, 80), listener.accept()
            lab.link(server, client, loss=1)
            near.send(b"lost")
            near.close()
            far.close()
            # Straight to the end: waiting politely for an answer is another matter.
            lab._world._core.end()  # type: ignore[attr-defined]
    if before is not None:
        _when(lambda: (network_namespaces() or 0) < before + 25)


def network_namespaces() -> int | None:
    """All of this computer's, those included that nothing but a connection keeps."""
    try:
        text = Path("/proc/slabinfo").read_text()
    except OSError:
        return None
    found = re.search(r"^net_namespace +(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else None


@pytest.mark.usefixtures("nothing_is_left")
def test_a_lab_that_is_forgotten_ends() -> None:
    lab = Lab("kernel")
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    connection = client.connect(server, 7)
    forgotten = weakref.ref(lab)
    del lab, server, client
    gc.collect()
    # While a connection is in somebody's hands, its lab is not forgotten.
    connection.send(b"x")
    assert connection.receive() == b"x"
    del connection
    gc.collect()
    assert forgotten() is None


CELL = """
from portlab import Lab, apps
lab = Lab("kernel")
server, client = lab.hosts("server", "client")
server.listen(7, apps.Echo())
connection = client.connect(server, 7)
connection.send(b"x")
assert connection.receive() == b"x"
"""


def test_a_program_that_ends_with_an_open_lab_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", CELL],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_nothing_outlives_its_owner(how: signal.Signals) -> None:
    """kill -9 leaves no time to tidy up: the helper sees the end of its channel."""
    script = CELL + (
        "import threading\n"
        "threading.Thread(target=client.run, args=(['sleep', '1001'],), daemon=True,"
        " kwargs={'timeout': None}).start()\n"
        "print('ready', flush=True)\ninput()"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    with owner:
        assert owner.stdout is not None
        owner.stdout.readline()
        inside = _when(lambda: _with_sleep(psutil.Process(owner.pid).children(recursive=True)))
        ends = [os.pidfd_open(one.pid) for one in inside]
        owner.send_signal(how)
    try:
        for end in ends:
            _wait_for(end)
    finally:
        for end in ends:
            os.close(end)


def test_nothing_outlives_a_jupyter_kernel() -> None:
    """An interrupt, which reaches the whole process group, leaves the lab alive; kill -9 does not
    leave anything.
    """
    from jupyter_client.manager import KernelManager

    manager = KernelManager()
    manager.start_kernel(cwd=str(ROOT))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(60)
        assert client.execute_interactive(CELL, timeout=60)["content"]["status"] == "ok"
        pid = manager.provisioner.pid  # type: ignore[union-attr]
        inside = psutil.Process(pid).children(recursive=True)
        assert inside
        ends = [os.pidfd_open(one.pid) for one in inside]
        threading.Timer(0.5, manager.interrupt_kernel).start()
        waiting = client.execute_interactive("connection.receive(timeout=60)", timeout=60)
        assert waiting["content"]["ename"] == "KeyboardInterrupt"
        talking = "connection.send(b'y'); assert connection.receive() == b'y'"
        assert client.execute_interactive(talking, timeout=60)["content"]["status"] == "ok"
        os.kill(pid, signal.SIGKILL)
        for end in ends:
            _wait_for(end)
            os.close(end)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def _with_sleep(processes: list[psutil.Process]) -> list[psutil.Process]:
    names = [one.name() for one in processes]
    return processes if "sleep" in names else []


def _wait_for(pidfd: int) -> None:
    ended = select.poll()
    ended.register(pidfd, select.POLLIN)
    assert ended.poll(10_000)


def _when(true: Callable[[], object]) -> list[psutil.Process]:
    """Its value, once it is true."""
    for _ in range(1000):
        try:
            if found := true():
                return found if isinstance(found, list) else []
        except psutil.Error:
            pass
        threading.Event().wait(0.02)
    raise AssertionError("it did not come about in 20 s")


@pytest.mark.usefixtures("nothing_is_left")
def test_a_helper_that_was_killed_is_told_of() -> None:
    with Lab("kernel") as lab:
        server = lab.host("server")
        assert isinstance(server, KernelHost)
        (helper,) = psutil.Process().children()[0].children()
        helper.kill()
        psutil.wait_procs([helper], 10)
        with pytest.raises(WorldError, match="helper"):
            server.sockets()
        with pytest.raises(WorldError, match="helper"):
            server.listen(80)


@pytest.mark.usefixtures("nothing_is_left")
def test_a_helper_that_does_not_answer_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its late answer is never taken for that to another request."""
    monkeypatch.setattr("portlab.worlds.kernel.channel._PATIENCE", 2.0)
    with Lab("kernel") as lab:
        server = lab.host("server")
        assert isinstance(server, KernelHost)
        (helper,) = psutil.Process().children()[0].children()
        SEEN.add(helper)
        helper.suspend()
        with pytest.raises(WorldError, match="does not answer"):
            lab.host("client")
        with pytest.raises(WorldError, match="has ended"):
            server.sockets()
        with pytest.raises(WorldError, match="has ended"), server.inside():
            socket.socket()


@pytest.mark.usefixtures("nothing_is_left")
def test_an_answer_that_nobody_reads_is_no_trouble(capfd: pytest.CaptureFixture[str]) -> None:
    channel = Channel()
    assert channel.pid is not None
    (helper,) = psutil.Process(channel.pid).children()
    helper.suspend()
    for _ in range(3):
        socket.send_fds(channel._channel, [marshal.dumps(["sysctl"])], [])
    helper.resume()
    select.select([channel._channel], [], [], 20)
    channel.close()
    assert capfd.readouterr().err == ""


@pytest.mark.usefixtures("nothing_is_left")
def test_a_failed_beginning_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from portlab.worlds.kernel import channel

    monkeypatch.setattr(channel, "HELPER", Path("/nowhere/helper.py"))
    with pytest.raises(WorldError):
        Lab("kernel")


@pytest.mark.usefixtures("nothing_is_left")
def test_limits_hold() -> None:
    from portlab.errors import LimitReached
    from portlab.worlds.kernel.world import KernelWorld
    from portlab.worlds.sockets.limits import Limits

    world = KernelWorld(limits=Limits(connections=4, bytes=10_000, seconds=60))
    server, client = world.host("server"), world.host("client")
    server.listen(9, apps.Discard())
    connections = [client.connect(server, 9) for _ in range(2)]
    world.run()
    with pytest.raises(LimitReached, match="4 ends"):
        client.connect(server, 9)
    with pytest.raises(LimitReached, match="10,000 bytes"):
        connections[0].send(bytes(20_000))
    with pytest.raises(LimitReached):
        client.udp()
    world.close()


class Stuck:
    """An app that does not come back."""

    name = "Stuck"

    def __init__(self) -> None:
        self.let_go = threading.Event()

    def session(self, local: apps.Address, peer: apps.Address) -> "Stuck":
        return self

    def handle(self, event: apps.Event) -> list[apps.Action]:
        self.let_go.wait(60)
        return []


def test_an_app_that_never_returns_does_not_keep_the_lab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portlab.worlds.sockets.server._PATIENCE", 0.2)
    before = belongings()
    stuck = Stuck()
    lab = Lab("kernel")
    server, client = lab.hosts("server", "client")
    client.connect(server, server.listen(app=stuck).port)
    with pytest.raises(AppError, match="never ends"):
        lab.close()
    stuck.let_go.set()
    for thread in threading.enumerate():
        if thread.name == "portlab kernel":
            thread.join(10)
    assert not left_behind(before)


def test_no_descriptor_of_the_lab_is_a_programs() -> None:
    """Neither one that the learner starts, nor one that runs in a host."""
    code = "import os; print(len(os.listdir('/proc/self/fd')))"
    count = [sys.executable, "-I", "-c", code]

    def started_here(*, heir: bool) -> str:
        done = subprocess.run(count, capture_output=True, text=True, check=True, close_fds=not heir)
        return done.stdout

    before = started_here(heir=True)
    with Lab("kernel") as lab:
        host, _ = lab.hosts("host", "other")
        assert isinstance(host, KernelHost)
        host.listen(80)
        assert started_here(heir=True) == before
        assert host.run(count).stdout == started_here(heir=False)


def test_a_helper_that_nobody_waits_for_ends_without_a_word() -> None:
    """Ctrl-C ends whoever opened the lab while its helper still prepares: no traceback follows."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.close()
    with theirs:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _begin(), str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            capture_output=True,
            timeout=60,
            check=False,
        )
    assert (done.stdout, done.stderr) == (b"", b"")
