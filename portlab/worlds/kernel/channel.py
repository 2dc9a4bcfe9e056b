"""Our side of the helper: it is started, asked, and ended here.

Asked from one thread only, and never from one that an interrupt can reach: a descriptor that has
arrived and not yet been put away would be lost.
"""

import marshal
import os
import socket
import subprocess
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from portlab.errors import WorldError
from portlab.system import Obstacle, obstacle_at

HELPER = Path(__file__).with_name("helper.py")
_ANSWER = 65_536
_MOST_DESCRIPTORS = 4
_PATIENCE = 20.0
"""Seconds: for an answer, and for the helper to end."""


class NoKernelWorld(WorldError):
    """There is no kernel world on this computer: what keeps it away, and the remedy."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(
            f"The kernel world cannot run here ({obstacle.seen}). {obstacle.remedy} Or use "
            "world='model', where every packet is seen too."
        )
        self.obstacle = obstacle


class Channel:
    """One helper process. Raises WorldError if it cannot do its work on this computer."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.settimeout(_PATIENCE)
        try:
            with theirs:
                # Of a session of its own: Ctrl-C in a terminal, and Jupyter's interrupt, reach
                # the whole process group.
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _begin(), str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            self._answer()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int | None:
        """Of the helper, while it runs."""
        return self._process.pid if self._process else None

    def ask(self, name: str, *arguments: Any, give: Sequence[int] = ()) -> list[int]:
        """Have the helper do something; the descriptors it hands back.

        Raises OSError as the system did there, WorldError if the helper is gone.
        """
        if self._channel.fileno() < 0:
            raise _gone()
        try:
            socket.send_fds(self._channel, [marshal.dumps([name, *arguments])], give)
        except TimeoutError:
            raise self._given_up() from None
        except ConnectionError:
            raise _gone() from None
        return self._answer()

    def _answer(self) -> list[int]:
        try:
            data, descriptors = _receive(self._channel)
        except TimeoutError:
            raise self._given_up() from None
        except ConnectionError:
            raise _gone() from None
        if not data:
            raise _gone()
        said: dict[str, Any] = marshal.loads(data)
        if refused := said.get("refused"):
            raise NoKernelWorld(obstacle_at(*refused))
        if error := said.get("error"):
            raise OSError(*error)
        return descriptors

    def _given_up(self) -> WorldError:
        """End what does not answer: a late answer would be taken for that to the next request."""
        self._channel.close()
        if self._process is not None:
            self._process.kill()
        return WorldError(
            "The helper in which the hosts of this lab live does not answer, so it was ended, and "
            "they with it: it was stopped, or this computer is very busy. Open a new lab."
        )

    def close(self) -> None:
        """End the helper and everything inside. Safe to repeat, and to be interrupted."""
        self._channel.close()
        process = self._process
        if process is None:
            return
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def obstacle() -> Obstacle | None:
    """What keeps this computer from having a kernel world, found out by trying; None if nothing."""
    try:
        Channel().close()
    except NoKernelWorld as error:
        return error.obstacle
    return None


def _receive(channel: socket.socket) -> tuple[bytes, list[int]]:
    """As socket.recv_fds, which does not pass its flags on. A program that the learner starts
    must not have a descriptor of the lab, not even if it is started at this very moment.
    """
    descriptors = array("i")
    space = socket.CMSG_LEN(_MOST_DESCRIPTORS * descriptors.itemsize)
    data, told, _, _ = channel.recvmsg(_ANSWER, space, socket.MSG_CMSG_CLOEXEC)
    for level, kind, content in told:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            descriptors.frombytes(content)
    return data, list(descriptors)


def _begin() -> str:
    """Import the helper, so that Python keeps it compiled, from a path that `-I` leaves out."""
    return (
        f"import sys; sys.path.insert(0, {str(HELPER.parent)!r}); import {HELPER.stem}; "
        f"{HELPER.stem}.main(sys.argv[1])"
    )


def _gone() -> WorldError:
    return WorldError(
        "The helper in which the hosts of this lab lived has ended, and they with it. Open a new "
        "lab."
    )


def read_all(descriptor: int) -> bytes:
    """Everything behind a descriptor, which is closed then."""
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
