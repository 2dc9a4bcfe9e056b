"""AUTH, RFC 4954: how a client of the submission server says who it is, answer by answer."""

from portlab.apps.mail.post import Mailbox, Post
from portlab.apps.mail.sasl import decoded, plain

WAYS = {"PLAIN": ("",), "LOGIN": ("VXNlcm5hbWU6", "UGFzc3dvcmQ6")}
"""Each way, and what it asks: nothing; or "Username:" and "Password:", in base64."""


class Login:
    """One AUTH that goes on until it is `over`; `box` is the mailbox of who has logged in."""

    def __init__(self, post: Post, way: str) -> None:
        self.over = False
        self.box: Mailbox | None = None
        self._post = post
        self._way = way
        self._answers: list[str] = []

    @property
    def asks(self) -> str:
        """For the next answer."""
        return f"334 {WAYS[self._way][len(self._answers)]}"

    def hear(self, answer: str) -> str:
        """The reply to an answer."""
        if answer != "*":
            self._answers.append(answer)
            if len(self._answers) < len(WAYS[self._way]):
                return self.asks
        self.over = True
        if answer == "*":
            return "501 Authentication cancelled"
        given = self._given()
        if given is None:
            return "501 That is not what this way of logging in asks for"
        self.box = self._post.login(*given)
        if self.box is None:
            return "535 Authentication credentials invalid"
        return "235 Authentication succeeded"

    def _given(self) -> tuple[str, str] | None:
        """Name and password."""
        if self._way == "PLAIN":
            return plain(self._answers[0].encode())
        name, password = (decoded(one.encode()) for one in self._answers)
        return None if name is None or password is None else (name, password)
