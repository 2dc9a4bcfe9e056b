"""What kind of session this is: with a screen or without, for a learner or for stored outputs."""

import os
import sys


def is_static() -> bool:
    """Whether what is shown must be the same everywhere, without widgets: `PORTLAB_STATIC=1`.

    Set where outputs are compared or committed.
    """
    return os.environ.get("PORTLAB_STATIC", "") not in ("", "0")


def has_screen() -> bool:
    """Whether a browser window could appear here."""
    if sys.platform in ("win32", "darwin"):
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
