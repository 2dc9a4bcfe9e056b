"""Discard, RFC 863: takes everything and answers nothing, over TCP and UDP. Its port is 9."""

from collections.abc import Iterable

from portlab.apps.app import Action, Address, Close, Event, PeerClosed


class Discard:
    """Throws away what it gets; closes after its peer does."""

    name = "Discard"

    def session(self, local: Address, peer: Address) -> "_DiscardSession":
        return _SESSION


class _DiscardSession:
    def handle(self, event: Event) -> Iterable[Action]:
        return (Close(),) if isinstance(event, PeerClosed) else ()


_SESSION = _DiscardSession()
