"""The packets of one loopback lab, and no others: what a tap shows, sifted by whose it is.

Everything runs in the lab's own thread, beside its apps, so that no interrupt comes between. A
packet is the lab's if one of its ends is, or was, a socket of the lab; of an ICMP error, the packet
that it quotes. The first packet of a connection may be seen before its port is known here, so what
is nobody's yet is kept for a moment, and then forgotten.
"""

from collections import deque
from contextlib import suppress
from dataclasses import replace

from portlab.errors import AppError, PacketError, WorldError
from portlab.packets import Packet
from portlab.trace.links import ETHERNET
from portlab.trace.record import Frame, Record
from portlab.wording import count
from portlab.worlds.loopback.tap import Tap, Tapped
from portlab.worlds.sockets.core import Core

_MOMENT = 2_000_000  # microseconds
_PATIENCE = 5.0  # seconds
_MOST_STRANGERS = 2000
_ROUNDS = 256
"""So often the tap is read in a row: enough for a full queue, and an end if somebody fills it."""


class Capture:
    """Runs from when it is made until the lab ends. Raises WorldError where it cannot."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._server = core.server()
        self._seen: list[tuple[int, Record]] = []
        self._strangers: deque[tuple[int, Tapped, Packet]] = deque()
        self._sorted_with = 0
        self._count = 0
        self._unfinished = 0
        self._missed = 0
        self.last = core.log.now()
        """When the newest packet of the lab came."""
        if not self._server.ask(self._open):
            raise WorldError(
                "The loopback packets of this computer cannot be captured: the thread that would "
                "read them did not start in time. Try again."
            )

    def _open(self) -> bool:
        self._tap = Tap()
        self._core.at_the_end(self._close)
        self._server.readiness.watch(self._tap.socket, self._take, read=True, write=False)
        return True

    def records(self) -> list[Record]:
        """One for each packet up to now; if an app keeps the thread, up to what it let through."""
        if not self._core.ended:
            with suppress(AppError):  # who closes the lab, or uses it, is told
                self._server.ask(self._take_all, _PATIENCE)
        seen = enumerate(self._seen, start=1)
        return [replace(record, number=number) for number, (_, record) in seen]

    @property
    def notes(self) -> list[str]:
        """What is odd about the records as a whole."""
        notes = []
        if self._unfinished:
            notes.append(
                f"The checksums of {count(self._unfinished, 'packet')} are not yet filled in by "
                "the kernel: what stays on this computer passes no network card, and is not "
                "checked."
            )
        if self._missed:
            notes.append(
                f"{count(self._missed, 'packet')} of this computer's loopback came too fast to be "
                "captured; some of them may be missing here."
            )
        return notes

    # ---- in the lab's thread only, or when that has ended

    def _take(self, _: bool = True) -> int:
        """Take what waits; how many packets that were, anybody's."""
        tapped = self._tap.read()
        for one in tapped:
            packet = Packet(one.raw, unfinished=one.unfinished)
            self._count += 1
            if self._is_ours(packet):
                self._keep(self._count, one, packet)
            else:
                self._strangers.append((self._count, one, packet))
        if self._strangers:
            self._look_again()
        return len(tapped)

    def _take_all(self) -> None:
        for _ in range(_ROUNDS):
            if not self._take():
                break
        self._missed = self._tap.missed

    def _look_again(self) -> None:
        """Whether a stranger's packet was ours after all; the old ones are forgotten."""
        if len(self._core.ends) != self._sorted_with:
            self._sorted_with = len(self._core.ends)
            strangers, self._strangers = self._strangers, deque()
            for stranger in strangers:
                if self._is_ours(stranger[2]):
                    self._keep(*stranger)
                else:
                    self._strangers.append(stranger)
        old = self._core.log.now() - _MOMENT
        while self._strangers and (
            len(self._strangers) > _MOST_STRANGERS or self._strangers[0][1].time < old
        ):
            self._strangers.popleft()

    def _is_ours(self, packet: Packet) -> bool:
        ends = self._core.ends
        try:
            proto, src, sport, dst, dport = (packet.quoted or packet).flow
        except PacketError:
            return False
        return (proto, (src, sport)) in ends or (proto, (dst, dport)) in ends

    def _keep(self, place: int, one: Tapped, packet: Packet) -> None:
        frame = Frame(ETHERNET, before=one.link_header)
        record = Record(0, one.time, "captured", "seen", packet, frame=frame)
        self._seen.append((place, record))
        if len(self._seen) > 1 and self._seen[-2][0] > place:
            self._seen.sort(key=lambda seen: seen[0])
        self._unfinished += one.unfinished
        self.last = self._core.log.now()
        if len(self._seen) == self._core.limits.calls:
            self._core.reach_limit(f"{self._core.limits.calls:,} captured packets")

    def _close(self) -> None:
        if self._tap.socket.fileno() >= 0:
            self._take_all()
            self._tap.close()
