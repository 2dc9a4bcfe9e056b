"""A proxy between a client and its servers, in every world."""

import pytest

from portlab import Lab, apps, drop, run, tls
from portlab.apps.proxy import MOST_WAITING
from portlab.errors import LabError
from portlab.host import Host
from portlab.worlds import WORLDS
from tests.requires import needs

LONG = bytes(range(256)) * 2_000


@pytest.fixture(params=sorted(WORLDS))
def lab(request: pytest.FixtureRequest):
    if request.param == "kernel":
        needs("kernel")
    with Lab(request.param) as lab:
        yield lab


def behind(host: Host, page: str) -> tuple[str, int]:
    where = host.addresses[0]
    return where, host.listen(0, apps.Http({"/": page}), address=where).port


def fetched(client: Host, front: Host, port: int) -> bytes:
    with client.connect(front.addresses[0], port) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: front\r\nConnection: close\r\n\r\n")
        return connection.receive_all().partition(b"\r\n\r\n")[2]


def test_one_port_and_several_that_answer(lab: Lab) -> None:
    front, client, *servers = lab.hosts("front", "client", "one", "two")
    ends = [behind(server, f"I am {server.name}") for server in servers]
    port = front.listen(0, apps.Proxy(*ends), address=front.addresses[0]).port
    pages = [fetched(client, front, port) for _ in range(3)]
    assert pages == [b"I am one", b"I am two", b"I am one"]


def test_what_is_long_passes_both_ways(lab: Lab) -> None:
    front, client, server = lab.hosts("front", "client", "server")
    where = server.addresses[0]
    echo = server.listen(0, apps.Echo(), address=where)
    port = front.listen(0, apps.Proxy((where, echo.port)), address=front.addresses[0]).port
    with client.connect(front.addresses[0], port) as connection:
        come = b""
        for at in range(0, len(LONG), 50_000):
            connection.send(LONG[at : at + 50_000])
            while len(come) < min(at + 50_000, len(LONG)):
                come += connection.receive()
        assert come == LONG
        connection.shutdown()
        assert connection.receive_all() == b""


def test_where_nobody_is_behind_it_the_client_is_hung_up_on(lab: Lab) -> None:
    front, client, server = lab.hosts("front", "client", "server")
    gone = server.listen(0, address=server.addresses[0])
    end = (server.addresses[0], gone.port)
    gone.close()
    port = front.listen(0, apps.Proxy(end), address=front.addresses[0]).port
    with client.connect(front.addresses[0], port) as connection:
        assert connection.receive_all() == b""


def test_a_client_that_is_reset_takes_its_server_along() -> None:
    with Lab() as lab:
        front, client, server = lab.hosts("front", "client", "server")
        server.listen(7, apps.Echo())
        front.listen(80, apps.Proxy((server.addresses[0], 7)))
        connection = client.connect(front, 80)
        connection.send(b"hello")
        connection.receive_until(b"o")
        connection.abort()
        lab.run()
        assert "ESTABLISHED" not in [row.state for row in server.sockets()]


@pytest.mark.parametrize("how", ["reset", "too much"])
def test_a_client_that_is_gone_before_its_server_is_reached(how: str) -> None:
    def leave(lab: Lab) -> list[str]:
        front, client, server = lab.hosts("front", "client", "server")
        server.listen(7, apps.Echo())
        front.listen(80, apps.Proxy((server.addresses[0], 7)))
        connection = client.connect(front, 80)
        if how == "reset":
            connection.abort()
        else:
            connection.send(bytes(4 * MOST_WAITING))
        lab.run()
        return [row.state for host in (front, server) for row in host.sockets()]

    _, call = [record for record in run(leave) if record.flags == "SYN"]
    trace = run(leave, faults=[drop(call.number)])  # so it calls its server again a second later
    assert trace.error is None
    assert set(trace.result) == {"LISTEN"}


def test_a_client_whose_tls_breaks_off_takes_its_server_along() -> None:
    authority = apps.Authority()
    with Lab() as lab:
        front, client, server = lab.hosts("front", "client", "server")
        server.listen(7, apps.Echo())
        proxy = apps.Proxy((server.addresses[0], 7))
        front.listen(443, apps.Tls(proxy, authority.certificate("front")))
        connection = client.connect(front, 443)
        secure = tls(connection, authority, "front")
        secure.send(b"hello")
        secure.receive_until(b"o")
        connection.shutdown()  # without the word that TLS has for the end
        lab.run()
        assert {row.state for row in server.sockets()} == {"LISTEN"}


def test_it_needs_somebody() -> None:
    with pytest.raises(LabError, match="behind it"):
        apps.Proxy()
