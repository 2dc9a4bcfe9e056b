"""Programs of the system that are asked for what they know. None of them sends anything."""


def output(*command: str, encoding: str | None = None) -> str:
    """What a command prints. Raises OSError if it is missing, fails, or takes over 10 s."""
    import subprocess  # here, because it is slow to load and seldom needed

    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding=encoding,
            errors="replace",
            timeout=10,
            check=True,
        )
    except subprocess.SubprocessError as error:
        raise OSError(str(error)) from error
    return done.stdout
