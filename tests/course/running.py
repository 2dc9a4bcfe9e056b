"""`portlab lab` as a learner starts it: a process of its own, in a home of its own."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SECONDS = 90
"""A machine that is busy with other things may take that long to start JupyterLab."""

WINDOWS = sys.platform == "win32"
ENDINGS = [signal.CTRL_BREAK_EVENT] if WINDOWS else [signal.SIGINT, signal.SIGTERM]
"""What a terminal or a system sends to end a program; Ctrl-C first, or what is nearest to it."""


class RunningLab:
    """What it printed so far, its address, and the folder of its connection files."""

    def __init__(self, process: "subprocess.Popen[str]", runtime: Path) -> None:
        self.process = process
        self.runtime = runtime
        self.lines: list[str] = []
        self._queue: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self._read_until_url()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._queue.put(line.rstrip("\n"))
        self._queue.put(None)

    def _read_until_url(self) -> str:
        while (line := self._queue.get(timeout=SECONDS)) is not None:
            self.lines.append(line)
            if found := re.match(r"Open (http://\S+)", line):
                return found[1]
        raise AssertionError("it ended without an address:\n" + "\n".join(self.lines))

    @property
    def output(self) -> str:
        """All of it, once the process has ended."""
        while (line := self._queue.get(timeout=SECONDS)) is not None:
            self.lines.append(line)
        return "\n".join(self.lines)

    @property
    def server(self) -> str:
        return self.url.partition("/lab")[0]

    @property
    def port(self) -> int:
        return int(self.server.rpartition(":")[2])

    @property
    def token(self) -> str:
        return self.url.partition("token=")[2]

    def end(self, how: signal.Signals = ENDINGS[0]) -> int:
        """Send one signal and give back the exit status."""
        self.process.send_signal(how)
        return self.process.wait(SECONDS)


def environment(home: Path, **more: str) -> dict[str, str]:
    """This environment with another home, without a screen, with portlab to import."""
    left_out = ("DISPLAY", "WAYLAND_DISPLAY", "PORTLAB_STATIC", "PORTLAB_HOME")
    dropped = ("XDG_", "JUPYTER")
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith(dropped)
    }
    return {**kept, "HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home), **more}


@contextmanager
def running_lab(home: Path, *arguments: str, **more: str) -> Iterator[RunningLab]:
    """`portlab lab` with these arguments. Whatever happens, nothing of it runs on afterwards."""
    runtime = home / "runtime"
    process = subprocess.Popen(
        [sys.executable, "-m", "portlab", "lab", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(home, **{"JUPYTER_RUNTIME_DIR": str(runtime), **more}),
        cwd=home,
        # On Windows a signal goes to a whole group, and ours must not get it.
        creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if WINDOWS else 0,
    )
    family = [psutil.Process(process.pid)]
    try:
        yield RunningLab(process, runtime)
    finally:
        with suppress(psutil.NoSuchProcess):
            family += family[0].children(recursive=True)
        for member in reversed(family):
            with suppress(psutil.NoSuchProcess):
                member.kill()
        process.wait(SECONDS)
