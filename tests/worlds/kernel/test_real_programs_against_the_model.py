"""Programs that know nothing of portlab, in kernel hosts, against hosts with portlab's own TCP.

What curl, nc and nmap say is the oracle: they and Linux beneath them were written by others.
"""

import hashlib
import http.client
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from portlab import Lab, Link, apps
from portlab.network.host import ModelHost
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

needs("kernel")

FIVE_MEGABYTES = hashlib.shake_128(b"portlab").digest(5_000_000)
QUICK_LINE = Link(delay=0.001)
BAD_LINE = Link(delay=0.001, loss=0.05)


@contextmanager
def lab_of_both(link: Link, *, seed: int = 1) -> Iterator[tuple[Lab, ModelHost, KernelHost]]:
    """A model host to serve, a kernel host to ask."""
    with Lab("kernel", link=link, seed=seed) as lab:
        server, client = lab.host("server", world="model"), lab.host("client")
        assert isinstance(server, ModelHost)
        assert isinstance(client, KernelHost)
        yield lab, server, client


def impatient(host: ModelHost) -> None:
    """Let this host's TCP take a segment for lost after milliseconds, on lines this short.

    RFC 6298 2.4 wants a second at the least, which is hundreds of round trips here: real time runs,
    each timeout would cost such a second, and five megabytes at 5 % loss bring dozens of them.
    """
    host.config = replace(host.config, min_rto=20_000, initial_rto=50_000, max_rto=1_000_000)


@pytest.mark.parametrize("address", ["-4", "-6"])
def test_curl_fetches_five_megabytes_over_a_line_that_loses_one_in_twenty(address: str) -> None:
    needs("curl")
    with lab_of_both(BAD_LINE) as (lab, server, client):
        impatient(server)
        server.listen(80, apps.Http({"/five": FIVE_MEGABYTES}))
        asked = ["curl", "-sS", "--noproxy", "*", address, "http://server/five"]
        fetched = client.run(asked, timeout=120)
        lost = sum(record.fate == "lost" for record in lab.trace)
    assert (fetched.status, fetched.stderr) == (0, "")
    assert fetched.raw == FIVE_MEGABYTES
    assert lost > 100  # of the 3,500 segments and their acknowledgments


def test_the_model_fetches_a_megabyte_from_linux_over_that_line() -> None:
    """The other way round: Linux sends, and recovers what the line loses."""
    with lab_of_both(BAD_LINE) as (lab, model, kernel):
        impatient(model)
        kernel.listen(80, apps.Http({"/one": FIVE_MEGABYTES[:1_000_000]}))
        with model.connect(kernel, 80) as connection:
            connection.send(b"GET /one HTTP/1.1\r\nHost: client\r\nConnection: close\r\n\r\n")
            head = connection.receive_until(b"\r\n\r\n", timeout=60)
            body = connection.receive_all(timeout=60)
        lost = sum(record.fate == "lost" for record in lab.trace)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == FIVE_MEGABYTES[:1_000_000]
    assert lost > 10


def test_pythons_http_client_runs_unchanged() -> None:
    with lab_of_both(QUICK_LINE) as (lab, server, client):
        server.listen(80, apps.Http())
        with client.inside():
            connection = http.client.HTTPConnection("server", timeout=20)
            said = []
            for method, path in (("GET", "/hello.txt"), ("HEAD", "/"), ("PUT", "/"), ("GET", "/x")):
                connection.request(method, path)
                answer = connection.getresponse()
                said.append((answer.status, answer.read()[:7]))
            connection.close()
        lab.run()
        syns = [record for record in lab.trace if record.flags == "SYN"]
    assert said[:2] == [(200, b"Hello!\n"), (200, b"")]
    assert [status for status, _ in said[2:]] == [405, 404]
    assert len(syns) == 1  # kept alive: four answers over one connection


@pytest.mark.parametrize("address", ["-4", "-6"])
def test_nc_gets_its_lines_back_over_tcp(address: str) -> None:
    needs("nc")
    lines = b"".join(b"line %d\n" % number for number in range(2000))
    with lab_of_both(QUICK_LINE) as (lab, server, client):
        server.listen(7, apps.Echo())
        printed = client.run(["nc", address, "-N", "server", "7"], input=lines, timeout=30)
        lab.run()
        fins = [record for record in lab.trace if record.flags and "FIN" in record.flags]
    assert printed.raw == lines
    assert {record.origin for record in fins} == {"captured", "modelled"}  # each side closed


@pytest.mark.parametrize("address", ["-4", "-6"])
def test_nc_gets_its_line_back_over_udp(address: str) -> None:
    needs("nc")
    with lab_of_both(QUICK_LINE) as (lab, server, client):
        server.udp(7, apps.Echo())
        # It ends a second after the last datagram: UDP has no end of its own.
        asked = ["nc", address, "-u", "-w", "1", "server", "7"]
        printed = client.run(asked, input=b"hello\n", timeout=30)
        seen = [(record.origin, record.proto, record.length) for record in lab.trace]
    assert printed.raw == b"hello\n"
    assert seen == [("captured", "udp", 6), ("modelled", "udp", 6)]


# ---- port scans ---------------------------------------------------------------------------------

OPEN, FILTERED = (22, 80, 443), (23, 3389)
PORTS = (*range(20, 30), 79, 80, 81, 443, 3389)


def scan(client: KernelHost, *how: str) -> dict[int, str]:
    """What nmap says of each port, from the line it writes for programs to read."""
    asked = ["nmap", "-Pn", "-n", "-oG", "-", "--max-retries", "3", *how]
    printed = client.run(asked, timeout=60)
    assert printed.status == 0, printed.stderr
    found = re.findall(r"(\d+)/([a-z|]+)/", printed.stdout)
    return {int(port): state for port, state in found}


def expected() -> dict[int, str]:
    return {
        port: "filtered" if port in FILTERED else "open" if port in OPEN else "closed"
        for port in PORTS
    }


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("how", ["-sT", "-sS"], ids=["connect", "syn"])
def test_nmap_sees_open_closed_and_filtered_as_the_lab_set_them(how: str, version: int) -> None:
    needs("nmap")
    with lab_of_both(Link(delay=0.001, filtered=FILTERED)) as (lab, server, client):
        for port in OPEN:
            server.listen(port, apps.Discard())
        whom = ["-6", "fd00::1"] if version == 6 else ["10.0.0.1"]
        seen = scan(client, how, "-p", ",".join(map(str, PORTS)), *whom)
        lab.run()
        answers = Counter(
            (record.sport, record.flags) for record in lab.trace if record.origin == "modelled"
        )
        vanished = {record.dport for record in lab.trace if record.fate == "lost"}
        sockets = {(one.local[1], one.state) for one in server.sockets() if one.local[1] in OPEN}
    assert seen == expected()
    # Behind each verdict stands what RFC 9293 3.10.7 has a host answer to a SYN, or the lack of it.
    for port in PORTS:
        flags = {said for at, said in answers if at == port}
        assert ("SYN,ACK" in flags) is (port in OPEN)
        assert ("RST,ACK" in flags) is (port not in OPEN + FILTERED)
    assert vanished == set(FILTERED)
    # A scan, half open or whole, leaves no connection behind at the model.
    assert sockets == {(port, "LISTEN") for port in OPEN}


def test_nmap_sees_a_closed_udp_port_by_what_icmp_says_of_it() -> None:
    needs("nmap")
    with lab_of_both(Link(delay=0.001, filtered=(69,))) as (lab, server, client):
        server.udp(7, apps.Echo())
        server.udp(9, apps.Discard())
        seen = scan(client, "-sU", "-p", "7,9,69,5000,5001", "10.0.0.1")
        unreachable = {
            record.packet.quoted.dport
            for record in lab.trace
            if record.origin == "modelled" and record.packet and record.packet.quoted
        }
    # Silence says nothing over UDP: a program that does not answer looks like a line that drops.
    silent = "open|filtered"
    assert seen == {7: "open", 9: silent, 69: silent, 5000: "closed", 5001: "closed"}
    assert unreachable == {5000, 5001}
