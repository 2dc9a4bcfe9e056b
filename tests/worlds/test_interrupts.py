"""Ctrl-C at any moment: the interrupt is raised, and nothing stays behind.

In three ways: at every so-many-th line that portlab executes, by a real signal at any instruction,
and in each call that waits.
"""

import _thread
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import portlab
from portlab import Lab, apps, run
from portlab.host import Host
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs
from tests.worlds.left_behind import belongings, left_behind

HOUSE = str(Path(portlab.__file__).parent)
OPENED: dict[str, dict[str, Any]] = {
    "loopback": {"world": "loopback"},
    "captured": {"world": "loopback", "capture": True},
    "kernel": {"world": "kernel"},
}

EVERY = {
    "captured": int(os.environ.get("PORTLAB_TEST_EVERY_LINE", "41")),
    "loopback": int(os.environ.get("PORTLAB_TEST_EVERY_LINE", "7")),
    "kernel": int(os.environ.get("PORTLAB_TEST_EVERY_LINE", "47")),
}

STEP = {"loopback": 0.0005, "captured": 0.008, "kernel": 0.008}
"""Seconds between two moments that a signal may strike at: together they span the whole story."""


def story(lab: Lab) -> None:
    """A bit of everything that opens, waits and closes."""
    server, client = lab.hosts("server", "client")
    echo, hand = server.listen(app=apps.Echo()), server.listen()
    with client.connect(server, echo.port) as connection:
        connection.send(b"hello")
        assert connection.receive_until(b"o") == b"hello"
    with client.connect(server, hand.port) as near, hand.accept() as far:
        far.send(b"hello")
        far.shutdown()
        assert near.receive_all() == b"hello"
        near.abort()
    server.udp(app=apps.Echo())
    with client.udp() as one, client.udp() as other:
        one.send_to(b"x", client, other.port)
        assert other.receive()[0] == b"x"
    server.sockets()
    lab.run()
    hand.close()


def by_hand(world: str) -> None:
    with Lab(**OPENED[world]) as lab:
        story(lab)


def with_run(world: str) -> None:
    run(story, **OPENED[world])


def with_models() -> None:
    """Model hosts on the wall clock: a learner's calls take turns with the wire's thread."""
    with Lab("kernel") as lab:
        server, client = lab.host("server", world="model"), lab.host("client")
        listener = server.listen(80)
        with client.connect(server, 80) as near, listener.accept() as far:
            far.send(b"hello")
            assert near.receive_until(b"o") == b"hello"
            near.send(b"bye")
            assert far.receive_until(b"e") == b"bye"
        server.ping(client)
        server.sockets()


AS_PYTHON_MADE_IT = vars(socket.socket)["__init__"]


def inside_and_programs() -> None:
    """The standard library's sockets, and a program, in a kernel host."""
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        assert isinstance(server, KernelHost)
        assert isinstance(client, KernelHost)
        with server.inside():
            listener = socket.create_server(("", 80))
        with client.inside(), socket.create_connection(("server", 80)) as near:
            far, _ = listener.accept()
            with far, listener:
                near.sendall(b"x")
                assert far.recv(1) == b"x"
        assert client.run(["cat"], input=b"hello").stdout == "hello"
        client.ping(server)
        client.sysctl("net.ipv4.tcp_sack", 0)


@pytest.fixture(params=OPENED)
def world(request: pytest.FixtureRequest) -> str:
    if request.param == "kernel":
        needs("kernel")
    if request.param == "captured":
        needs("sniffing")
    return request.param


class Interrupt:
    """Raises KeyboardInterrupt at the `at`-th line of portlab that this thread executes."""

    def __init__(self, at: int) -> None:
        self.lines = 0
        self.struck = False
        self._at = at

    def __call__(self, frame: FrameType, event: str, _: object) -> "Interrupt | None":
        if not frame.f_code.co_filename.startswith(HOUSE):
            return None
        # A with block's line comes a second time, when it is left and before its __exit__ is
        # called. No signal strikes there, only this tracer would.
        if event == "line" and not self._leaves_a_with(frame):
            self.lines += 1
            if self.lines == self._at:
                self.struck = True
                raise KeyboardInterrupt
        return self

    @staticmethod
    def _leaves_a_with(frame: FrameType) -> bool:
        code, at = frame.f_code, frame.f_lasti
        return code.co_code[at] in _NOTHING_YET and code.co_code[at + 2] in _NOTHING_YET


_NOTHING_YET = {__import__("dis").opmap["LOAD_CONST"]}


def trace(tell: Callable[[], None], tracer: Interrupt) -> None:
    """Run a story under the eyes of `tracer`."""
    before = sys.gettrace()
    # An earlier lab that is collected meanwhile would take the interrupt, where Python drops it.
    gc.disable()
    sys.settrace(tracer)
    try:
        tell()
    finally:
        sys.settrace(before)
        gc.enable()


@pytest.mark.parametrize("tell", [by_hand, with_run])
def test_an_interrupt_at_any_line_leaves_nothing(tell: Callable[[str], None], world: str) -> None:
    strike_every_line(lambda: tell(world), EVERY[world])


@pytest.mark.parametrize("tell", [with_models, inside_and_programs])
def test_an_interrupt_of_what_only_the_kernel_world_does_leaves_nothing(
    tell: Callable[[], None],
) -> None:
    needs("kernel")
    strike_every_line(tell, EVERY["kernel"])
    assert vars(socket.socket)["__init__"] is AS_PYTHON_MADE_IT


def strike_every_line(tell: Callable[[], None], every: int) -> None:
    tell()
    before = belongings()
    whole = Interrupt(0)
    trace(tell, whole)
    assert whole.lines > 300
    assert not left_behind(before)
    for at in range(1, whole.lines, every):
        tracer, heard = Interrupt(at), False
        try:
            trace(tell, tracer)
        except KeyboardInterrupt:
            heard = True
        assert not left_behind(before), f"left behind by an interrupt at line {at}"
        # Waits take more lines or fewer, so the last lines may not come this time.
        assert heard == tracer.struck, f"the interrupt at line {at} was swallowed"


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there are no timers of this kind")
@pytest.mark.parametrize("tell", [by_hand, with_run])
def test_a_signal_at_any_moment_leaves_nothing(tell: Callable[[str], None], world: str) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    tell(world)
    before, handler = belongings(), signal.signal(signal.SIGALRM, interrupt)
    try:
        for moment in range(1, 40):
            signal.setitimer(signal.ITIMER_REAL, moment * STEP[world])
            try:
                tell(world)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                pass
            assert not left_behind(before), f"left behind by a signal at moment {moment}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler)


def _accept(server: Host, client: Host) -> None:
    server.listen().accept(timeout=60)


def _receive(server: Host, client: Host) -> None:
    client.connect(server, server.listen().port).receive(timeout=60)


def _receive_until(server: Host, client: Host) -> None:
    client.connect(server, server.listen().port).receive_until(b"\n", timeout=60)


def _send(server: Host, client: Host) -> None:
    client.connect(server, server.listen().port).send(bytes(50_000_000))


def _connect(server: Host, client: Host) -> None:
    port = server.listen(backlog=1).port
    while True:
        client.connect(server, port, timeout=60)


def _datagram(server: Host, client: Host) -> None:
    client.udp().receive(timeout=60)


@pytest.mark.parametrize(
    "wait", [_accept, _receive, _receive_until, _send, _connect, _datagram, "run"]
)
def test_a_call_that_waits_can_be_interrupted(
    wait: Callable[[Host, Host], None] | str, world: str
) -> None:
    before = belongings()
    with Lab(**OPENED[world]) as lab:
        server, client = lab.hosts("server", "client")
        echo = server.listen(app=apps.Echo())
        timer = threading.Timer(0.05, _press_ctrl_c)
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            lab.run(60) if isinstance(wait, str) else wait(server, client)
        timer.join()
        # The lab lives on: an interrupted cell is no reason to start all over.
        with client.connect(server, echo.port) as connection:
            connection.send(b"x")
            assert connection.receive() == b"x"
    assert not left_behind(before)


def _press_ctrl_c() -> None:
    if os.name == "nt":
        _thread.interrupt_main()
    else:
        os.kill(os.getpid(), signal.SIGINT)
