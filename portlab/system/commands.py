"""Programs of the system that are asked for what they know. None of them sends anything."""

import subprocess


def output(*command: str) -> str:
    """What a command prints. Raises OSError, or SubprocessError if it fails or takes 10 s."""
    return subprocess.run(command, capture_output=True, text=True, timeout=10, check=True).stdout
