"""A mail server that takes mail, for RFC 5321 (port 25) and RFC 6409 (submission, port 587).

On 25 it takes mail for the users of its Post, from anybody, and passes none on: a server that
did would send everybody's advertisements. As submission server it takes mail from its own users
alone, who must log in, delivers what is for its own domain, and opens a connection to the next
server's port 25 for the rest.
"""

from collections.abc import Mapping

from portlab.apps.app import Address, Connect, Session
from portlab.apps.certificates import Certificate
from portlab.apps.mail.dialogue import served
from portlab.apps.mail.envelope import Envelope, notice, return_path
from portlab.apps.mail.paths import domain_of
from portlab.apps.mail.post import Post
from portlab.apps.mail.relay import Relay
from portlab.apps.mail.smtp_session import NO_ROOM, SmtpSession
from portlab.packets import packed, unpacked
from portlab.ports import check_port

PORT = 25


class Smtp:
    """Delivers into `post`; with `submission`, demands a login and passes on by `routes`.

    `routes` says where the mail servers of other domains are, as MX records of DNS do: a domain,
    then an address and a port, or an address alone for port 25. A mail that cannot be passed on
    comes back to its sender as a notice, after one try (a real server tries again for days, RFC
    5321 4.5.4.1). The server calls itself `mail` and its domain. With a `certificate` it offers
    STARTTLS (RFC 3207), and takes passwords inside TLS alone (RFC 8314 4.1). Raises AddressError
    and PortError for a route that leads nowhere.
    """

    name = "Smtp"

    def __init__(
        self,
        post: Post | None = None,
        *,
        submission: bool = False,
        routes: Mapping[str, str | Address] | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        self.post = post or Post()
        self.submission = submission
        self.certificate = certificate
        self.host = f"mail.{self.post.domain}"
        self._routes: dict[str, Address] = {
            domain.lower(): _checked((where, PORT) if isinstance(where, str) else where)
            for domain, where in (routes or {}).items()
        }

    def session(self, local: Address, peer: Address) -> Session:
        return served(SmtpSession(self, peer), self.certificate)

    def reaches(self, address: str) -> str | None:
        """None if mail for this address can be taken, else the reply that refuses it."""
        if self.post.box_at(address) is not None:
            return None if self.post.room() else NO_ROOM
        if domain_of(address) in ("", self.post.domain):
            return f"550 No such user here: {address}"
        if not self.submission:
            return f"550 Relaying denied: {domain_of(address)} is not served here"
        if domain_of(address) not in self._routes:
            return f"550 No mail server is known for {domain_of(address)}"
        return None

    def has_room_for(self, mail: Envelope) -> bool:
        """Whether all mailboxes here that it is for can hold it."""
        here = sum(self.post.box_at(address) is not None for address in mail.recipients)
        return not here or self.post.takes(return_path(mail.sender) + mail.content, here)

    def take(self, mail: Envelope, now: int) -> list[Connect]:
        """Deliver what is for here; the connections that pass on the rest."""
        onward: dict[Address, list[str]] = {}
        for address in mail.recipients:
            box = self.post.box_at(address)
            if box is not None:
                box.add(return_path(mail.sender) + mail.content, now)
            else:
                onward.setdefault(self._routes[domain_of(address)], []).append(address)
        return [
            Connect(where, Relay(Envelope(mail.sender, tuple(to), mail.content), self, now))
            for where, to in onward.items()
        ]

    def send_back(self, mail: Envelope, refusals: dict[str, str], now: int) -> None:
        """Tell the sender, who is a user here, who could not be reached and why."""
        if refusals and self.post.box_at(mail.sender) is not None:
            letter = notice(mail, refusals, self.post.domain, now)
            if self.has_room_for(letter):
                self.take(letter, now)


def _checked(route: Address) -> Address:
    address, port = route
    return unpacked(packed(address)), check_port(port)
