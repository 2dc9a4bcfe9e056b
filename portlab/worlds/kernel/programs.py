"""Programs of this computer, run in a host: started, waited for, and what they printed."""

import json
import os
import select
import shutil
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from portlab.errors import LabError, LimitReached, TimedOut, WorldError
from portlab.host import Printed
from portlab.network.checks import as_bytes
from portlab.worlds.kernel.ground import KernelGround
from portlab.worlds.sockets.core import Core

RUNNER = Path(__file__).with_name("runner.py")
_SLICE = 0.25
_AT_ONCE = 65_536
_MOST_PRINTED = 16 << 20
"""Bytes, of output and errors together."""
_KEPT = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TERM", "TZ", "TMPDIR")
"""Of the environment, with LC_*: not what names proxies, agents or sockets of this computer."""


def run(
    core: Core,
    ground: KernelGround,
    argv: Sequence[str],
    given: bytes,
    timeout: float | None,
) -> Printed:
    """See `KernelHost.run`."""
    if isinstance(argv, str) or not argv or not all(isinstance(one, str) for one in argv):
        raise LabError(
            f"{argv!r} is no program with its arguments: give a list of text, such as "
            "['curl', 'http://server/']."
        )
    program = shutil.which(argv[0])
    if program is None:
        raise LabError(
            f"There is no program {argv[0]!r} on this computer, and a host of the kernel world has "
            "no other. Install it, or look at how its name is written."
        )
    plan = json.dumps(
        {
            "argv": list(argv),
            "program": os.path.realpath(program),
            "folder": os.getcwd(),
            "environment": {
                name: value
                for name, value in os.environ.items()
                if name in _KEPT or name.startswith("LC_")
            },
            "host": ground.name,
            "hosts": _hosts_file(ground.names),
        }
    )
    until = core.until(timeout)
    running = ground.basement.in_server(lambda: _Running(ground, plan, as_bytes(given)))
    try:
        while running.wait(min(_SLICE, max(0.0, core.left(until)))):
            core.check()
            if sum(map(len, running.printed.values())) > _MOST_PRINTED:
                raise LimitReached(
                    f"{argv[0]} printed more than {_MOST_PRINTED:,} bytes, which is the most, and "
                    "was ended. Ask it for less, or have it write to a file."
                )
            if core.left(until) <= 0:
                raise TimedOut(
                    f"{argv[0]} did not end in {timeout:g} s, and was ended. It printed: "
                    f"{bytes(running.printed[1][-200:])!r}"
                )
    finally:
        running.close()
    return running.result(argv[0])


def _hosts_file(names: dict[str, str]) -> str:
    lines = ["127.0.0.1 localhost", "::1 localhost"]
    return "".join(
        f"{line}\n" for line in [*lines, *(f"{one} {name}" for one, name in names.items())]
    )


class _Running:
    """A program that was started. Made in the server's thread: an interrupt could lose its ends."""

    def __init__(self, ground: KernelGround, plan: str, given: bytes) -> None:
        self.printed = {1: bytearray(), 2: bytearray()}
        self._given = given
        self._said: dict[str, Any] = {}
        theirs: list[int] = []
        ours: list[int] = []
        self._channel, channel = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with channel:
                for number in range(3):
                    reading, writing = os.pipe()
                    theirs.append(writing if number else reading)
                    ours.append(reading if number else writing)
                    os.set_blocking(ours[-1], False)
                streams = [*theirs, channel.fileno()]
                self._channel.send(plan.encode())
                ground.basement.run(ground.number, str(RUNNER), streams)
        except BaseException:
            for one in ours:
                os.close(one)
            self._channel.close()
            raise
        finally:
            for one in theirs:
                os.close(one)
        self._input = os.fdopen(ours[0], "wb", buffering=0)
        self._outputs = {stream: os.fdopen(ours[stream], "rb", buffering=0) for stream in (1, 2)}

    def wait(self, seconds: float) -> bool:
        """Let it go on for a while; False once it has ended and all it printed is here."""
        if self._given == b"":
            self._input.close()
        ready = select.poll()
        for one in self._outputs.values():
            if not one.closed:
                ready.register(one, select.POLLIN)
        if self._channel.fileno() >= 0:
            ready.register(self._channel, select.POLLIN)
        elif all(one.closed for one in self._outputs.values()):
            return False
        if not self._input.closed:
            ready.register(self._input, select.POLLOUT)
        told = {number for number, _ in ready.poll(seconds * 1000)}
        if not self._input.closed and self._input.fileno() in told:
            self._write()
        for stream, one in self._outputs.items():
            if not one.closed and one.fileno() in told:
                data = one.read(_AT_ONCE)
                self.printed[stream] += data or b""
                if data == b"":
                    one.close()
        if self._channel.fileno() in told:
            said = self._channel.recv(_AT_ONCE)
            self._said = json.loads(said) if said else {}
            self._channel.close()
        return True

    def _write(self) -> None:
        try:
            written = self._input.write(self._given[:_AT_ONCE])
            self._given = self._given[written or 0 :]
        except BrokenPipeError:
            self._given = b""  # it reads no more

    def result(self, name: str) -> Printed:
        """Raises WorldError if it could not be started or lost its host."""
        if error := self._said.get("error"):
            raise WorldError(f"{name} could not be run in a host here: {error[1]}.")
        if "status" not in self._said:
            raise WorldError(f"{name} was ended before its time, and its host with it.")
        out, err = (self.printed[stream].decode("utf-8", "replace") for stream in (1, 2))
        return Printed(out, err, self._said["status"], bytes(self.printed[1]))

    def close(self) -> None:
        """End it, if it still runs. Safe to repeat."""
        self._channel.close()
        self._input.close()
        for one in self._outputs.values():
            one.close()
