"""Making very many objects, none of which is garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Python's garbage collector rests meanwhile, if it was at work.

    It would look through all that was made again and again, each time it has grown by some: a
    third of the time that it takes to load a long capture.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()
