"""An app out of one function, for the stories that apps tell in every world."""

from collections.abc import Callable, Iterable

from portlab import apps


class Program:
    """An app out of one function; each session's events are kept."""

    name = "Program"

    def __init__(self, handle: Callable[[apps.Event], Iterable[apps.Action]]) -> None:
        self._handle = handle
        self.events: list[apps.Event] = []

    def session(self, local: apps.Address, peer: apps.Address) -> "Program":
        return self

    def handle(self, event: apps.Event) -> Iterable[apps.Action]:
        self.events.append(event)
        return self._handle(event)
