"""The terminal, as telnet and curl see it, and byte by byte."""

import contextlib
import os
import pty
import select
import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.apps.telnet.protocol import (
    DO,
    DONT,
    ECHO,
    IAC,
    SUPPRESS_GO_AHEAD,
    WILL,
    WONT,
    Command,
    Decoder,
    NewLines,
)
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

LOCAL, PEER = ("10.0.0.1", 23), ("10.0.0.2", 50_000)
LOGIN = b"student\r\nsesame\r\n"
OFFERS = Command(WILL, ECHO).encode() + Command(WILL, SUPPRESS_GO_AHEAD).encode()
TERMINAL_TYPE = 24


class Talk:
    """One session, and whether it has hung up."""

    def __init__(self) -> None:
        self.session = apps.Telnet({"/a.txt": "one\ntwo\n", "/deep/b": ""}).session(LOCAL, PEER)
        self.closed = False
        self.greeting = self._tell(apps.Opened())

    def type(self, data: bytes) -> bytes:
        return self._tell(apps.Data(data))

    def _tell(self, event: apps.Event) -> bytes:
        sent = b""
        for action in self.session.handle(event):
            self.closed |= action == apps.Close()
            sent += action.data if isinstance(action, apps.Send) else b""
        return sent


def in_the_shell() -> Talk:
    talk = Talk()
    assert talk.type(LOGIN).endswith(b"$ ")
    return talk


def test_it_asks_who_is_there() -> None:
    talk = Talk()
    assert talk.greeting == OFFERS + b"portlab telnet server\r\nlogin: "
    assert talk.type(b"student\r\n") == b"Password: "
    assert talk.type(b"wrong\r\n") == b"Login incorrect\r\nlogin: "
    assert talk.type(LOGIN).startswith(b"Password: Welcome, student.")


def test_three_guesses_are_enough() -> None:
    talk = Talk()
    assert talk.type(b"student\r\nguess\r\n" * 3 + b"student\r\n").endswith(b"Login incorrect\r\n")
    assert talk.closed
    assert talk.type(LOGIN) == b""


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (b"whoami", b"student\r\n"),
        (b"ls", b"a.txt\r\ndeep/\r\n"),
        (b"ls deep", b"b\r\n"),
        (b"cat a.txt", b"one\r\ntwo\r\n"),
        (b"cat /../../etc/passwd", b"cat: there is nothing of that name\r\n"),
        (b"echo  a \x1b[2J b", b"a [2J b\r\n"),
        (b"", b""),
        (b"rm -rf /", b"That is no command here. Try help.\r\n"),
        (b"x" * 300, b"That line is too long.\r\n"),
    ],
)
def test_the_shell_shows_what_is_there_and_runs_nothing(typed: bytes, shown: bytes) -> None:
    assert in_the_shell().type(typed + b"\r\n").removesuffix(b"$ ") == shown


def test_who_leaves_is_let_go() -> None:
    talk = in_the_shell()
    assert talk.type(b"exit\r\nls\r\n") == b"Goodbye.\r\n"
    assert talk.closed


@pytest.mark.parametrize("end", [b"\r\n", b"\r\0", b"\n", b"\r"])
def test_lines_may_end_in_each_way(end: bytes) -> None:
    assert in_the_shell().type(b"whoami" + end + b"whoami" + end).count(b"student") == 2


def test_a_slip_is_taken_back() -> None:
    talk = in_the_shell()
    assert talk.type(b"lx\x7fs deep\x15whoamx\bi\r\n") == b"student\r\n$ "
    erase, again = bytes([IAC, 247]), bytes([IAC, 244])  # EC and IP
    assert talk.type(b"cat x" + again + b"whoamx" + erase + b"i\r\n") == b"student\r\n$ "


# ---- options


def test_what_is_typed_is_shown_once_the_client_agrees_but_never_a_password() -> None:
    talk = Talk()
    assert talk.type(b"ab\x7f") == b"", "not yet"
    assert talk.type(Command(DO, ECHO).encode()) == b"", "the answer to its own offer"
    assert talk.type(b"\x15student\r\0") == b"student\r\nPassword: "
    assert talk.type(b"ses") == talk.type(b"ame") == b""
    assert talk.type(b"\r\0").startswith(b"\r\nWelcome")
    assert talk.type(b"lx\x7fs") == b"lx\b \bs"
    assert talk.type(Command(DONT, ECHO).encode()) == Command(WONT, ECHO).encode()
    assert talk.type(b"\r\n").startswith(b"a.txt")


def test_an_option_can_be_switched_off_and_on_again() -> None:
    """Only the first answer to an offer is none to be answered (RFC 854)."""
    do, dont, will, wont = (Command(verb, ECHO).encode() for verb in (DO, DONT, WILL, WONT))
    talk = Talk()
    assert [talk.type(one) for one in (do, do, dont, dont, do, do)] == [
        *(b"", b""),
        *(wont, b""),
        *(will, b""),
    ]
    assert talk.type(b"student") == b"student", "and so it does"
    refused = Talk()
    assert [refused.type(one) for one in (dont, do, dont)] == [b"", will, wont]


def test_every_other_option_is_refused_and_nothing_is_answered_twice() -> None:
    """RFC 854: what is so already is not acknowledged, or two sides would never stop."""
    talk = Talk()
    assert talk.type(Command(DO, TERMINAL_TYPE).encode()) == Command(WONT, TERMINAL_TYPE).encode()
    assert talk.type(Command(WILL, TERMINAL_TYPE).encode()) == Command(DONT, TERMINAL_TYPE).encode()
    assert talk.type(Command(WONT, TERMINAL_TYPE).encode()) == b""
    assert talk.type(Command(DONT, TERMINAL_TYPE).encode()) == b""
    will, do = Command(WILL, SUPPRESS_GO_AHEAD).encode(), Command(DO, SUPPRESS_GO_AHEAD).encode()
    assert talk.type(will * 2) == do


def test_it_says_that_it_is_there() -> None:
    assert in_the_shell().type(bytes([IAC, 246])) == b"[yes]\r\n"


@given(
    st.lists(
        st.one_of(
            st.binary(min_size=1, max_size=5).filter(lambda data: 255 not in data),
            st.just(b"\xff"),
            st.builds(Command, st.sampled_from([DO, DONT, WILL, WONT]), st.integers(0, 254)),
            st.builds(Command, st.sampled_from([241, 246, 249])),
        ),
        max_size=8,
    ),
    st.data(),
)
def test_a_stream_is_taken_apart_wherever_it_is_cut(
    pieces: list[bytes | Command], data: st.DataObject
) -> None:
    stream = b"".join(
        piece.encode() if isinstance(piece, Command) else piece.replace(b"\xff", b"\xff\xff")
        for piece in pieces
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    decoder, found = Decoder(), []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        found += list(decoder.feed(stream[start:end]))

    def joined(parts: list[bytes | Command]) -> list[bytes | Command]:
        made: list[bytes | Command] = []
        for part in parts:
            if isinstance(part, bytes) and made and isinstance(made[-1], bytes):
                made[-1] += part
            else:
                made.append(part)
        return made

    assert joined(found) == joined(pieces)


def test_what_is_said_about_an_option_is_left_out() -> None:
    negotiation = b"\xff\xfa\x18\x00xterm\xff\xff\xff\xf0"
    for cut in range(len(negotiation)):
        decoder = Decoder()
        stream = b"a" + negotiation + b"b"
        found = [*decoder.feed(stream[: cut + 1]), *decoder.feed(stream[cut + 1 :])]
        assert found == [b"a", b"b"]


@given(st.lists(st.sampled_from([b"a", b"\r\n", b"\r\0", b"\n", b"\0"]), max_size=9), st.data())
def test_ends_of_lines_are_the_same_wherever_they_are_cut(
    pieces: list[bytes], data: st.DataObject
) -> None:
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    ends = NewLines()
    plain = b"".join(
        ends.plain(stream[start:end])
        for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)
    )
    assert plain == NewLines().plain(stream)


# ---- with programs from outside


@pytest.mark.parametrize("world", ["loopback", "kernel", "model"])
def test_curl_logs_in(world: str) -> None:
    needs("curl")
    if world != "loopback":
        needs("kernel")
    with Lab("loopback" if world == "loopback" else "kernel") as lab:
        server = lab.host("server", world="model" if world == "model" else None)
        client = lab.host("client")
        port = server.listen(0 if world == "loopback" else 23, apps.Telnet()).port
        curl = ["curl", "-sS", "-m", "30", f"telnet://{server.addresses[0]}:{port}"]
        typed = LOGIN.replace(b"\r", b"") + b"whoami\nexit\n"
        if isinstance(client, KernelHost):
            shown = client.run(curl, input=typed, timeout=40).raw
        else:
            shown = subprocess.run(curl, input=typed, capture_output=True, check=True).stdout
    assert b"Welcome, student." in shown
    assert shown.endswith(b"$ exit\r\nGoodbye.\r\n"), "echoed, for curl agrees to that"
    assert b"sesame" not in shown


def test_telnet_logs_in() -> None:
    """At a terminal, as people use it."""
    needs("telnet")
    with Lab("loopback") as lab:
        listener = lab.host("server").listen(app=apps.Telnet())
        screen, keyboard = pty.openpty()
        try:
            command = ["telnet", listener.address, str(listener.port)]
            with subprocess.Popen(
                command, stdin=keyboard, stdout=keyboard, stderr=keyboard, close_fds=True
            ) as telnet:
                for prompt, typed in [
                    (b"login: ", b"student\r"),
                    (b"Password: ", b"sesame\r"),
                    (b"$ ", b"whoami\r"),
                    (b"student\r\n$ ", b"exit\r"),
                    (b"Goodbye.", b""),
                ]:
                    shown = until(screen, prompt)
                    assert b"sesame" not in shown
                    os.write(screen, typed)
                assert telnet.wait(20) in (0, 1)
        finally:
            os.close(screen)
            os.close(keyboard)


def until(screen: int, wanted: bytes) -> bytes:
    """What the screen shows up to `wanted`."""
    shown, give_up = b"", time.monotonic() + 20
    while wanted not in shown:
        assert time.monotonic() < give_up, shown
        if select.select([screen], [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                shown += os.read(screen, 4096)
    return shown
