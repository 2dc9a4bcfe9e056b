"""The model host as host under test: alone with the script, in virtual time."""

from collections.abc import Callable

from portlab.network.link import Link
from portlab.network.network import Network
from portlab.network.stack import Stack
from portlab.packets import Packet
from portlab.scripts.arguments import lacks
from portlab.scripts.lines import Call
from portlab.scripts.model_calls import ModelCalls
from portlab.scripts.subject import Ends, Returned, Sent, Waiting
from portlab.tcp import Config
from portlab.trace.record import Origin
from portlab.trace.snapshot import Snapshots
from portlab.trace.trace import Trace

HOUR = 3_600_000_000


class Hand:
    """The script's end of the wire: a node that only takes what comes."""

    origin: Origin = "modelled"

    def __init__(self, name: str, address: str) -> None:
        self.name = name
        self.addresses = (address,)

    def receive(self, packet: Packet, now: int) -> None:
        pass

    def next_deadline(self) -> int | None:
        return None

    def on_deadline(self, now: int) -> None:
        pass

    def is_quiet(self) -> bool:
        return True


class ModelHost:
    """A host at `local` with TCP as `config` says; the script is `remote`.

    The wire between them takes no time, so a packet arrives when it is injected and is seen when
    it is sent.
    """

    patience = HOUR

    def __init__(self, local: str, remote: str, config: Config, *, seed: int = 0) -> None:
        self.local = local
        self.remote = remote
        self.sent: list[Sent] = []
        self._network = Network(seed=seed, link=Link(delay=0.0))
        self._stack = Stack("host", (local,), self._network, seed)
        self._script = Hand("script", remote)
        for node in (self._stack, self._script):
            self._network.add(node)
        self._calls = ModelCalls(self._stack, remote, config)
        self._looked_at = 0

    @property
    def now(self) -> int:
        return self._network.now

    def wait(self, until: int, ready: Callable[[], bool]) -> None:
        def noticed() -> bool:
            self._notice()
            return ready()

        self._network.run(noticed, until)
        self._notice()

    def give(self, packet: Packet) -> None:
        with self._network.acting():
            self._network.send(self._script, packet)
        self._notice()

    def lacks(self, call: Call) -> str | None:
        return lacks(call)

    def start(self, call: Call) -> Returned | Waiting:
        with self._network.acting(self._stack):
            started = self._calls.start(call)
        self._notice()
        if isinstance(started, Returned):
            return started
        return Waiting(started.ready, lambda: self._finish(started))

    def _finish(self, waiting: Waiting) -> Returned:
        with self._network.acting(self._stack):
            return waiting.finish()

    def ends(self, descriptor: int) -> Ends | None:
        return self._calls.ends(descriptor)

    def trace(self) -> Trace:
        network = self._network
        return Trace(
            network.records,
            changes=network.changes,
            snapshots=Snapshots(network.noted),
            hosts={self.local: "host", self.remote: "script"},
            world="model",
        )

    def _notice(self) -> None:
        """What the host has sent since the last look."""
        for record in self._network.records[self._looked_at :]:
            if record.packet is not None and record.packet.src == self.local:
                self.sent.append(Sent(record.time, record.packet))
        self._looked_at = len(self._network.records)
