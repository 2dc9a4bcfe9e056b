"""The time of this computer, for what is dated; nothing is judged by how long it takes."""

import time


def now() -> int:
    """Whole seconds of Unix time."""
    return int(time.time())
