"""Exercises of lesson 10: UDP or TCP, which one, and why?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from portlab.apps import Action, Address, App, Data, Datagram, Echo, Event, Send, Voice
from portlab.course.exercises.definition import Task, define
from portlab.course.exercises.draw import Draw
from portlab.course.exercises.fields import Choice, Several, Whole
from portlab.course.exercises.made import OfExperiment, Want
from portlab.errors import ConnectionRefused
from portlab.lab import Lab, run
from portlab.network.faults import delay, drop
from portlab.network.link import Link
from portlab.trace.cost import cost
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.trace.voice import HeardVoice, heard_voice


class Answering:
    """A program that answers whatever comes with so many bytes."""

    name = "Answering"

    def __init__(self, size: int) -> None:
        self._answer = bytes(size)

    def session(self, local: Address, peer: Address) -> "Answering":
        return self

    def handle(self, event: Event) -> Iterable[Action]:
        return (Send(self._answer),) if isinstance(event, Data | Datagram) else ()


@define("10.1", "The price of a question", covers=("C1",), source="RFC 768, RFC 9293 3.1, 3.5")
def price(draw: Draw) -> Task:
    one_way = draw.whole(16, 60)
    question, answer = draw.whole(20, 60), draw.whole(100, 900)

    def over_udp(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.udp(7, Answering(answer))
        client.udp().send_to(bytes(question), server, 7)

    def over_tcp(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(7, Answering(answer))
        client.connect(server, 7).send(bytes(question))

    link = Link(delay=one_way / 1000)
    udp, tcp = (cost(run(experiment, link=link)) for experiment in (over_udp, over_tcp))
    trace = run(over_tcp, link=link)
    assert udp.answered is not None
    assert tcp.answered is not None
    until = [r.number for r in trace if r.length == answer]
    data = question + answer
    return Task(
        given={"one_way": one_way, "question": question, "answer": answer},
        fields=[
            Whole(
                "udp_ms",
                udp.answered // 1000,
                right="The question goes there and the answer comes back: one round trip.",
                wrong=[
                    (one_way, "By then the question is there. The answer has to come back."),
                    (4 * one_way, "Nothing has to be opened first. What is the first packet?"),
                ],
                look="How often does something cross the line, one after the other?",
            ),
            Whole(
                "tcp_ms",
                tcp.answered // 1000,
                right="One round trip opens the connection, the next brings the answer.",
                wrong=[
                    (2 * one_way, "By then the connection is open, and nothing has been asked."),
                    (3 * one_way, "By then the question is there. The answer has to come back."),
                    (5 * one_way, "The client sends its question right behind its ACK."),
                    (6 * one_way, "Nobody waits for the last segments, which close it."),
                ],
                look="What has to cross the line before the question may leave?",
            ),
            Whole(
                "udp_bytes",
                udp.bytes,
                right="Each of the two packets has 8 bytes of UDP and 20 of IPv4 before its data.",
                wrong=[
                    (data, "That is the data alone. Each packet has its headers before it."),
                    (data + 16, "UDP's headers are in that. IPv4 puts one before each as well."),
                    (data + 40, "IPv4's headers are in that, and UDP's own are not."),
                    (data + 28, "The answer has headers too."),
                    (data + 80, "Such long headers TCP would have, not UDP."),
                ],
                look="Add up what the two packets hold: data, UDP's header, IPv4's header.",
            ),
            Whole(
                "tcp_packets",
                until[0],
                right="Three to open, one with the question, one with the answer.",
                wrong=[
                    (2, "So many does UDP need."),
                    (3, "So many does it take to open the connection alone."),
                    (4, "The answer itself is a packet too."),
                    (len(trace), "The last ACK leaves when the answer is there already."),
                ],
                look="Draw the ladder down to the arrow that brings the answer, and count.",
            ),
        ],
        hints=[
            "Draw both ladders by hand. Every arrow takes one_way milliseconds.",
            "Over TCP the client waits for the SYN-ACK, and then sends its ACK and the question.",
            "A datagram is 28 bytes longer than its data: 8 of UDP's header, 20 of IPv4's.",
        ],
    )


_ECHO = Echo()


@define("10.2", "A check that misleads", covers=("C4",), source="RFC 9293 3.5.2, RFC 1122 4.1.3.1")
def misleading_check(draw: Draw) -> Task:
    port, seed = draw.one_of((53, 123, 161, 514, 1812, 3478)), draw.seed()

    def check(
        lab: Lab,
        *,
        udp: bool = True,
        app: App | None = _ECHO,
        tcp: bool = False,
        call: bool = True,
        ask: int = port,
    ) -> None:
        server, client = lab.hosts("server", "client")
        if udp:
            server.udp(port, app)
        if tcp:
            server.listen(port)
        client.udp().send_to(b"hello", server, ask)
        lab.run()
        if call:
            client.connect(server, port)

    open_there, closed_there = run(check), run(partial(check, udp=False))
    refused = [isinstance(one.error, ConnectionRefused) for one in (open_there, closed_there)]
    proves = "nothing" if refused[0] == refused[1] else "that it is closed"
    return Task(
        given={"port": port},
        fields=[
            OfExperiment(
                "experiment",
                seed=seed,
                ends_in=ConnectionRefused,
                right="Refused over TCP, answered over UDP: two doors with one number.",
                open_while=lambda trace: not len(trace),
                begin="Nothing has been sent so far: serve the one port, and call both.",
                wants=[
                    Want(
                        lambda trace: bool(_questions(trace, port)),
                        f"No datagram goes to UDP port {port}. Let the client send one, and call "
                        "after that: a refused call ends the experiment.",
                        unlike=lambda: lambda lab: check(lab, ask=port + 1),
                    ),
                    Want(
                        lambda trace: not _unreachable(trace, port),
                        f"No program has UDP port {port}: the server says so with ICMP. Let one "
                        "answer there.",
                        unlike=lambda: lambda lab: check(lab, udp=False),
                    ),
                    Want(
                        lambda trace: _answered(trace, port),
                        f"Nothing comes back from UDP port {port}, though it is open. Give it a "
                        "program that answers.",
                        unlike=lambda: lambda lab: check(lab, app=None),
                    ),
                    Want(
                        lambda trace: any(
                            r.flags == "SYN"
                            and r.dst == _questions(trace, port)[0].dst
                            and r.dport == port
                            for r in trace
                        ),
                        f"Nobody calls TCP port {port} of the host that answers over UDP. Let the "
                        "client connect to it.",
                        unlike=lambda: lambda lab: check(lab, call=False),
                    ),
                    Want(
                        lambda trace: any(
                            r.sport == port and "RST" in (r.flags or "") for r in trace
                        ),
                        f"The call to TCP port {port} is not refused. What must not be there?",
                        unlike=lambda: lambda lab: check(lab, tcp=True),
                    ),
                ],
            ),
            Choice(
                "proves",
                proves,
                choices=("that it is open", "that it is closed", "nothing"),
                right="Open or closed, UDP's door is another one: the TCP call is refused alike.",
                wrong=[
                    ("that it is open", "The call would be refused with UDP closed as well."),
                    ("that it is closed", "The call would be refused with UDP open as well."),
                ],
                look="Try it with the program on UDP and without: what changes for the call?",
            ),
        ],
        hints=[
            "server.udp(port, apps.Echo()) opens the one door and leaves the other closed.",
            "client.udp().send_to(b'hello', server, port) asks; lab.run() lets the answer come.",
            "Then client.connect(server, port) as the last line: it ends the experiment.",
        ],
    )


def _questions(trace: Trace, port: int) -> list[Record]:
    """The datagrams that were sent to this port."""
    return [r for r in trace if r.proto == "udp" and r.dport == port]


def _unreachable(trace: Trace, port: int) -> bool:
    """Whether an ICMP error came back about one of them."""
    quoted = [r.packet.quoted for r in trace if r.packet]
    return any(one.proto == "udp" and one.dport == port for one in quoted if one)


def _answered(trace: Trace, port: int) -> bool:
    """Whether one of them was followed by one from there."""
    asked = _questions(trace, port)
    return any(
        r.proto == "udp" and (r.src, r.sport) == (asked[0].dst, port) and r.number > asked[0].number
        for r in trace
        if asked
    )


LINES = ((40, 120), (40, 150), (50, 150), (50, 180), (60, 180))
"""How long a packet is under way, and how long the listener waits, in milliseconds."""


@define("10.3", "Late or lost", covers=("U7",), source="RFC 3550 5.1, RFC 9293 3.8")
def late_or_lost(draw: Draw) -> Task:
    one_way, wait = draw.one_of(LINES)
    lost, late = draw.shuffled(range(3, 9))[:2]
    link = Link(delay=one_way / 1000)

    def over_udp(lab: Lab) -> None:
        speaker, listener = lab.hosts("speaker", "listener")
        speaker.udp(5004, Voice(0.3))
        listener.udp().send_to(b"hello", speaker, 5004)

    def over_tcp(lab: Lab) -> None:
        speaker, listener = lab.hosts("speaker", "listener")
        speaker.config = replace(speaker.config, nagle=False)  # type: ignore[attr-defined]
        speaker.listen(5004, Voice(0.3))
        listener.connect(speaker, 5004)

    sound = [record.number for record in run(over_tcp, link=link) if record.length > 100]
    traces = {
        # The first packet is the listener's; and this one comes too late by itself.
        "udp": run(over_udp, link=link, faults=[drop(lost + 2), delay(late + 2, wait / 1000)]),
        "tcp": run(over_tcp, link=link, faults=[drop(sound[lost])]),
    }
    order = draw.shuffled(traces)
    voices = {
        letter: heard_voice(traces[proto], wait / 1000)
        for letter, proto in zip("AB", order, strict=True)
    }
    tcp = "AB"[order.index("tcp")]
    return Task(
        given={
            "wait": wait,
            **{letter: _sounds(voice) for letter, voice in voices.items()},
        },
        fields=[
            *(_not_heard(letter, voice, wait) for letter, voice in voices.items()),
            Choice(
                "tcp_was",
                tcp,
                choices=("A", "B"),
                right="Nothing is missing for good, and behind the gap several came at once.",
                wrong=[
                    (
                        "AB"[order.index("udp")],
                        "Something never came there. TCP would have sent it again.",
                    )
                ],
                look="Which of the two repeats what is lost, and holds back what follows?",
            ),
        ],
        hints=[
            "A packet is heard if it came by the time it was spoken, plus the wait.",
            "Add the wait to each spoken. What came later than that is not heard, nor what never "
            "came.",
            "TCP loses nothing, but it hands on nothing that stands behind a gap, either.",
        ],
    )


def _not_heard(letter: str, voice: HeardVoice, wait: int) -> Several:
    chunks = voice.chunks
    key = {chunk.number for chunk in chunks if chunk.heard != "on time"}
    late = {chunk.number for chunk in chunks if chunk.heard == "late"}
    never = {chunk.number for chunk in chunks if chunk.heard == "lost"}
    after_the_first = {chunk.number for chunk in chunks if (chunk.readable or 0) > wait * 1000}
    foreseen = [
        (late, "All of these came too late. What never came is not heard, either."),
        (never, "These never came. What came too late is not heard, either."),
        (
            after_the_first | never,
            "The wait counts from when each one was spoken, not from the first.",
        ),
        (
            {chunk.number for chunk in chunks} - key,
            "These are heard. Which are not?",
        ),
    ]
    return Several(
        f"not_heard_{letter.lower()}",
        key,
        choices=[chunk.number for chunk in chunks],
        right="Each of these was not there when it had to be played.",
        wrong=[(wrong, says) for wrong, says in foreseen if wrong and wrong != key],
        look=f"For each packet: did it come at most {wait} ms after it was spoken?",
    )


@dataclass(frozen=True, slots=True)
class Sound:
    """When a packet of sound was spoken, and when the listener had it: milliseconds, or None."""

    spoken: int
    came: int | None

    def __str__(self) -> str:
        came = "never came" if self.came is None else f"came at {self.came} ms"
        return f"spoken at {self.spoken} ms, {came}"


def _sounds(voice: HeardVoice) -> dict[int, Sound]:
    return {
        chunk.number: Sound(
            chunk.spoken // 1000, None if chunk.readable is None else chunk.readable // 1000
        )
        for chunk in voice.chunks
    }
