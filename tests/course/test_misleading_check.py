"""Exercise 10.2 as learners try it: whatever they build, what they hear of it is true and helps."""

from collections.abc import Callable

import pytest

from portlab import Lab, apps, exercise
from portlab.course.exercises.finding import find
from portlab.course.exercises.made import OfExperiment
from portlab.errors import ConnectionRefused
from tests.course.tasks import task

PORT = exercise("10.2").port


def only_the_call(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    client.connect(server, PORT)


def call_first(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(PORT, apps.Echo())
    client.connect(server, PORT)
    client.udp().send_to(b"hello", server, PORT)


def nobody_there(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    client.udp().send_to(b"hello", server, PORT)
    lab.run()
    client.connect(server, PORT)


def nobody_there_and_waiting(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    question = client.udp()
    question.send_to(b"hello", server, PORT)
    question.receive()


def nobody_answers(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(PORT)
    client.udp().send_to(b"hello", server, PORT)
    client.connect(server, PORT)


def another_port(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(PORT, apps.Echo())
    client.udp().send_to(b"hello", server, PORT)
    lab.run()
    client.connect(server, PORT + 1)


def another_host(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    client.udp(PORT, apps.Echo())
    server.udp().send_to(b"hello", client, PORT)
    lab.run()
    client.connect(server, PORT)


def both_open(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(PORT, apps.Echo())
    server.listen(PORT)
    client.udp().send_to(b"hello", server, PORT)
    client.connect(server, PORT)


TRIED = [
    (only_the_call, "No datagram goes to UDP port"),
    (call_first, "a refused call ends the experiment"),
    (nobody_there, "No program has UDP port"),
    (nobody_there_and_waiting, "No program has UDP port"),
    (nobody_answers, "Give it a program that answers"),
    (another_port, "Nobody calls TCP port"),
    (another_host, "of the host that answers over UDP"),
    (both_open, "What must not be there?"),
]


@pytest.mark.parametrize(("experiment", "says"), TRIED, ids=lambda it: getattr(it, "__name__", ""))
def test_each_way_to_miss_it_hears_what_is_missing(
    experiment: Callable[[Lab], None], says: str
) -> None:
    judged = experiment_field().judge(experiment)
    assert judged.mark == "wrong"
    assert says in judged.says
    assert "Start a listener" not in judged.says  # the task wants the refusal


def receiving(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(PORT, apps.Echo())
    question = client.udp()
    question.send_to(b"hello", server, PORT)
    question.receive()
    client.connect(server, PORT)


def catching(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(PORT, apps.Echo())
    client.udp().send_to(b"hello", server, PORT)
    with pytest.raises(ConnectionRefused):
        client.connect(server, PORT)


@pytest.mark.parametrize("experiment", [receiving, catching])
def test_other_ways_to_build_it_are_right_too(experiment: Callable[[Lab], None]) -> None:
    assert experiment_field().judge(experiment).mark == "right"


def test_what_is_said_of_the_proof_is_true_whatever_the_experiment_does() -> None:
    """Each field is judged by itself: of the learner's own experiment this one knows nothing."""
    (proves,) = (one for one in task(find("10.2"), "").fields if one.name == "proves")
    for answer in ("that it is open", "that it is closed"):
        assert "your own experiment" not in proves.judge(answer).says.casefold()


def experiment_field() -> OfExperiment:
    (found,) = (one for one in task(find("10.2"), "").fields if isinstance(one, OfExperiment))
    return found
