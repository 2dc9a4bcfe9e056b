"""What is on the wire in the short captures of real Linux (`data/captures`): one story for each.

They are run in the kernel world by `recording`, which saves them; in every other world with a wire
they run as well.
"""

from portlab.apps.dhcp import Dhcp
from portlab.apps.dns import Dns
from portlab.apps.echo import Echo
from portlab.apps.http import Http
from portlab.apps.snmp import Snmp, get_request, values
from portlab.apps.voice import Voice
from portlab.errors import PortlabError, TimedOut
from portlab.lab import Lab
from portlab.tools.address import Lease, ask_for_address
from portlab.tools.lookup import lookup

PORT = 80
SILENT = 23
"""The port that the line of `filtered` and `port_scan` lets nothing through to."""


def handshake(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(PORT)
    client.connect(server, PORT)


def refused(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    client.connect(server, PORT)


def filtered(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(SILENT)
    client.connect(server, SILENT, timeout=4)


def data_with_loss(lab: Lab) -> bytes:
    server, client = lab.hosts("server", "client")
    listener = server.listen(PORT)
    with client.connect(server, PORT) as near, listener.accept() as far:
        near.send(bytes(12_000))
        near.shutdown()
        return far.receive_all()


def zero_window(lab: Lab) -> int:
    """The server's program reads nothing until nothing more fits."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(PORT)
    with client.connect(server, PORT) as near, listener.accept() as far:
        near.send(bytes(150_000))
        lab.run(2)
        near.shutdown()
        return len(far.receive_all())


def closed_by_the_client(lab: Lab) -> None:
    _close(lab, client_first=True)


def closed_by_the_server(lab: Lab) -> None:
    _close(lab, client_first=False)


def _close(lab: Lab, *, client_first: bool) -> None:
    server, client = lab.hosts("server", "client")
    listener = server.listen(PORT)
    near = client.connect(server, PORT)
    far = listener.accept()
    first, second = (near, far) if client_first else (far, near)
    first.shutdown()
    second.receive_all()
    second.close()
    first.close()


def closed_at_once(lab: Lab) -> None:
    """Both FINs are on the line at the same time."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(PORT)
    near = client.connect(server, PORT)
    far = listener.accept()
    lab.run()
    near.shutdown()
    far.shutdown()
    lab.run()


def half_closed(lab: Lab) -> bytes:
    """The client has said all; the server answers afterwards."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(PORT)
    with client.connect(server, PORT) as near, listener.accept() as far:
        near.send(b"that is my question")
        near.shutdown()
        far.receive_all()
        far.send(b"and this is the answer")
        far.shutdown()
        return near.receive_all()


def aborted(lab: Lab) -> None:
    """Unread data turns a close into a reset (RFC 9293 3.6.1)."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(PORT)
    near = client.connect(server, PORT)
    far = listener.accept()
    near.send(b"nobody reads this")
    lab.run()
    far.close()
    lab.run()


def http(lab: Lab) -> bytes:
    server, client = lab.hosts("server", "client")
    server.listen(PORT, Http())
    with client.connect(server, PORT) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: server\r\nConnection: close\r\n\r\n")
        return connection.receive_all()


def client_ports(lab: Lab) -> None:
    """Six services are called, and the client's system chooses its ports (lesson 02)."""
    server, client = lab.hosts("server", "client")
    for port in (22, 25, 80, 110, 143, 443):
        server.listen(port)
        client.connect(server, port)


def switched_on(lab: Lab) -> Lease:
    """A laptop of lesson 11 gets its address."""
    router = lab.host("router")
    me = router.addresses[0]
    router.udp(67, Dhcp(me, "10.0.0.100", "10.0.0.199", router=me, name_servers=[me]))
    return ask_for_address(lab.host("laptop", ipv4=False))


def by_hand(lab: Lab) -> str:
    """The request of lesson 11."""
    web, laptop = lab.hosts("web", "laptop")
    web.listen(80, Http())
    with laptop.connect(web, 80) as connection:
        connection.send(b"GET /hello.txt HTTP/1.1\r\nHost: www.school.example\r\n\r\n")
        return connection.receive().decode()


def echo_over_udp(lab: Lab) -> None:
    """The question of lesson 10."""
    server, client = lab.hosts("server", "client")
    server.udp(7, Echo())
    socket = client.udp()
    socket.send_to(b"hello", server, 7)
    socket.receive(timeout=30)


def echo_over_tcp(lab: Lab) -> None:
    """The same question of lesson 10."""
    server, client = lab.hosts("server", "client")
    server.listen(7, Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        connection.receive_until(b"o")


def twenty_over_udp(lab: Lab) -> None:
    """Twenty questions of lesson 10, one after the other; who gets no answer does not ask again."""
    server, client = lab.hosts("server", "client")
    server.udp(7, Echo())
    for _ in range(20):
        client.udp().send_to(b"hello", server, 7)
        lab.run()


def twenty_over_tcp(lab: Lab) -> None:
    """The same twenty of lesson 10, each over a connection of its own."""
    server, client = lab.hosts("server", "client")
    server.listen(7, Echo())
    for _ in range(20):
        with client.connect(server, 7) as connection:
            connection.send(b"hello")
            connection.receive_until(b"o")


def call_over_udp(lab: Lab) -> None:
    """A second of talk in lesson 10."""
    speaker, listener = lab.hosts("speaker", "listener")
    speaker.udp(5004, Voice())
    listener.udp().send_to(b"hello", speaker, 5004)


def call_over_tcp(lab: Lab) -> None:
    """The same second of lesson 10."""
    speaker, listener = lab.hosts("speaker", "listener")
    speaker.listen(5004, Voice())
    listener.connect(speaker, 5004)


def one_connection(lab: Lab) -> None:
    """Two pictures of lesson 10, piece by piece in turn."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    client.connect(server, 80)
    page = listener.accept()
    page.send((b"A" * 1460 + b"B" * 1460) * 4)


def two_connections(lab: Lab) -> None:
    """The same two pictures of lesson 10, each by itself."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    client.connect(server, 80)
    client.connect(server, 80)
    first, second = listener.accept(), listener.accept()
    first.send(b"A" * 1460 * 4)
    second.send(b"B" * 1460 * 4)


def dns(lab: Lab) -> None:
    _ask(lab, "portlab.example")


def dns_truncated(lab: Lab) -> None:
    """Over UDP only the news that there is more, so it is asked for over TCP (RFC 7766 5)."""
    _ask(lab, "many.portlab.example")


def _ask(lab: Lab, name: str) -> None:
    server, client = lab.hosts("server", "client")
    server.udp(53, Dns())
    server.listen(53, Dns())
    lookup(client, server, name)


def snmp_get(lab: Lab) -> dict[str, str | int | None] | None:
    """What is your name? The question of lesson 13."""
    server, client = lab.hosts("server", "client")
    server.udp(161, Snmp("public"))
    with client.udp() as socket:
        socket.send_to(get_request("1.3.6.1.2.1.1.5.0", "public"), server, 161)
        return values(socket.receive(timeout=3)[0])


def udp_closed_port(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    socket = client.udp()
    socket.connect(server, 7)
    socket.send(b"are you there?")
    socket.receive(timeout=2)


def port_scan(lab: Lab) -> dict[int, str]:
    """One call to each of six ports: one is open, four are closed, and one is silent."""
    server, client = lab.hosts("server", "client")
    server.listen(22)
    server.listen(SILENT)
    found = {}
    for port in range(20, 26):
        try:
            client.connect(server, port, timeout=2).close()
            found[port] = "open"
        except TimedOut:
            found[port] = "filtered"
        except PortlabError:
            found[port] = "closed"
    return found
