"""What any app must survive: garbage, half lines, a megabyte without a line end, ten thousand
commands at once, and a client that never speaks. First alone, then on real sockets.
"""

import contextlib
import gc
import random
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from types import FunctionType, ModuleType, SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.errors import ConnectionAborted
from portlab.host import Host
from tests.apps.subjects import SUBJECTS, Subject
from tests.worlds.left_behind import belongings, left_behind

LOCAL, PEER = ("10.0.0.1", 1023), ("10.0.0.2", 50000)
MEGABYTE = 1 << 20
MANY = 10_000
KEPT = 300_000
"""Bytes that a session may hold of what a client sent and it could not use yet."""
WAKES = 1_000
"""How often a session may want to be woken while its client says nothing."""
DEADLINE = 30.0
_LINE_END = re.compile(rb"\r\n?|\n")

STREAMS = {name: subject for name, subject in SUBJECTS.items() if subject.over_tcp}
DATAGRAMS = {name: subject for name, subject in SUBJECTS.items() if subject.over_udp}
HANG_UP = [SUBJECTS[name] for name in ("Daytime", "Proxy", "Tacacs", "Tls", "VncGreeting")]
"""Who has said all when it has answered these messages, or cannot answer them."""
over_tcp = pytest.mark.parametrize("subject", STREAMS.values(), ids=STREAMS)
over_udp = pytest.mark.parametrize("subject", DATAGRAMS.values(), ids=DATAGRAMS)


class Story:
    """One session, told what happens; what it asks for is checked as a world would."""

    def __init__(self, subject: Subject) -> None:
        self.session = subject.make().session(LOCAL, PEER)
        self.sent = bytearray()
        self.wakes = 0
        self.closed = False
        self.over = False
        self._now = 0

    def tell(self, event: apps.Event) -> "Story":
        """Tell it what happened, and what comes of what it asks for: ports open, calls fail."""
        events = [event]
        while events and not self.over:
            events += self._hear(events.pop(0))
        return self

    def _hear(self, event: apps.Event) -> Iterator[apps.Event]:
        for action in self.session.handle(event):
            assert not self.over, f"{action} after Abort"
            match action:
                case apps.Send(data) | apps.SendTo(data):
                    assert type(data) is bytes
                    assert not self.closed, "it sent after Close"
                    self.sent += data
                case apps.Close():
                    self.closed = True
                case apps.Abort():
                    self.over = True
                case apps.Wake(delay):
                    assert delay >= 0
                    self.wakes += 1
                case apps.Listen(port):
                    yield apps.Listening((LOCAL[0], port or 40_000))
                case apps.Connect(peer, app):
                    assert peer[0] in (PEER[0], "127.0.0.1"), "it calls somebody else"
                    for said in app.session(LOCAL, peer).handle(apps.Reset()):
                        if isinstance(said, apps.Tell) and said.session is self.session:
                            yield apps.Told(said.message)
                case _:
                    assert isinstance(action, apps.Tell)

    def hear(self, stream: bytes, at_once: int = 1 << 16) -> "Story":
        for start in range(0, len(stream), at_once):
            self.tell(apps.Data(stream[start : start + at_once]))
        return self

    def sleep(self) -> "Story":
        """Wake it as often as it wants; it must not want it for ever."""
        woken = 0
        while self.wakes and woken < WAKES:
            self._now += 1_000_000
            self.wakes -= 1
            woken += 1
            self.tell(apps.Woken(self._now))
        assert woken < WAKES
        return self


def opened(subject: Subject) -> Story:
    return Story(subject).tell(apps.Opened())


def noise(subject: Subject, messages: Sequence[bytes]) -> st.SearchStrategy[list[bytes]]:
    """Pieces of nonsense, among them whole messages, beginnings of messages and lonely ends."""
    halves = [message[:cut] for message in messages for cut in (1, len(message) // 2)]
    known = st.sampled_from([*messages, *halves, b"\r\n", b"\n", b"\0", b"\xff\xfb", b"." * 600])
    return st.lists(st.one_of(known, st.binary(max_size=200)), max_size=20)


def most_for(subject: Subject, stream: bytes) -> int:
    """Bytes that may answer a stream: one answer to each line, and to at most twenty messages that
    are no lines, which are all that these tests send of them.
    """
    answers = 1 + 20 + len(_LINE_END.findall(stream))
    return subject.most * answers + (len(stream) if subject.echoes else 0)


def held(session: object) -> int:
    """Bytes of all that a session holds, and of what that holds. It is far quicker than to watch
    each allocation, and what the machine itself keeps of it is not counted.
    """
    seen: dict[int, object] = {}
    left = [session]
    while left:
        one = left.pop()
        if isinstance(one, FunctionType):
            left += one.__closure__ or ()
        elif id(one) not in seen and not isinstance(one, type | ModuleType):
            seen[id(one)] = one
            left += gc.get_referents(one)
    return sum(map(sys.getsizeof, seen.values()))


def test_what_a_session_holds_is_found_wherever_it_is() -> None:
    come = bytes(MEGABYTE)
    places = {
        "an attribute": come,
        "a list in another object": SimpleNamespace(lines=[b"", come]),
        "a function": lambda: come,
        "a generator that waits": (part for part in [come]),
    }
    for place, what in places.items():
        assert held(SimpleNamespace(kept=what)) >= MEGABYTE, place
    assert held(Story(SUBJECTS["Ftp"]).session) < KEPT


# ---- alone


@over_tcp
@settings(deadline=None)
@given(data=st.data())
def test_garbage_in_a_stream(subject: Subject, data: st.DataObject) -> None:
    pieces = data.draw(noise(subject, subject.over_tcp))
    story = opened(subject)
    for piece in pieces:
        story.hear(piece)
    story.sleep().tell(data.draw(st.sampled_from([apps.PeerClosed(), apps.Reset()])))
    assert len(story.sent) <= most_for(subject, b"".join(pieces))


@over_udp
@settings(deadline=None)
@given(data=st.data())
def test_garbage_in_datagrams(subject: Subject, data: st.DataObject) -> None:
    story, sent = Story(subject), 0
    pieces = data.draw(noise(subject, subject.over_udp))
    for piece in pieces:
        story.tell(apps.Datagram(piece, PEER))
        if story.closed:
            story, sent = Story(subject), sent + len(story.sent)
    story.sleep()
    assert sent + len(story.sent) <= subject.most * (1 + len(pieces)) + sum(map(len, pieces))


@over_tcp
@settings(deadline=None)
@given(data=st.data())
def test_half_lines_are_waited_for(subject: Subject, data: st.DataObject) -> None:
    """Where a stream is cut decides nothing: the answers are those to the same bytes in one go."""
    stream = b"".join(subject.over_tcp)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    story = opened(subject)
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        story.hear(stream[start:end])
    assert story.sent == opened(subject).hear(stream).sent


@over_tcp
@pytest.mark.parametrize("byte", [b"x", b"\0", b"\r", b"\xff"])
def test_a_megabyte_without_a_line_end(subject: Subject, byte: bytes) -> None:
    opened(subject).hear(subject.over_tcp[-1])  # what is imported and cached is not its own
    story = opened(subject)
    before = held(story.session)
    for _ in range(16):
        story.hear(byte * (MEGABYTE // 16), at_once=5_000)
        assert held(story.session) - before < KEPT
        if subject.echoes:
            story.sent.clear()
    assert len(story.sent) <= 20 * subject.most, "it repeats itself to nobody"
    story.sleep().tell(apps.PeerClosed())


@over_tcp
def test_ten_thousand_commands_at_once(subject: Subject) -> None:
    """Each is answered as if it were alone, but by those who hang up after one."""
    *before, again = subject.over_tcp
    begun = len(opened(subject).hear(b"".join(before)).sent)
    once = opened(subject).hear(b"".join(before)).hear(again)
    story = opened(subject).hear(b"".join(before)).tell(apps.Data(again * MANY))
    assert (story.closed or story.over) is (subject in HANG_UP)
    assert story.sent[begun:] == once.sent[begun:] * (1 if subject in HANG_UP else MANY)


@over_tcp
@pytest.mark.parametrize("end", [apps.PeerClosed(), apps.Reset()], ids=["closed", "reset"])
def test_a_client_that_never_speaks(subject: Subject, end: apps.Event) -> None:
    story = opened(subject).sleep()
    assert len(story.sent) <= 20 * subject.most
    already = len(story.sent)
    story.tell(end).sleep()
    if end == apps.Reset():
        assert len(story.sent) == already, "nobody is there any more"
    else:
        assert story.closed or story.over, "it hangs up after its peer"


# ---- on real sockets


def exchange(address: tuple[str, int], stream: bytes) -> bytes:
    """Send all of it, no more, and read until the other end has closed or reset."""
    with socket.create_connection(address, timeout=DEADLINE) as sock:

        def write() -> None:
            with contextlib.suppress(OSError):
                sock.sendall(stream)
                sock.shutdown(socket.SHUT_WR)

        writer = threading.Thread(target=write)
        writer.start()
        come = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := sock.recv(1 << 16):
                come += piece
        writer.join()
        return bytes(come)


def garbage(seed: int, length: int) -> bytes:
    return random.Random(seed).randbytes(length)


@over_tcp
def test_on_this_computer_it_serves_on_and_leaves_nothing(subject: Subject) -> None:
    before = belongings()
    usual = b"".join(subject.over_tcp)
    with Lab("loopback") as lab:
        listener = lab.host("server").listen(app=subject.make())
        address = (listener.address, listener.port)
        first = exchange(address, usual)
        with socket.create_connection(address, timeout=DEADLINE):  # never speaks
            for stream in (
                garbage(1, 100_000),
                b"\r\n".join(garbage(seed, 20) for seed in range(500)),
                usual[: len(usual) // 2],
                b"x" * MEGABYTE,
            ):
                assert len(exchange(address, stream)) <= most_for(subject, stream)
            *begin, again = subject.over_tcp
            once = len(opened(subject).hear(usual).sent)
            once -= len(opened(subject).hear(b"".join(begin)).sent)
            answers = exchange(address, b"".join(begin) + again * MANY)
            assert len(answers) <= len(first) + once * MANY
            assert len(exchange(address, usual)) == len(first), "served as before"
    assert left_behind(before) is None


@over_udp
def test_on_this_computer_datagrams_of_any_kind(subject: Subject) -> None:
    before = belongings()
    with Lab("loopback") as lab:
        port = lab.host("server").udp(app=subject.make()).port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rude:
            rude.connect(("127.0.0.1", port))
            for seed in range(MANY):
                rude.send(garbage(seed, seed % 97))
            rude.send(b"x" * 65_507)
        lab.run()
        expected = Story(subject).tell(apps.Datagram(subject.over_udp[-1], PEER)).sent
        assert bool(answer(port, subject.over_udp[-1], wanted=bool(expected))) is bool(expected)
    assert left_behind(before) is None


def answer(port: int, message: bytes, *, wanted: bool) -> bytes:
    """What comes back, asking again while the port is still busy with what came before."""
    give_up = time.monotonic() + DEADLINE
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.5)
        while time.monotonic() < give_up:
            sock.sendto(message, ("127.0.0.1", port))
            with contextlib.suppress(TimeoutError):
                return sock.recv(1 << 16)
            if not wanted:
                break
    return b""


@pytest.mark.parametrize("world", ["model"])
@over_tcp
def test_in_the_model_too(subject: Subject, world: str) -> None:
    with Lab(world, seed=1) as lab:
        server, client = lab.hosts("server", "client")
        server.listen(1023, subject.make())
        silent = client.connect(server, 1023)
        for stream in (garbage(1, 20_000), b"x" * 100_000):
            spoken(client, server, stream)
        first, second = (spoken(client, server, b"".join(subject.over_tcp)) for _ in range(2))
        assert len(first) == len(second)
        silent.close()


def spoken(client: Host, server: Host, stream: bytes) -> bytes:
    connection = client.connect(server, 1023)
    connection.send(stream)
    connection.shutdown()
    come = bytearray()
    with contextlib.suppress(ConnectionAborted):
        while piece := connection.receive():
            come += piece
    connection.close()
    return bytes(come)


def test_every_app_is_tried() -> None:
    """Whoever adds an app adds it to the subjects too."""
    named = {name for name in apps.__all__ if callable(getattr(getattr(apps, name), "session", 0))}
    assert named - {"App"} == set(SUBJECTS)
