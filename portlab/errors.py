"""Everything that can go wrong, by name.

Each message says three things: what happened, why, and what to try. The command line prints it
and ends with status 2; nothing a learner types should ever end in a traceback that is not one
of these.
"""


class PortlabError(Exception):
    """The root of the family: catch this to catch whatever portlab raises on purpose."""


class PortError(PortlabError, ValueError):
    """Not a port number: outside 0 to 65535, or not a whole number."""


class AddressError(PortlabError, ValueError):
    """An address that is malformed, or that a world's guard refuses (it leads out of the lab)."""


class PacketError(PortlabError, ValueError):
    """Bytes that are no packet, or fields that no packet can carry."""


class CaptureError(PortlabError):
    """A capture file that cannot be read or written."""


class LabError(PortlabError):
    """A lab used wrongly: closed already, two hosts of one name, a fault where none can be made."""


class ExerciseError(PortlabError):
    """An exercise that does not exist, is used wrongly, or is defined wrongly."""

    def _render_traceback_(self) -> list[str]:
        """Shown by IPython in place of a traceback: nothing of it is in the learner's own code."""
        return [f"{type(self).__name__}: {self}"]


class WorldError(PortlabError):
    """A world that cannot run on this computer, with the remedy."""


class AppError(PortlabError):
    """A program in the lab raised; the original is the `__cause__`."""


class ConnectError(PortlabError):
    """A connection that did not come about; its subclasses say how."""


class ConnectionRefused(ConnectError):
    """The other host answered that nothing listens there (RST)."""


class TimedOut(ConnectError):
    """Nothing came in the time allowed."""


class ConnectionAborted(PortlabError):
    """The conversation ended without a FIN: a RST came, or TCP gave up (RFC 9293 3.5.3, 3.8.3)."""


class ConnectionClosed(PortlabError):
    """Used after it was closed at this end."""


class TlsError(PortlabError):
    """The two ends of a TLS conversation did not come together, or it ended without a goodbye.

    `reason` is the ssl library's, such as `certificate has expired`.
    """

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class CertificateError(TlsError):
    """A certificate that the client does not accept; so TCP and TLS did answer."""


class PortInUse(PortlabError):
    """Another listener has this protocol, address and port."""


class PortNotAllowed(PortlabError):
    """The system keeps this port for administrators (ports under 1024 on many systems)."""


class PortUnreachable(PortlabError):
    """A datagram came back as ICMP port unreachable (RFC 1122 4.1.3.3)."""


class TransferError(PortlabError):
    """A file server that would not hand out a file, with its answer."""


class MailError(PortlabError):
    """A mail server refused what it was asked, in its own words."""


class LimitReached(PortlabError):
    """A lab's own limit (connections, bytes or seconds) was reached."""


class QuizError(PortlabError):
    """A question asked, answered or written in a way that cannot be graded."""


class ServiceError(PortlabError, LookupError):
    """A name or number behind which there is no service, or more than one."""


class CatalogueError(PortlabError):
    """A catalogue of services that cannot be read; `file` and `line` (from 1) say where."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}, line {line}: {message}")
        self.file = file
        self.line = line


class ScriptError(PortlabError):
    """A script of segments that cannot be read; `line` and `column` (from 1) say where."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.line = line
        self.column = column
