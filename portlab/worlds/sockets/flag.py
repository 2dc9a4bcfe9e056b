"""What one thread raises and others wait for, safe with an interrupt at any moment of the wait."""

import threading


class Flag:
    """Once raised, raised for good.

    `threading.Event` would do, but for Ctrl-C: striking in the midst of a wait, it can find the
    lock of the Event's Condition not taken back yet, and then ends as "release unlocked lock".
    """

    def __init__(self) -> None:
        self._raised = False
        self._gate = threading.Lock()
        self._gate.acquire()

    @property
    def raised(self) -> bool:
        return self._raised

    def up(self) -> None:
        """Raise it; of use to one thread alone."""
        if not self._raised:
            self._raised = True
            self._gate.release()

    def wait(self, seconds: float) -> bool:
        """Wait until it is raised, at most so long, and say whether it is."""
        if not self._raised and self._gate.acquire(timeout=max(0.0, seconds)):
            self._gate.release()  # for the next who waits
        return self._raised
