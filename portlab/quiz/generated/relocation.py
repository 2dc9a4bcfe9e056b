"""A server that listens on another port: what do clients write, who finds it, who needs a right?

What a client sees then comes from having tried it in a lab.
"""

from random import Random

from portlab.lab import Lab, run
from portlab.network.link import Link
from portlab.ports import MAX_PORT, SYSTEM, USER
from portlab.quiz.generated.distractors import Distractors, one_choice, pick
from portlab.quiz.generated.outcomes import REFUSED, SILENCE, SUCCESS, seen
from portlab.quiz.generated.subjects import UnknownSubject, ports_of
from portlab.quiz.question import OneChoice
from portlab.trace.json import as_dicts
from portlab.trace.trace import Trace

SCHEMES = {"http": 80, "https": 443}
"""What a client calls that is given no number."""
_SECTION = {"http": "RFC 9110 section 4.2.1", "https": "RFC 9110 section 4.2.2"}

_ELSEWHERE = (81, 444, 591, 2443, 4443, 7443, 8000, 8008, 8080, 8081, 8443, 8888, 9443, 10443,
              18443, 49443, 50080, 50443, 60443)  # fmt: skip
"""Where web servers are put when their own number is taken, and a few more in each range."""

_LOW = (22, 25, 80, 443, 993, 1023)
_HIGHER = (1024, 2222, 2525, 8080, 8443, 9993, 49151, 49152, 50443)
_PAIRS = {"cross": (_LOW, _HIGHER), "low": (_LOW, _LOW), "high": (_HIGHER, _HIGHER)}
"""On both sides of what Linux keeps for programs with a right to it, and on one."""


def moved(chance: Random, subject: str = "", *, away: bool = False) -> tuple[str, int, int]:
    """A web server's scheme, its port and another; with `away`, the first is the scheme's own."""
    if subject:
        port, other = ports_of(subject, 2)
        own = (port,) if away else (port, other)
        schemes = [scheme for scheme, number in SCHEMES.items() if number in own]
        if not schemes:
            raise UnknownSubject(subject)
        return schemes[0], port, other
    scheme = pick(chance, tuple(SCHEMES))
    ports = (SCHEMES[scheme], pick(chance, _ELSEWHERE))
    return (scheme, *(ports if away or chance.random() < 0.75 else ports[::-1]))


def call(chance: Random, *, listens: int, calls: int, dropped: tuple[int, ...] = ()) -> Trace:
    """A server listens, a client calls, and something on the way may drop the call."""

    def experiment(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(listens)
        client.connect(server, calls, timeout=600)

    return run(experiment, seed=chance.getrandbits(32), link=Link(filtered=dropped))


def what_to_write(chance: Random, subject: str = "") -> OneChoice:
    """The web server has moved: which address do its clients write?"""
    scheme, port, other = moved(chance, subject)
    before = _address(scheme, port)
    otherwise = "http" if scheme == "https" else "https"
    distractors = Distractors(_address(scheme, other))
    distractors.add(before, f"That calls {port}, and nobody listens there now.")
    distractors.add(
        f"`{scheme}://server/{other}`",
        "What stands behind the slash is the page that is wanted. It is no port.",
    )
    distractors.add(
        f"`{otherwise}://server:{other}/`",
        f"The port is right, but {otherwise} is spoken otherwise, and this server still speaks "
        f"{scheme}.",
    )
    return one_choice(
        chance,
        distractors,
        id=f"made-what-to-write-{port}-{other}",
        lesson="02",
        covers=("R7",),
        difficulty=2,
        prompt=(
            f"A web server listens on TCP port {port}, and its clients write {before}. Had it "
            f"listened on {other} instead, what is the shortest that they can write?"
        ),
        explanation=(
            f"{scheme} means port {SCHEMES[scheme]}, unless another number stands behind the name, "
            "with a colon before it."
        ),
        reference=f"{_SECTION[scheme]}; RFC 3986 section 3.2.3",
        origin={"scheme": scheme, "port": port, "other": other},
    )


def without_number(chance: Random, subject: str = "") -> OneChoice:
    """A browser is given the name alone, and the server is elsewhere."""
    scheme, port, other = moved(chance, subject, away=True)
    dropped = "dropped" in subject if subject else chance.random() < 0.5
    trace = call(chance, listens=other, calls=port, dropped=(port,) if dropped else ())
    distractors = Distractors(seen(trace.error))
    distractors.add(
        f"the page: it tries other ports until {other} answers",
        "A browser calls one number: the one that is written, or else the scheme's own.",
    )
    distractors.add(
        f"the page: the server hands its call on to {other}",
        "A system gives a call to the program that listens on the very number called, or to none.",
    )
    distractors.add(
        REFUSED, "A refusal is a RST that comes back, and here nobody gets a SYN to answer."
    )
    distractors.add(SILENCE, "Here somebody answers: the server's TCP, with RST.")
    filtered = f" A filter on the way drops what goes to {port}, and says nothing." * dropped
    return one_choice(
        chance,
        distractors,
        id=f"made-without-number-{port}-{other}-{'dropped' if dropped else 'open'}",
        lesson="02",
        covers=("R7",),
        difficulty=3,
        prompt=(
            f"A web server listens on TCP port {other} instead of {port}, and nothing else listens "
            f"on its computer.{filtered} A browser is given `{scheme}://server/`. What does it get?"
        ),
        explanation=(
            f"{scheme} without a number means port {SCHEMES[scheme]}, and that is called, whatever "
            "listens elsewhere."
        ),
        reference=f"{_SECTION[scheme]}; RFC 9293 section 3.10.7.1",
        origin={"trace": as_dicts(trace)},
    )


def found_by_scan(chance: Random, subject: str = "") -> OneChoice:
    """Does a scan find the server at its other number? If it tries that."""
    _, port, other = moved(chance, subject, away=True)
    ends = (SYSTEM.last, USER.first, 10000, USER.last, MAX_PORT)
    last = ports_of(subject, 3)[2] if subject else pick(chance, ends)
    tried = [one for one in (port, other) if one <= last]
    calls = {one: call(chance, listens=other, calls=one) for one in tried}
    opened = [one for one, trace in calls.items() if seen(trace.error) == SUCCESS]
    nothing = f"no open port, for it ends before {other}"
    distractors = Distractors(f"port {opened[0]} open" if opened else nothing)
    distractors.add(
        f"port {other} open", f"It would be, if it were tried. The scan ends at {last}."
    )
    distractors.add(nothing, f"It ends at {last}, so {other} is tried too.")
    distractors.add(
        "no open port, for who does not know it gets no answer",
        "Whoever calls a port where somebody listens gets SYN,ACK. A number is no password.",
    )
    distractors.add(
        f"port {port} open, for that is the web's",
        f"A scan sees who answers, and nobody listens on {port}.",
    )
    return one_choice(
        chance,
        distractors,
        id=f"made-found-by-scan-{port}-{other}-{last}",
        lesson="02",
        covers=("R7", "R2"),
        difficulty=3,
        prompt=(
            f"A web server listens on TCP port {other} instead of {port}, and nothing else listens "
            f"on its computer. Somebody scans its TCP ports from 1 to {last}. What is found?"
        ),
        explanation=(
            "A scan calls one port after another and sees which of them answer. Another number "
            "hides a service only from those who do not try it."
        ),
        reference="RFC 9293 section 3.10.7.1; RFC 9293 section 3.10.7.2",
        origin={"traces": {one: as_dicts(trace) for one, trace in calls.items()}},
    )


def right_to_listen(chance: Random, subject: str = "") -> OneChoice:
    """On Linux as it comes: on which of two numbers does a server need a right to listen?"""
    if subject and subject not in _PAIRS:
        port, other = ports_of(subject, 2)
    else:
        first, second = _PAIRS[subject or pick(chance, tuple(_PAIRS))]
        port = pick(chance, first)
        other = pick(chance, [one for one in second if one != port])
        port, other = (port, other) if chance.random() < 0.5 else (other, port)
    needs = [str(one) for one in (port, other) if one in SYSTEM]
    key = {0: "on neither", 1: f"on {''.join(needs)} alone", 2: "on both"}[len(needs)]
    distractors = Distractors(key)
    distractors.add(
        f"{key}, and its clients need one too",
        "To call a port takes no right, on any system. To listen may take one.",
    )
    said = " ".join(
        f"{one} is below 1024." if one in SYSTEM else f"{one} is not below 1024, so it takes none."
        for one in (port, other)
    )
    ways = ("on both", "on neither", f"on {port} alone", f"on {other} alone")
    for way in sorted(ways, key=lambda _: chance.random()):
        distractors.add(way, said)
    return one_choice(
        chance,
        distractors,
        id=f"made-right-to-listen-{port}-{other}",
        lesson="02",
        covers=("R5",),
        difficulty=2,
        prompt=(
            f"On Linux, with the settings that it comes with, a server listens on TCP port {port}. "
            f"Had it listened on {other} instead: where does it need a right to listen?"
        ),
        explanation=(
            "Linux keeps the ports below 1024 for programs with the right CAP_NET_BIND_SERVICE, "
            "unless it is told otherwise. Other systems draw other lines."
        ),
        reference="ip(7) of Linux",
        origin={"ports": [port, other]},
    )


def _address(scheme: str, port: int) -> str:
    return f"`{scheme}://server/`" if port == SCHEMES[scheme] else f"`{scheme}://server:{port}/`"
