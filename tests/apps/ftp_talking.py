"""Commands said to the file server, and what it does and replies: what the tests of FTP share."""

from portlab import apps

LOCAL, PEER = ("10.0.0.1", 21), ("10.0.0.2", 50000)
BYTES = bytes(range(256)) * 1_000
LINES = "one\ntwo\n"


def session(local: apps.Address = LOCAL, peer: apps.Address = PEER) -> apps.Session:
    made = apps.Ftp({"/a.txt": LINES, "/deep/er/b.bin": BYTES}).session(local, peer)
    list(made.handle(apps.Opened()))
    return made


def actions(talk: apps.Session, *lines: str) -> list[apps.Action]:
    """What it does about each of these commands."""
    return [
        action
        for line in lines
        for action in talk.handle(apps.Data(f"{line}\r\n".encode("utf-8", "surrogateescape")))
    ]


def replies(talk: apps.Session, *lines: str) -> list[str]:
    sent = [action for action in actions(talk, *lines) if isinstance(action, apps.Send)]
    return [action.data.decode().removesuffix("\r\n") for action in sent]


def codes(talk: apps.Session, *lines: str) -> list[int]:
    return [int(reply[:3]) for reply in replies(talk, *lines)]


def logged_in(
    user: str = "student", password: str = "sesame", **ends: apps.Address
) -> apps.Session:
    talk = session(**ends)
    assert codes(talk, f"USER {user}", f"PASS {password}") == [331, 230]
    return talk
