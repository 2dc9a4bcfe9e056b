"""Apps inside model hosts that raise, never rest, or do what an app may not."""

import pytest

from portlab import Lab, run
from portlab.apps.app import Close, Connect, Data, Datagram, Listen, Send, SendTo, Wake
from portlab.errors import (
    AppError,
    ConnectionAborted,
    ConnectionClosed,
    LabError,
    LimitReached,
    PortInUse,
)
from tests.network.scripted import Scripted, replying


class Broken(Scripted):
    def handle(self, event):
        if isinstance(event, Data | Datagram):
            yield Send(b"so far so good")
            raise ZeroDivisionError("one by zero")


def test_an_app_that_raises_surfaces_from_the_call_that_waits(lab, pair):
    server, client = pair
    server.listen(80, Broken(name="broken"))
    connection = client.connect(server, 80)
    connection.send(b"x")
    with pytest.raises(AppError, match="'broken' on server port 80 raised ZeroDivisionError") as e:
        connection.receive()
    assert isinstance(e.value.__cause__, ZeroDivisionError)
    with pytest.raises(ConnectionAborted):
        connection.receive_all()
    client.connect(server, 80)  # the lab goes on


def send_to(app, lab):
    server, client = lab.hosts("server", "client")
    server.udp(7, app)
    client.udp().send_to(b"x", server, 7)


def test_an_app_that_raises_surfaces_from_the_end_of_the_lab():
    lab = Lab()
    send_to(Broken(), lab)
    with pytest.raises(AppError):
        lab.close()
    assert len(lab.trace) == 2


def test_an_error_of_an_app_does_not_hide_the_learners_own():
    def experiment(lab):
        send_to(Broken(), lab)
        raise KeyError("mine")

    with pytest.raises(KeyError) as caught:
        run(experiment)
    assert "AppError" in caught.value.__notes__[0]


def test_no_failure_is_lost_when_two_fail_at_once(lab, pair):
    server, client = pair
    server.listen(80, Broken())
    one, other = client.connect(server, 80), client.connect(server, 80)
    one.send(b"x")
    other.send(b"x")
    for _ in range(2):
        with pytest.raises(AppError):
            lab.run()
    lab.run()


def test_a_session_that_cannot_be_made(lab, pair):
    server, client = pair

    class Unwilling(Scripted):
        def session(self, local, peer):
            raise OSError("no room")

    server.listen(80, Unwilling())
    server.udp(7, Unwilling())
    client.connect(server, 80)
    with pytest.raises(AppError, match="no room"):
        lab.run()
    client.udp().send_to(b"x", server, 7)
    with pytest.raises(AppError, match="no room"):
        lab.run()


@pytest.mark.parametrize(
    ("actions", "cause"),
    [
        (["nonsense"], TypeError),
        (7, TypeError),
        ([Listen(80, Scripted())], PortInUse),
        ([Close(), Send(b"after all")], ConnectionClosed),
        ([Wake(-1)], LabError),
        ([SendTo(b"x", ("nowhere", 1))], ValueError),
        ([Connect(("10.0.0.2", 0), Scripted())], ValueError),
    ],
)
def test_what_an_app_may_not_do(lab, pair, actions, cause):
    server, client = pair
    server.listen(80, Scripted(replying(Opened=actions)))
    client.connect(server, 80)
    with pytest.raises(AppError) as caught:
        lab.run()
    assert isinstance(caught.value.__cause__, cause)


def test_an_app_acts_by_actions_and_not_by_calling_the_lab(lab, pair):
    server, client = pair

    def call(event):
        server.connect(client, 81)

    server.listen(80, Scripted(call))
    client.connect(server, 80)
    with pytest.raises(AppError, match="busy with another call"):
        lab.run()


def test_a_program_that_never_rests_is_stopped():
    with pytest.raises(LimitReached):
        run(lambda lab: send_to(Scripted(lambda event: [Wake(10)]), lab))


def test_a_listener_with_an_app_accepts_for_itself(pair):
    server, _ = pair
    listener = server.listen(80, Scripted())
    with pytest.raises(LabError, match="'scripted', takes the connections"):
        listener.accept()
    service = server.udp(7, Scripted())
    with pytest.raises(LabError, match="'scripted', uses"):
        service.receive()
