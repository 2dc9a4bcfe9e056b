"""What a program of a model host waits for: a time that it asked for, or something told to it."""

from typing import TYPE_CHECKING

from portlab.apps.app import Event, Woken

if TYPE_CHECKING:
    from portlab.network.programs import Program


class Alarm:
    """A timer that ends with its program; it brings Woken, or what else there is to hear then."""

    def __init__(self, program: "Program", event: Event | None = None) -> None:
        self._program = program
        self._event = event

    def expire(self, now: int) -> None:
        self._program.wake(self._event or Woken(now), now)

    def only_keeps_alive(self) -> bool:
        return self._program.ended
