"""Echo, RFC 862: what comes goes back, over TCP and over UDP. Its port is 7."""

from collections.abc import Iterable

from portlab.apps.app import Action, Address, Close, Data, Datagram, Event, PeerClosed, Send


class Echo:
    """Sends back every byte, and every datagram whole; closes after its peer does.

    >>> list(Echo().session(("10.0.0.1", 7), ("10.0.0.2", 50000)).handle(Data(b"hello")))
    [Send(data=b'hello')]
    """

    name = "Echo"

    def session(self, local: Address, peer: Address) -> "_EchoSession":
        return _SESSION


_CARRIES_BYTES = (Data, Datagram)


class _EchoSession:
    """Remembers nothing, so one serves everybody."""

    def handle(self, event: Event) -> Iterable[Action]:
        if isinstance(event, _CARRIES_BYTES):
            return (Send(event.data),)
        return (Close(),) if isinstance(event, PeerClosed) else ()


_SESSION = _EchoSession()
