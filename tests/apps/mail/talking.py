"""A conversation with an app, told as what each side says."""

from typing import Any

from portlab import apps

SERVER, CLIENT = ("10.0.0.1", 25), ("10.0.0.2", 50000)
STUDENT = "student@school.example"
NOON = 12 * 3600 * 1_000_000


class Talk:
    """One session of an app that was opened at noon; `said` is all it sent, `over` if it closed."""

    def __init__(self, app: apps.App) -> None:
        self.session = app.session(SERVER, CLIENT)
        self.said = b""
        self.over = False
        self.other: list[apps.Action] = []
        """What it did beside sending and closing: alarms, connections."""
        self.tell(apps.Opened(NOON))

    def tell(self, event: apps.Event) -> bytes:
        """What it sends because of an event."""
        before = len(self.said)
        for action in self.session.handle(event):
            assert not self.over, f"{action} after the end"
            match action:
                case apps.Send(data):
                    self.said += data
                case apps.Close():
                    self.over = True
                case _:
                    self.other.append(action)
        return self.said[before:]

    def say(self, *lines: str) -> list[str]:
        """What it answers to these lines, in lines."""
        return self.send("".join(f"{line}\r\n" for line in lines).encode()).decode().splitlines()

    def send(self, data: bytes, *, cut: int | None = None) -> bytes:
        """What it sends because of these bytes, which come in pieces of `cut`."""
        step = cut or max(1, len(data))
        return b"".join(
            self.tell(apps.Data(data[at : at + step])) for at in range(0, len(data), step)
        )

    def wait(self, seconds: float) -> bytes:
        """What it says when its alarm rings so long after noon."""
        return self.tell(apps.Woken(NOON + round(seconds * 1_000_000)))


def school(**options: Any) -> tuple[apps.Post, Talk]:
    """A mail server on an empty post."""
    post = apps.Post("school.example", {"student": "sesame", "teacher": "chalk"})
    return post, Talk(apps.Smtp(post, **options))


def only(post: apps.Post, user: str = "student") -> bytes:
    """The one mail in a mailbox."""
    (message,) = post.mailbox(user).messages
    return message.content


def codes(lines: list[str]) -> list[int]:
    """The numbers that replies begin with."""
    return [int(line[:3]) for line in lines]
