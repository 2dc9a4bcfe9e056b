"""A free port of this computer."""

import socket


def free_port() -> int:
    """A port that nothing listened on at 127.0.0.1 a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
