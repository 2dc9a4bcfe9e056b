"""Exercises of lesson 13: which ports keep a network running?"""

from collections.abc import Callable

from portlab.apps import Radius, Tacacs, radius, tacacs
from portlab.apps.ntp import CLIENT, NtpPacket, moment
from portlab.apps.syslog import FACILITIES, LogMessage, read
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Choice, Several, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.course.exercises.managing import SlowNtp, accepted, passed, said
from portlab.lab import Lab, run
from portlab.network.link import Link
from portlab.services import Service, catalogue

HAPPENED = (
    ("router", "fan 2 has stopped"),
    ("switch", "port 7 is up"),
    ("door", "wrong password for student"),
    ("printer", "paper is low"),
    ("router", "configured from the console"),
    ("switch", "address 10.0.0.7 is taken twice"),
)
OTHERS = range(8, len(FACILITIES))
"""Facilities that no severity can be taken for."""


@define("13.1", "A night's log", covers=("S9",), source="RFC 5424 6.2.1")
def nights_log(draw: Draw) -> Task:
    severities = draw.shuffled(range(8))[:4]
    level = sorted(severities)[draw.whole(1, 2)]
    lines = {
        number: f"<{draw.one_of(OTHERS) * 8 + severity}>Jan  1 0{number}:00:00 {host} LOG: {what}"
        for number, (severity, (host, what)) in enumerate(
            zip(severities, draw.shuffled(HAPPENED)[:4], strict=True), start=1
        )
    }
    messages = {number: read(line.encode()) for number, line in lines.items()}
    first = messages[1]

    def those(fits: Callable[[LogMessage], bool]) -> set[int]:
        return {number for number, one in messages.items() if fits(one)}

    worst = min(messages, key=lambda number: messages[number].severity)
    least = max(messages, key=lambda number: messages[number].severity)
    return Task(
        given={"lines": lines, "level": level},
        fields=[
            Whole(
                "facility",
                first.facility,
                right="The number in front, divided by eight, without the rest.",
                wrong=[
                    (first.severity, "That is the rest of the division: how bad it is."),
                    (first.priority, "Two numbers are in that one. Take them apart."),
                ],
                look="The number in the angle brackets is facility times 8 plus severity.",
            ),
            Whole(
                "severity",
                first.severity,
                right="What is left when the number in front is divided by eight.",
                wrong=[
                    (first.facility, "So often does eight fit into it: that is who speaks."),
                    (first.priority, "Two numbers are in that one. Take them apart."),
                ],
                look="Divide the number in the angle brackets by eight. What is left?",
            ),
            Whole(
                "worst",
                worst,
                right="It has the lowest severity of the four.",
                wrong=[
                    (least, "It has the highest number of severity, and that is the mildest."),
                    *(
                        (number, f"Line {number} is milder than another one.")
                        for number in messages
                        if number not in (worst, least)
                    ),
                ],
                look="Which of the four lines has the severity that is nearest to an emergency?",
            ),
            Several(
                "kept",
                those(lambda one: one.severity <= level),
                choices=list(lines),
                right="This level and all that is worse, which has lower numbers.",
                wrong=[
                    (those(lambda one: one.severity < level), "The level itself is sent too."),
                    (
                        those(lambda one: one.severity >= level),
                        "These are as bad as the level, or milder. What is worse, you would miss.",
                    ),
                    (those(lambda one: one.severity == level), "And what is worse than that?"),
                ],
                look="Sent is what is at least as bad as the level. Is a low number bad or mild?",
            ),
        ],
        hints=[
            "divmod(29, 8) gives (3, 5): facility 3, severity 5.",
            "Severity 0 is an emergency, 7 is chatter for programmers.",
            "A switch that is told a level sends that level, and everything that is worse.",
        ],
    )


NAMES = ("student", "teacher", "guest", "porter", "librarian")
PASSWORDS = ("sesame", "lighthouse", "peppermint", "umbrella", "saxophone")
SECRETS = ("between-us", "behind-the-door", "under-the-mat", "on-the-roof")
SIGHTS = ("name over RADIUS", "password over RADIUS", "name over TACACS+", "password over TACACS+")


@define("13.2", "Two ways to sign in", covers=("S13",), source="RFC 2865 5.2, RFC 8907 4.5")
def two_ways(draw: Draw) -> Task:
    name, password, secret = (draw.one_of(words) for words in (NAMES, PASSWORDS, SECRETS))
    users = {name: password}

    def sign_in(lab: Lab, *, udp: str = password, tcp: str = password) -> None:
        """With these passwords; without one, not at all."""
        server, switch = lab.hosts("server", "switch")
        server.udp(1812, Radius(secret, users))
        server.listen(49, Tacacs(secret, users))
        if udp:
            question = radius.access_request(name, udp, secret, bytes(range(16)))
            switch.udp().send_to(question, server, 1812)
        if tcp:
            switch.connect(server, 49).send(tacacs.sign_in(name, tcp, secret, session_id=1))

    trace = run(sign_in, seed=draw.seed())
    seen = {"RADIUS": said(trace, 1812), "TACACS+": said(trace, 49)}
    readable = {
        f"{what} over {over}"
        for over, data in seen.items()
        for what, word in (("name", name), ("password", password))
        if word.encode() in data
    }
    return Task(
        given={"name": name, "password": password, "secret": secret},
        fields=[
            OfExperiment(
                "experiment",
                right="One datagram each way over RADIUS, a whole connection over TACACS+.",
                open_while=lambda trace: not len(trace),
                begin="Nothing has been sent so far: serve both ports, and sign in over each.",
                wants=[
                    Want(
                        accepted,
                        "No RADIUS server accepts on UDP port 1812. Serve it with this name, "
                        "password and secret, and send it an access_request.",
                        unlike=lambda: lambda lab: sign_in(lab, udp=""),
                    ),
                    Want(
                        lambda trace: passed(trace, secret),
                        "No TACACS+ server lets in on TCP port 49. Serve it with this name, "
                        "password and secret, connect to it, and send it a sign_in.",
                        unlike=lambda: lambda lab: sign_in(lab, tcp="wrong"),
                    ),
                ],
            ),
            Several(
                "in_the_clear",
                readable,
                choices=SIGHTS,
                right="RADIUS hides one field of its message, TACACS+ the whole body.",
                wrong=[
                    (set(SIGHTS), "Both hide passwords. And the names?"),
                    (set(SIGHTS[:2]), "The password is hidden in each of them."),
                    ({SIGHTS[0], SIGHTS[2]}, "TACACS+ hides more than the password."),
                    ({SIGHTS[2]}, "It is the other way round."),
                ],
                look="Print what the two questions hold, and look for the words.",
            ),
        ],
        hints=[
            "users = {given.name: given.password} is what both servers take, behind the secret.",
            "radius.access_request(name, password, secret, bytes(16)) is a question for UDP 1812.",
            "tacacs.sign_in(name, password, secret, session_id=1) is what a connection to TCP 49 "
            "sends.",
        ],
    )


@define("13.3", "Set the clock", covers=("S9",), source="RFC 5905 section 8, figure 11")
def set_the_clock(draw: Draw) -> Task:
    one_way, hold, ahead = draw.whole(10, 60), draw.whole(3, 9), draw.whole(200, 900)
    stratum = draw.whole(3, 8)

    def what_time(lab: Lab) -> NtpPacket | None:
        server, router = lab.hosts("server", "router")
        slow = SlowNtp(stratum, "192.0.2.9", ahead=ahead / 1000, hold=hold * 1000)
        server.udp(123, slow)
        with router.udp() as socket:
            socket.send_to(NtpPacket(CLIENT).encode(), server, 123)
            return NtpPacket.decode(socket.receive()[0])

    trace = run(what_time, link=Link(delay=one_way / 1000))
    answer, arrival = trace.result, trace[1].arrival
    assert isinstance(answer, NtpPacket)
    assert arrival is not None
    began = draw.whole(10_000, 50_000)
    came, left = (began + moment(one) // 1000 for one in (answer.receive, answer.transmit))
    asked, heard = began + trace[0].time // 1000, began + arrival // 1000
    offset = ((came - asked) + (left - heard)) // 2
    on_the_line = (heard - asked) - (left - came)
    return Task(
        given={
            "asked": asked,
            "came": came,
            "left": left,
            "heard": heard,
            "stratum": answer.stratum,
        },
        fields=[
            Whole(
                "behind_by",
                offset,
                right="The two differences, of which one has the way too much and one too little.",
                wrong=[
                    (came - asked, "The way there is in that as well."),
                    (left - heard, "The way back is missing in that."),
                    (-offset, "So far is the server behind the router, and not the router."),
                    ((came - asked) + (left - heard), "That is twice as much: halve it."),
                    (left - asked, "The way there is in that, and what the server took for it."),
                ],
                look="Compare the clocks on the way there and on the way back, and halve the sum.",
            ),
            Whole(
                "on_the_line",
                on_the_line,
                right="All the time that passed, less the time that the server took.",
                wrong=[
                    (heard - asked, "For some of that the question lay at the server."),
                    (on_the_line // 2, "That is one way. What of the other?"),
                    (left - came, "So long the server took for it."),
                    (came - asked, "Two clocks are in that difference, and they disagree."),
                ],
                look="Which two of the four times are of one clock, and the other two of another?",
            ),
            Whole(
                "own_stratum",
                answer.stratum + 1,
                right="One more than the server that it follows.",
                wrong=[
                    (answer.stratum, "That is the server's own."),
                    (answer.stratum - 1, "The other way: one step further from the clock."),
                    (1, "That is a server with a clock of another kind, such as GPS."),
                ],
                look="How far is the router from the clock that they all follow?",
            ),
        ],
        hints=[
            "asked and heard are of the router's clock, came and left of the server's.",
            "came - asked is the difference of the clocks and the way there. left - heard is that "
            "difference less the way back.",
            "Half the sum of the two is free of the way, if both ways take as long.",
        ],
    )


def by_heart() -> tuple[Service, ...]:
    """What is to be known in both directions."""
    return tuple(one for one in catalogue() if one.level == "by heart")


@define("13.4", "Both ways by heart", covers=("S1",), source="RFC 6335 section 6")
def both_ways(draw: Draw) -> Task:
    known = by_heart()
    to_number = draw.shuffled(known)[:3]
    rest = [one for one in known if one not in to_number]
    names = draw.shuffled(rest)[:3]
    asked = names[0]

    def wrong(right: Service) -> list[tuple[int, str]]:
        return [
            (other.number, f"That door is for something else: {other.everyday}.")
            for other in known
            if other.number != right.number
        ]

    return Task(
        given={
            "services": {
                name: one.everyday for name, one in zip(("a", "b", "c"), to_number, strict=True)
            },
            "number": asked.number,
            "choices": tuple(sorted(one.short for one in names)),
        },
        fields=[
            *(
                Whole(
                    name,
                    one.number,
                    right=one.hook,
                    wrong=wrong(one),
                    look="That is none of the ports to know by heart. Look at the table again.",
                )
                for name, one in zip(("a", "b", "c"), to_number, strict=True)
            ),
            Choice(
                "is_behind",
                asked.short,
                choices=sorted(one.short for one in names),
                right=asked.hook,
                wrong=[
                    (other.short, f"{other.short} has another number. Which?")
                    for other in names
                    if other is not asked
                ],
                look="Which of the three has this number?",
            ),
        ],
        hints=[
            "Cover the numbers of the table with your hand, and say them; then the names.",
            "service('NTP') gives the number with all that is known about it.",
        ],
    )
