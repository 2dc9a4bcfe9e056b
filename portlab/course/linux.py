"""The same run on a real Linux kernel: made now where the computer can, recorded elsewhere.

A recording is a capture of the kernel world in `data/captures`. It is shown as *recorded*, with a
note that says so, and never in place of a run that was possible.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from portlab import material
from portlab.errors import WorldError
from portlab.lab import Lab, run
from portlab.system import is_static
from portlab.trace.capture import load
from portlab.trace.trace import Trace

if TYPE_CHECKING:
    from portlab.network.link import Link


def on_linux(
    experiment: Callable[[Lab], object],
    recording: str,
    *,
    seed: int = 0,
    link: "Link | None" = None,
) -> Trace:
    """`experiment` in the kernel world; where that cannot be, `recording`, made by the same.

    The recording is shown too where outputs must be the same everywhere (`PORTLAB_STATIC=1`).
    Raises CaptureError if there is none of this name.
    """
    if is_static():
        return _recorded(experiment, recording, seed, link, "")
    try:
        return run(experiment, world="kernel", seed=seed, link=link)
    except WorldError as reason:
        return _recorded(experiment, recording, seed, link, f" Here it cannot be run: {reason}")


def _recorded(
    experiment: Callable[[Lab], object], recording: str, seed: int, link: "Link | None", why: str
) -> Trace:
    """The capture, with the names of hosts and experiment, which a file does not hold."""
    trace = load(material.data() / "captures" / f"{recording}.pcapng")
    modelled = run(experiment, seed=seed, link=link)
    trace.hosts, trace.title = modelled.hosts, modelled.title
    trace.notes += (f"Recorded earlier, from a run of this experiment on Linux.{why}",)
    return trace
