"""Exercises of lesson 12: How do mail, files and terminals travel, and who can read them?"""

from typing import Literal

from portlab.apps import Ftp, Imap, Pop3, Post, Smtp
from portlab.apps.mail.sasl import plain_message
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Choice, Text, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.lab import Lab, run
from portlab.services import Service, service
from portlab.tools.files import fetch_file
from portlab.tools.mail import fetch_mail, send_mail
from portlab.trace.conversations import conversations
from portlab.trace.overheard import said
from portlab.trace.record import Record
from portlab.trace.trace import Trace

Mode = Literal["passive", "active"]
_OPENERS = ("client", "server")


@define("12.1", "Six numbers", covers=("S5",), source="RFC 959 section 3.2 and section 4.1.2")
def six(draw: Draw) -> Task:
    seed, wanted = draw.seed(), draw.whole(20_000, 60_000)

    def fetch(lab: Lab, mode: Mode) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(21, Ftp())
        fetch_file(client, server, "readme.txt", mode=mode, data_port=wanted)

    active = run(lambda lab: fetch(lab, "active"), seed=seed)
    passive = run(lambda lab: fetch(lab, "passive"), seed=seed)
    command = next(turn.text or "" for turn in said(active) if (turn.text or "").startswith("PORT"))
    reply = next(turn.text or "" for turn in said(passive) if (turn.text or "").startswith("227"))
    return Task(
        given={"client_says": command.strip(), "server_says": reply.strip()},
        fields=[
            _number("active_port", _data_syn(active)),
            _opener("active_opener", active),
            _number("passive_port", _data_syn(passive)),
            _opener("passive_opener", passive),
        ],
        hints=[
            "Four of the six numbers are an address. What are the other two?",
            "A port has 16 bits. Each number stands for 8 of them, and the first for the upper 8.",
            "So the fifth number counts 256s: port = fifth * 256 + sixth.",
        ],
    )


def _data_syn(trace: Trace) -> Record:
    """The segment that opens the connection for the file."""
    return [record for record in trace if record.flags == "SYN"][1]


def _number(name: str, syn: Record) -> Whole:
    port = syn.dport or 0
    high, low = divmod(port, 256)
    foreseen = {
        low * 256 + high: "The two are the other way round: the first of them counts 256s.",
        high + low: "They are not added up: the first of them counts 256s.",
        int(f"{high}{low}"): "They are not written one behind the other: the first counts 256s.",
        21: "That is where the commands go. The file has a connection of its own.",
        20: "From there a server calls. At which port of the other side?",
    }
    foreseen.pop(port, None)
    return Whole(
        name,
        port,
        right=f"{high} * 256 + {low}: the two halves of a port's sixteen bits.",
        wrong=list(foreseen.items()),
        look="Take the last two of the six numbers. What do they have to do with sixteen bits?",
    )


def _opener(name: str, trace: Trace) -> Choice:
    syn = _data_syn(trace)
    key = trace.name_of(syn.src or "")
    (other,) = (one for one in _OPENERS if one != key)
    says = "said at which port it waits" if key == "client" else "was told where to call"
    return Choice(
        name,
        key,
        choices=_OPENERS,
        right=f"The server {says}, so the SYN comes from the {key}.",
        wrong=[(other, "Who names a port waits there. So who has to call?")],
        look="Who named the port, and who has to call there?",
    )


_WORDS = ("sesame", "chalk", "lantern", "pebble", "walnut", "harbour", "violet", "copper")
_SUBJECTS = ("Lunch", "Rehearsal", "Keys", "Timetable", "Library", "Excursion")


@define("12.2", "On the line", covers=("S4", "S7", "S2"), source="RFC 4616, RFC 1939, RFC 3501")
def on_the_line(draw: Draw) -> Task:
    mine, theirs = draw.shuffled(_WORDS)[:2]
    subject, seed = draw.one_of(_SUBJECTS), draw.seed()
    over: Literal["pop3", "imap"] = draw.one_of(("pop3", "imap"))
    keep = draw.one_of((True, False))

    def day(lab: Lab) -> None:
        server, sender, reader = lab.hosts("server", "sender", "reader")
        post = Post(users={"teacher": mine, "student": theirs})
        server.listen(587, Smtp(post, submission=True))
        server.listen(110, Pop3(post))
        server.listen(143, Imap(post))
        send_mail(
            sender,
            server,
            f"Subject: {subject}\n\nSee you there.",
            sender="teacher@school.example",
            to="student@school.example",
            login=("teacher", mine),
        )
        fetch_mail(reader, server, ("student", theirs), over=over, keep=keep)

    trace = run(day, seed=seed)
    _, fetched = conversations(trace)
    token = plain_message("teacher", mine)
    gone = not keep
    return Task(
        given={"trace": trace},
        fields=[
            Text(
                "sender_password",
                mine,
                right="Base64 writes bytes in letters, and anybody can write them back.",
                wrong=[
                    (token, "So it travels. Undo the base64, for example with b64decode."),
                    (theirs, "That is the password of the one who fetches. Look at port 587."),
                    ("teacher", "That is the name. The password stands behind the second zero."),
                ],
                look="The line with AUTH PLAIN has name and password in it, written in base64.",
            ),
            Text(
                "reader_password",
                theirs,
                right="It stands there in plain letters.",
                wrong=[
                    (mine, "That is the password of the one who sends."),
                    ("student", "That is the name. What is said right behind it?"),
                ],
                look="Look for PASS or LOGIN.",
            ),
            Text(
                "subject",
                subject,
                right="A mail's head is text as well, and whoever sees it can read it.",
                wrong=[("See you there.", "That is the text of the mail. What is its subject?")],
                look="The mail itself travels twice here: handed in, and fetched.",
            ),
            Whole(
                "fetched_from",
                fetched.server[1] or 0,
                right=f"The reader called that port, and that is {over.upper()}'s.",
                wrong=[
                    (587, "There the mail was handed in. Where was it fetched?"),
                    (25, "Nobody called that port here: it is for servers among themselves."),
                    (
                        143 if over == "pop3" else 110,
                        "That is for the other way to fetch. Which commands do you see?",
                    ),
                ],
                look="To which port did the reader connect?",
            ),
            Choice(
                "still_there",
                "no" if gone else "yes",
                choices=("yes", "no"),
                right=(
                    "The reader told the server to delete it."
                    if gone
                    else "Nobody told the server to delete it."
                ),
                wrong=[
                    (
                        "yes" if gone else "no",
                        "Look for what the reader says about deleting: DELE in POP3, a mark and "
                        "EXPUNGE in IMAP.",
                    )
                ],
                look="Was there a word about deleting?",
            ),
        ],
        hints=[
            "overheard(given.trace) shows what was said.",
            "from base64 import b64decode undoes what AUTH PLAIN wrote: name and password stand "
            "between zero bytes.",
            "POP3 deletes with DELE and then QUIT; IMAP with a mark, \\Deleted, and then EXPUNGE.",
        ],
    )


@define("12.3", "Let the server call", covers=("S5",), source="RFC 959 section 3.2")
def let_it_call(draw: Draw) -> Task:
    port, seed = draw.whole(40_000, 60_000), draw.seed()
    path = draw.one_of(("pub/ports.txt", "boot/config.txt"))

    def fetch(
        lab: Lab, *, mode: Mode = "active", at: int = port, what: str = path, listen: int = 21
    ) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(listen, Ftp())
        fetch_file(client, server, what, mode=mode, data_port=at, port=listen)

    right = run(fetch, seed=seed)
    (content,) = {turn.data for turn in said(right) if turn.conversation == 2}
    return Task(
        given={"port": port, "path": path},
        fields=[
            OfExperiment(
                "experiment",
                seed=seed,
                right="The client waited, and the server called it from port 20.",
                open_while=lambda trace: not len(trace),
                begin="Nothing has been sent so far: serve FTP, and fetch the file.",
                wants=[
                    Want(
                        lambda trace: any(r.flags == "SYN" and r.dport == 21 for r in trace),
                        "Nobody calls port 21, where FTP takes its commands.",
                        unlike=lambda: lambda lab: fetch(lab, listen=2121),
                    ),
                    Want(
                        lambda trace: any(turn.data == content for turn in said(trace)),
                        f"What is in {path} was not sent. Which file did the client ask for?",
                        unlike=lambda: lambda lab: fetch(lab, what="readme.txt"),
                    ),
                    Want(
                        lambda trace: any(r.flags == "SYN" and r.sport == 20 for r in trace),
                        "The client opens the connection for the file. Let the server do it.",
                        unlike=lambda: lambda lab: fetch(lab, mode="passive"),
                    ),
                    Want(
                        lambda trace: any(r.flags == "SYN" and r.dport == port for r in trace),
                        f"The server calls another port than {port}. Say at which one the client "
                        "waits.",
                        unlike=lambda: lambda lab: fetch(lab, at=port + 1),
                    ),
                ],
            )
        ],
        hints=[
            "server.listen(21, apps.Ftp()) serves, fetch_file(client, server, path) fetches.",
            "fetch_file can be told the mode, and at which port the client waits.",
            "fetch_file(client, server, given.path, mode='active', data_port=given.port) does it.",
        ],
    )


_PLAIN: tuple[tuple[int, str], ...] = (
    (53, "tcp"), (80, "tcp"), (110, "tcp"), (143, "tcp"), (389, "tcp"), (514, "udp"),
    (3268, "tcp"), (5060, "tcp"), (587, "tcp"),
)  # fmt: skip
"""Services that have a partner inside TLS, on another port."""


@define("12.4", "The port with the lock", covers=("S2",), source="the catalogue; RFC 8314")
def with_the_lock(draw: Draw) -> Task:
    one, other = (service(*which) for which in draw.shuffled(_PLAIN)[:2])
    return Task(
        given={"a": f"{one.short}, port {one.number}", "b": f"{other.short}, port {other.number}"},
        fields=[
            *_locked("a", one, other),
            *_locked("b", other, one),
        ],
        hints=[
            "service(NUMBER) shows a service and its partners; service(NUMBER, 'udp') where there "
            "are two.",
            "A partner with implicit TLS speaks the same, inside TLS from the first byte, on a "
            "port of its own.",
            "Where STARTTLS is known, TLS can be asked for in the middle of a conversation.",
        ],
    )


def _locked(letter: str, plain: Service, other: Service) -> list[Whole | Choice]:
    (locked,) = (
        service(partner.name) for partner in plain.partners if partner.kind == "implicit TLS"
    )
    upgraded = any(partner.kind == "STARTTLS" for partner in plain.partners)
    (others,) = (
        service(partner.name) for partner in other.partners if partner.kind == "implicit TLS"
    )
    wrong = {
        443: "That is the web's. Each service has a port of its own.",
        others.number: f"That is the one for {other.short}.",
        plain.number: "There it begins in the clear. Where is TLS spoken from the first byte?",
    }
    wrong.pop(locked.number, None)
    key = "yes" if upgraded else "no"
    return [
        Whole(
            f"{letter}_port",
            locked.number,
            right=f"{locked.short} is {plain.short} inside TLS.",
            wrong=list(wrong.items()),
            look=f"Look at the partners of {plain.short}.",
        ),
        Choice(
            f"{letter}_upgrades",
            key,
            choices=("yes", "no"),
            right=(
                "STARTTLS asks for TLS on the old port as well."
                if upgraded
                else "Nobody asks for TLS in the middle there: it has the other port alone."
            ),
            wrong=[
                ("no" if upgraded else "yes", f"Is STARTTLS among the partners of {plain.short}?")
            ],
            look="Can TLS begin in the middle of a conversation on the old port?",
        ),
    ]
