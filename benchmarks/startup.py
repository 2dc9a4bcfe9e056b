"""How long a learner waits before anything happens."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import Row, median

ROUNDS = 15


def measure() -> list[Row]:
    """Milliseconds over a bare interpreter, and the command beside tshark on the same packets."""
    bare, package, names = _alternately(
        [sys.executable, "-c", "pass"],
        [sys.executable, "-c", "import portlab"],
        [sys.executable, "-c", "from portlab import Lab, apps, ladder"],
    )
    return [
        ("import portlab adds to a bare interpreter (ms)", 1000 * (package - bare), "<=", 60),
        ("from portlab import Lab, apps, ladder adds (ms)", 1000 * (names - bare), "<=", 90),
        (
            "portlab handshake, times tshark -r of the same three packets",
            _against_tshark(),
            "<=",
            1,
        ),
    ]


def _against_tshark() -> float | None:
    tshark = shutil.which("tshark")
    if tshark is None:
        return None
    handshake = [sys.executable, "-m", "portlab", "handshake"]
    with tempfile.TemporaryDirectory() as folder:
        capture = str(Path(folder) / "handshake.pcapng")
        subprocess.run([*handshake, "--save", capture], check=True, stdout=subprocess.DEVNULL)
        ours, theirs = _alternately(handshake, [tshark, "-n", "-c", "3", "-r", capture])
    return ours / theirs


def _alternately(*commands: list[str]) -> list[float]:
    """The median time of each command, run in turn so that a busy moment hits all alike."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(ROUNDS):
        for command, spent in zip(commands, times, strict=True):
            start = time.perf_counter()
            subprocess.run(
                command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            spent.append(time.perf_counter() - start)
    return [median(spent) for spent in times]
