"""A conversation in lines, from the client's side: say a command, and hear what is replied."""

from portlab.errors import PortlabError
from portlab.host import Connection
from portlab.tools.tls import SecureConnection


class Talk:
    """Speaks over `connection`. What is not the reply expected raises `error`, with a `hint`."""

    def __init__(
        self,
        connection: Connection | SecureConnection,
        timeout: float,
        error: type[PortlabError],
        hint: str,
    ) -> None:
        self.timeout = timeout
        self._connection = connection
        self._error = error
        self._hint = hint

    def ask(self, command: str, expected: str) -> str:
        """Say a command, and give the last line of a reply that begins as `expected`."""
        self.say(command)
        return self.reply(expected, command)

    def reply(self, expected: str, command: str = "") -> str:
        """The last line of a reply, which is its first if no hyphen stands behind its number.

        Lines between need no number (RFC 959 section 4.2), though mail's have one (RFC 5321 4.2.1).
        """
        line = self.line()
        number = line[:3]
        if line[3:4] == "-" and number.isdigit():
            while line[:4].rstrip(" ") != number:
                line = self.line()
        if not line.startswith(expected):
            raise self.refused(line, command)
        return line

    def say(self, command: str) -> None:
        self._connection.send(f"{command}\r\n".encode())

    def line(self) -> str:
        line = self._connection.receive_until(b"\r\n", timeout=self.timeout)
        return line[:-2].decode("utf-8", "replace")

    def refused(self, line: str, command: str = "") -> PortlabError:
        verb = command.partition(" ")[0] or "the call"
        return self._error(f"The server answered {verb} with: {line.rstrip('.')}. {self._hint}")
