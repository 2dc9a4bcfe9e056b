"""Exercises of lesson 11: What happens between typing a name and seeing a page?"""

from dataclasses import dataclass
from functools import cache, partial

from portlab.apps import Authority, Certificate, Dhcp, Http, Tls
from portlab.apps import dhcp_message as says
from portlab.apps.dhcp_message import DhcpMessage
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Address, Choice, Several, Text, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.host import written
from portlab.lab import Lab, run
from portlab.packets import NOBODY_YET
from portlab.tools.address import Lease, ask_for_address
from portlab.tools.tls import tls
from portlab.trace.overheard import said
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.overheard import overheard


@define("11.1", "Two servers", covers=("S12",), source="RFC 2131 3.1, 4.1")
def two_servers(draw: Draw) -> Task:
    near, slower = draw.whole(0, 1), draw.one_of((0.005, 0.025))
    first = [20 * draw.whole(1, 5), 20 * draw.whole(6, 11)]

    def ask(lab: Lab) -> Lease:
        servers = lab.hosts("one", "two")
        laptop = lab.host("laptop", ipv4=False)
        for server, low in zip(servers, first, strict=True):
            pool = (f"10.0.1.{low}", f"10.0.1.{low + 19}")
            server.udp(says.SERVER_PORT, Dhcp(server.addresses[0], *pool))
        lab.link(servers[1 - near], laptop, delay=0.010 + slower)
        return ask_for_address(laptop)

    trace = run(ask, seed=draw.seed())
    lease = trace.result
    assert isinstance(lease, Lease)
    copies: dict[bytes, Record] = {}
    for record in trace:  # what goes to all is seen once for each who hears it
        copies.setdefault(_message(record).encode(), record)
    messages = dict(zip("ABCDEFGH", map(_shown, copies.values()), strict=False))
    kinds = dict(zip(messages, (_message(r).kind for r in copies.values()), strict=True))
    offers = {letter for letter, kind in kinds.items() if kind == says.OFFER}
    from_servers = {letter for letter, one in messages.items() if one.server_speaks}
    (acknowledge,) = from_servers - offers
    taken = {letter for letter in offers if messages[letter].server == lease.server}
    (left,) = (messages[letter] for letter in offers - taken)
    return Task(
        given={"messages": messages},
        fields=[
            Several(
                "offers",
                offers,
                choices=list(messages),
                right="Each server makes one offer. Its second message, if any, acknowledges.",
                wrong=[
                    (from_servers, "One of these comes after the request, from who was chosen."),
                    (taken, "The other server makes an offer too, and never hears a thank you."),
                    (offers - taken, "The server that was chosen had made an offer before that."),
                    (taken | {acknowledge}, "Both are of one server. What is its second one?"),
                ],
                look="Who speaks from 0.0.0.0 asks. Who sends an address before it was requested?",
            ),
            Address(
                "server",
                lease.server,
                right="The request names the server whose offer is taken, for both to hear.",
                wrong=[(left.server, "It made an offer. Which server does the request name?")],
                look="The laptop says it itself, in one of its two messages.",
            ),
            Address(
                "address",
                lease.address,
                right="The chosen server offered it, and has acknowledged it.",
                wrong=[
                    (left.address, "It was offered, by the server that was not chosen."),
                    (NOBODY_YET, "From there it sends as long as it has no address."),
                    ("255.255.255.255", "That is everybody. Which address is lent to the laptop?"),
                ],
                look="Find the server that was chosen, and what it offers.",
            ),
            Whole(
                "client_port",
                copies[next(raw for raw, r in copies.items() if r.src == lease.server)].dport or 0,
                right="Servers answer to 68, because everybody hears it and only clients listen.",
                wrong=[(says.SERVER_PORT, "There the servers listen. Where does the client?")],
                look="To which port do the servers send?",
            ),
        ],
        hints=[
            "Discover names no server and no address; request names the server that is chosen.",
            "There are five messages: discover, two offers, request, acknowledge. The far server's "
            "offer may come when all is settled.",
            "Of the messages that come from the chosen server, the first is its offer.",
        ],
    )


@dataclass(frozen=True, slots=True)
class Message:
    """A DHCP message as this exercise shows it: without saying of what kind it is."""

    source: str
    destination: str
    server: str | None
    address: str | None

    @property
    def server_speaks(self) -> bool:
        return self.address is not None and not self.source.startswith(f"{NOBODY_YET}:")

    def __str__(self) -> str:
        address = f", address {self.address}" if self.server_speaks else ""
        server = f", server {self.server}" if self.server else ""
        return f"{self.source} > {self.destination}{server}{address}"


def _shown(record: Record) -> Message:
    message = _message(record)
    source, destination = (
        written((host or "", port or 0))
        for host, port in ((record.src, record.sport), (record.dst, record.dport))
    )
    address = None if message.yiaddr == NOBODY_YET else message.yiaddr
    return Message(source, destination, message.address(says.SERVER_IDENTIFIER), address)


def _message(record: Record) -> DhcpMessage:
    message = record.packet and DhcpMessage.decode(bytes(record.packet.payload.payload))  # type: ignore[union-attr]
    assert message
    return message


SITES = ("shop.example", "clinic.example", "news.example", "bank.example")
FOUND = "You found it.\n"


@define("11.2", "Written by hand", covers=("S3",), source="RFC 9110 15.5.5, RFC 9112 2.1, 3.2")
def by_hand(draw: Draw) -> Task:
    site, port = draw.one_of(SITES), draw.one_of((80, 8000, 8080, 8088))
    path = draw.one_of(("/find/me.txt", "/a/b/c.txt", "/here.txt", "/secret/door.txt"))
    seed = draw.seed()

    def ask(
        lab: Lab, *, to: int = port, line: str = f"GET {path} HTTP/1.1", host: str | None = site
    ) -> bytes:
        server, client = lab.hosts("server", "client")
        for one in {port, to}:
            server.listen(one, Http({path: FOUND}))
        with client.connect(server, to) as connection:
            fields = f"Host: {host}\r\n" if host else ""
            connection.send(f"{line}\r\n{fields}\r\n".encode())
            return connection.receive()

    missing = run(partial(ask, line=f"GET {path}.old HTTP/1.1"), seed=seed).result
    assert isinstance(missing, bytes)
    return Task(
        given={"site": site, "port": port, "path": path},
        fields=[
            OfExperiment(
                "experiment",
                seed=seed,
                right="Asked by hand, and answered with 200 and the page.",
                open_while=lambda trace: not len(trace),
                begin="Nothing has been sent so far: let the client connect, and send a request.",
                wants=[
                    Want(
                        lambda trace: any(r.dport == port and r.flags == "SYN" for r in trace),
                        f"Nobody calls port {port}, where the server listens.",
                        unlike=lambda: partial(ask, to=port + 1),
                    ),
                    Want(
                        lambda trace: _asked(trace, port).startswith(f"GET {path} HTTP/1.1\r\n"),
                        f"The first line must read GET {path} HTTP/1.1, and end with \\r\\n.",
                        unlike=lambda: partial(ask, line=f"GET {path}.old HTTP/1.1"),
                    ),
                    Want(
                        lambda trace: f"\r\nhost: {site}\r\n" in _asked(trace, port).lower(),
                        f"The request does not say which site is meant: {site}, in a Host line.",
                        unlike=lambda: partial(ask, host=None),
                    ),
                    Want(
                        lambda trace: any(
                            turn.speaker[1] == port
                            and turn.data.startswith(b"HTTP/1.1 200 ")
                            and FOUND.encode() in turn.data
                            for turn in said(trace)
                        ),
                        "The page has not come. Does an empty line end the request, and does the "
                        "client wait for the answer?",
                        unlike=lambda: partial(ask, line=f"GET {path} HTTP/1.1\r\nHost: again"),
                    ),
                ],
            ),
            Whole(
                "status",
                int(missing.split()[1]),
                right="The server is there and has understood: it has no such page.",
                wrong=[
                    (200, "That would say that the page is there."),
                    (400, "So it answers what it cannot read. It reads this request well."),
                    (405, "That is about the method. GET is fine."),
                    (503, "That would mean: not now, ask later. This page is not there at all."),
                ],
                look="Change the path in your own request, run it, and read the first line.",
            ),
        ],
        hints=[
            'connection.send(b"...") sends bytes; each line ends with \\r\\n.',
            "Two lines and an empty one: GET, the path and HTTP/1.1; Host, a colon and the site; "
            "nothing.",
            "Before the with block ends, wait: connection.receive_until(b'found it.').",
        ],
    )


def _asked(trace: Trace, port: int) -> str:
    """What clients said to this port."""
    turns = (turn for turn in said(trace) if turn.speaker[1] != port)
    return b"".join(turn.data for turn in turns).decode("latin-1")


PATHS = ("/", "/prices", "/help", "/pictures")
SIZES = (200, 1_500, 6_000, 20_000)
READABLE = ("server name", "path", "page", "server port")


@define("11.3", "Which page was it?", covers=("S3",), source="RFC 8446 5.2, RFC 6066 3")
def which_page(draw: Draw) -> Task:
    site = draw.one_of(SITES)
    sizes = [size * draw.whole(80, 120) // 100 for size in draw.shuffled(SIZES)]
    pages = dict(zip(PATHS, sizes, strict=True))
    visited = draw.one_of(PATHS)

    def visit(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        served = {path: "x" * size for path, size in pages.items()}
        authority, certificate = _trusted(site)
        server.listen(443, Tls(Http(served), certificate))
        with tls(client.connect(server, 443), authority, site) as secure:
            request = f"GET {visited} HTTP/1.1\r\nHost: {site}\r\nConnection: close\r\n\r\n"
            secure.send(request.encode())
            secure.receive_all()

    trace = run(visit, seed=draw.seed())
    heard = overheard(trace)
    can_read = heard.__contains__
    readable = {
        "server name": can_read(site),
        "path": can_read(visited),
        "page": can_read("xxxx"),
        "server port": any(record.dport == 443 for record in trace),
    }
    key = {what for what, can in readable.items() if can}
    return Task(
        given={"pages": pages, "heard": str(heard)},
        fields=[
            Text(
                "site",
                site,
                right="The client says it in its first message, before there are any keys.",
                wrong=[("server", "That is the host's name in the lab. Which site was asked for?")],
                look="Read the client's hello.",
            ),
            Choice(
                "page",
                visited,
                choices=PATHS,
                right="Only this page, with its header fields, makes so many encrypted bytes.",
                wrong=[
                    (path, f"{path} has {size:,} bytes. That is too {much} for what was sent.")
                    for path, size in pages.items()
                    if (much := "few" if size < pages[visited] else "many") and path != visited
                ],
                look="How many bytes does the server send after the certificate?",
            ),
            Several(
                "in_the_clear",
                key,
                choices=READABLE,
                right="What is needed to get there is in the clear, and what is said there is not.",
                wrong=[
                    (key - {"server name"}, "The name stands in the client's first message."),
                    (key - {"server port"}, "The port is TCP's, and TCP is outside of TLS."),
                    (key | {"path"}, "The path is part of the request, and that is encrypted."),
                    (set(READABLE), "The page and its path travel inside TLS."),
                ],
                look="For each: does it travel inside TLS, or before and around it?",
            ),
        ],
        hints=[
            "The server's first encrypted bytes are its certificate, somewhat under 700; what "
            "counts is what it sends after the client has asked.",
            "The answer is the page, about a hundred bytes of header fields, and some of TLS.",
            "Look for the page whose size is a little less than the server's last lines say.",
        ],
    )


@cache
def _trusted(site: str) -> tuple[Authority, Certificate]:
    authority = Authority()
    return authority, authority.certificate(site)
