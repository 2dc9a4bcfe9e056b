"""An app that answers by a script and keeps what it hears, for model hosts."""


class Scripted:
    """An app that keeps what it hears, and answers with what `answer(event)` gives."""

    def __init__(self, answer=lambda event: (), name="scripted"):
        self.name, self.answer = name, answer
        self.heard, self.ends = [], []

    def session(self, local, peer):
        self.ends.append((local, peer))
        return self

    def handle(self, event):
        self.heard.append(event)
        return self.answer(event)


def replying(**answers):
    """`replying(Data=[Send(b"x")])`: fixed actions for each kind of event."""
    return lambda event: answers.get(type(event).__name__, ())
