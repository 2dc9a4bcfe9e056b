"""TLS from the client's side, over a connection of any world."""

from contextlib import suppress

from portlab.apps.app import Address
from portlab.apps.certificates import Authority
from portlab.apps.tls import TlsEnd
from portlab.errors import ConnectionAborted, ConnectionClosed, LabError, PortlabError
from portlab.host import Closing, Connection, written

_GOODBYE = 1.0


def tls(
    connection: Connection, authority: Authority, server_name: str, *, timeout: float = 10.0
) -> "SecureConnection":
    """Begin TLS on `connection`: shake hands, and look at the server's certificate.

    It must be signed by `authority`, hold `server_name` (a name or an address), and be good today.
    Works from the first byte on (port 443) and in the middle of a conversation (STARTTLS). Raises
    CertificateError, TlsError, TimedOut and ConnectionAborted; the connection is closed then.

    >>> from portlab import Lab, apps
    >>> with Lab() as lab:
    ...     server, client = lab.hosts("server", "client")
    ...     authority = apps.Authority()
    ...     listener = server.listen(443, apps.Tls(apps.Http(), authority.certificate("server")))
    ...     with tls(client.connect(server, 443), authority, "server") as secure:
    ...         secure.send(b"GET /hello.txt HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
    ...         secure.receive_until(b"\\r\\n")
    b'HTTP/1.1 200 OK\\r\\n'
    """
    if not isinstance(authority, Authority):
        raise LabError(
            f"{authority!r} is no authority to trust. Give the one that signed the server's "
            "certificate, made with apps.Authority()."
        )
    secure = SecureConnection(connection, authority, server_name)
    try:
        secure.shake_hands(timeout)
    except BaseException:
        connection.close()
        raise
    return secure


class SecureConnection(Closing):
    """A Connection inside TLS. A `timeout` is for each wait, not for all of them together."""

    def __init__(self, connection: Connection, authority: Authority, server_name: str) -> None:
        self._connection = connection
        self._end = TlsEnd(authority.context(), server_name)
        self._read = bytearray()
        self._shut = False
        self._closed = False

    @property
    def local(self) -> Address:
        return self._connection.local

    @property
    def peer(self) -> Address:
        return self._connection.peer

    @property
    def version(self) -> str:
        """What both sides agreed on, such as `TLSv1.3`."""
        return self._end.version

    @property
    def cipher(self) -> str:
        """How it is enciphered, such as `TLS_AES_256_GCM_SHA384`."""
        return self._end.cipher

    def shake_hands(self, timeout: float) -> None:
        """Go on until both sides have their keys. `tls` does it.

        The client's last message (Finished) waits for what is said or awaited next, so that one
        segment carries both: alone, it would have the next one held back until the server's delayed
        acknowledgment (RFC 9293 3.7.4).
        """
        while not self._end.ready:
            self._hear(timeout)

    def send(self, data: bytes) -> None:
        self._check_open()
        if self._shut:
            raise ConnectionClosed("It was said to the server before that nothing more comes.")
        self._end.send(data)
        self._flush()

    def receive(self, limit: int = 65536, *, timeout: float = 10.0) -> bytes:
        """As Connection.receive. Raises TlsError if the stream ends without a close_notify."""
        self._check_open()
        while not self._read and not self._end.peer_closed:
            self._hear(timeout)
        return self._take(limit)

    def receive_until(self, separator: bytes, *, timeout: float = 10.0) -> bytes:
        self._check_open()
        while separator not in self._read:
            if self._end.peer_closed:
                raise ConnectionAborted(
                    f"{written(self.peer)} said that it was done before {separator!r} came. "
                    "receive_all() gives what did come."
                )
            self._hear(timeout)
        return self._take(self._read.index(separator) + len(separator))

    def receive_all(self, *, timeout: float = 10.0) -> bytes:
        self._check_open()
        while not self._end.peer_closed:
            self._hear(timeout)
        return self._take(len(self._read))

    def shutdown(self) -> None:
        """Say that nothing more comes: close_notify inside TLS, then FIN."""
        self._check_open()
        if not self._shut:
            self._shut = True
            self._end.close()
            self._flush()
            self._connection.shutdown()

    def abort(self) -> None:
        self._closed = True
        self._connection.abort()

    def close(self) -> None:
        """Say goodbye, wait a moment for the server's, and close. Safe to repeat.

        What it still sends instead is not waited for.
        """
        if self._closed:
            return
        try:
            with suppress(PortlabError):  # it is broken, or the server does not care for goodbyes
                self._end.close()
                self._flush()
                while not self._read and not self._end.peer_closed:
                    self._hear(_GOODBYE)
        finally:
            self._closed = True
            self._connection.close()

    def __repr__(self) -> str:
        return f"<SecureConnection {written(self.local)} to {written(self.peer)}, {self.version}>"

    # ---- inside

    def _hear(self, timeout: float) -> None:
        """Say what is to be said, and wait for an answer. Raises what stands in the way of more."""
        if self._end.error is None:
            self._flush()
            data = self._connection.receive(timeout=timeout)
            if data:
                self._read += self._end.receive(data)
            else:
                self._end.finish()
        if self._end.error is not None:
            with suppress(PortlabError):  # an alert, which may find nobody who hears it
                self._flush()
            raise self._end.error

    def _flush(self) -> None:
        if said := self._end.take():
            self._connection.send(said)

    def _take(self, limit: int) -> bytes:
        taken = bytes(self._read[:limit])
        del self._read[:limit]
        return taken

    def _check_open(self) -> None:
        if self._closed:
            raise ConnectionClosed(
                f"The connection to {written(self.peer)} was closed at this end before. Open a new "
                "one with connect() and tls()."
            )
