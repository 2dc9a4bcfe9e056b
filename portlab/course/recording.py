"""Short captures of real Linux, for computers that cannot run it: made here, and shown from here.

A lesson runs its experiment in the kernel world where there is one, and shows the recording of the
same experiment where there is none (`on_linux`). To make the recordings again, on a Linux that has
the kernel world: `python -m portlab.course.recording`, all of them or those named.
"""

import json
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from portlab import material
from portlab.course import recorded
from portlab.errors import LabError, WorldError
from portlab.lab import Lab, run
from portlab.network.faults import Fault, drop
from portlab.network.link import Link
from portlab.system.session import is_static
from portlab.trace.capture import load, save
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.trace.writing import told
from portlab.wording import listed

SEED = 1


@dataclass(frozen=True, slots=True)
class Recording:
    """One capture: its story in `recorded`, and what the wire does to it.

    `hosts` are those of the story, in their order.
    """

    story: Callable[[Lab], object]
    shows: str
    link: Link | None = None
    faults: tuple[Fault, ...] = ()
    variant: str = ""
    hosts: tuple[str, str] = ("server", "client")

    @property
    def name(self) -> str:
        return self.story.__name__.replace("_", "-") + self.variant

    @property
    def path(self) -> Path:
        return _folder() / f"{self.name}.pcapng"

    def play(self, world: str) -> Trace:
        """The story once more, in any world with a wire of ours."""
        return run(self.story, world=world, seed=SEED, link=self.link, faults=self.faults)


FIRST_DATA = 4
"""The transmission behind the three of a handshake."""

BAD_LINE = Link(loss=0.1)
LONG_LINE = Link(delay=0.050)
CALL = Link(delay=0.060)
"""Where one packet's loss makes others late by much more than a busy computer does."""

THIRD_SOUND_OVER_UDP, THIRD_SOUND_OVER_TCP = 4, 6
"""Behind the datagram or the handshake that begins the call, and before the first ACK."""

RECORDINGS = {
    one.name: one
    for one in (
        Recording(recorded.handshake, "SYN, SYN-ACK, ACK"),
        Recording(recorded.refused, "a port on which nobody listens answers RST"),
        Recording(
            recorded.filtered,
            "a port on which somebody listens, behind a filter: no answer at all",
            link=Link(filtered=(recorded.SILENT,)),
        ),
        Recording(
            recorded.data_with_loss,
            "the first of several data segments is lost, and sent again",
            faults=(drop(FIRST_DATA),),
        ),
        Recording(recorded.zero_window, "a receiver that does not read, and is probed"),
        Recording(recorded.closed_by_the_client, "the client's FIN comes first"),
        Recording(recorded.closed_by_the_server, "the server's FIN comes first"),
        Recording(recorded.closed_at_once, "both FINs cross on the line"),
        Recording(recorded.half_closed, "the server answers after the client's FIN"),
        Recording(recorded.aborted, "a close with unread data is a reset"),
        Recording(recorded.http, "one page over HTTP"),
        Recording(recorded.client_ports, "six calls, and the ports that the client gets for them"),
        Recording(
            recorded.switched_on,
            "discover, offer, request, acknowledge: a laptop gets its address",
            hosts=("router", "laptop"),
        ),
        Recording(recorded.by_hand, "a request written by hand", hosts=("web", "laptop")),
        Recording(recorded.echo_over_udp, "a question and its answer in two datagrams"),
        Recording(recorded.echo_over_tcp, "the same question over TCP"),
        Recording(
            recorded.echo_over_tcp,
            "the question is lost, and sent again",
            faults=(drop(FIRST_DATA),),
            variant="-lost",
        ),
        Recording(recorded.twenty_over_udp, "twenty questions on a line that loses", link=BAD_LINE),
        Recording(
            recorded.twenty_over_tcp, "the same twenty, each asked until it is heard", link=BAD_LINE
        ),
        Recording(
            recorded.call_over_udp,
            "a second of talk, of which one packet never comes",
            link=CALL,
            faults=(drop(THIRD_SOUND_OVER_UDP),),
            variant="-lost",
            hosts=("speaker", "listener"),
        ),
        Recording(
            recorded.call_over_tcp,
            "the same second: that packet comes late, and holds up others",
            link=CALL,
            faults=(drop(THIRD_SOUND_OVER_TCP),),
            variant="-lost",
            hosts=("speaker", "listener"),
        ),
        *(
            Recording(story, shows, link=LONG_LINE, faults=faults, variant=variant)
            for story, shows, first in (
                (recorded.one_connection, "two pictures over one connection", FIRST_DATA),
                (recorded.two_connections, "two pictures over two", 2 * FIRST_DATA - 1),
            )
            for variant, faults in (("", ()), ("-lost", (drop(first),)))
        ),
        Recording(recorded.dns, "a name and its address, in two datagrams"),
        Recording(recorded.dns_truncated, "an answer too long for UDP comes over TCP"),
        Recording(
            recorded.snmp_get, "one value asked for and told, with the community in the clear"
        ),
        Recording(recorded.udp_closed_port, "ICMP port unreachable"),
        Recording(
            recorded.port_scan,
            "six ports are called: open, closed, and silent",
            link=Link(filtered=(recorded.SILENT,)),
        ),
    )
}
"""By name, which is that of the file."""


def recording(name: str) -> Trace:
    """A capture of real Linux that comes with portlab. Raises LabError for a name it has not.

    >>> [record.flags for record in recording("handshake")]
    ['SYN', 'SYN,ACK', 'ACK']
    """
    known = _known(name)
    seen = load(known.path)
    made = json.loads((_folder() / "made.json").read_text(encoding="utf-8"))[name]
    hosts = dict(zip(("10.0.0.1", "10.0.0.2"), known.hosts, strict=True))
    trace = Trace([_on_our_wire(record) for record in seen], hosts=hosts, notes=seen.notes)
    trace.title = name.replace("-", " ")
    trace.notes += (f"Recorded on {made['system']} on {made['date']}, not run here.",)
    return trace


def on_linux(experiment: Callable[[Lab], object], name: str) -> Trace:
    """The experiment in the kernel world, or, where this computer has none, its recording `name`.

    What the wire does in the recording, it does here too. The records say which of the two it is
    (captured or recorded), and a note of the Trace why it is not live. Raises what `run` raises,
    and LabError for no such recording.
    """
    if is_static():
        return recording(name)
    wire = _known(name)
    try:
        Lab("kernel").close()
    except WorldError as error:
        trace = recording(name)
        trace.notes += (f"It is not live, because of this: {error}",)
        return trace
    return run(experiment, world="kernel", seed=SEED, link=wire.link, faults=wire.faults)


def make(names: Sequence[str]) -> None:
    """Run the named recordings in the kernel world and save them. Raises what `run` raises."""
    folder = _folder()
    index = folder / "made.json"
    made = json.loads(index.read_text(encoding="utf-8")) if index.exists() else {}
    for name in names:
        save(RECORDINGS[name].play("kernel"), RECORDINGS[name].path)
        version = ".".join(platform.release().split("-")[0].split(".")[:2])
        today = datetime.now(UTC).date().isoformat()
        made[name] = {"system": f"Linux {version}", "date": today}
    kept = {name: made[name] for name in RECORDINGS if name in made}
    index.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def _on_our_wire(record: Record) -> Record:
    """With what became of the packet: a capture cannot tell, but the wire was ours, and `save`
    wrote beside each packet what it did."""
    fate, cause, delay = told(record.comments[0])
    arrival = None if delay is None else record.time + delay
    return replace(record, fate=fate, cause=cause, arrival=arrival)


def _known(name: str) -> Recording:
    found = RECORDINGS.get(name)
    if found is None:
        raise LabError(f"There is no recording {name!r}: there are {listed(sorted(RECORDINGS))}.")
    return found


def _folder() -> Path:
    return material.data() / "captures"


if __name__ == "__main__":
    make(sys.argv[1:] or list(RECORDINGS))
