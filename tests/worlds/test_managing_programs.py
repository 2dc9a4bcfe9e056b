"""What keeps a network running, asked by programs that know nothing of portlab.

Each is spoken to twice: at this computer's loopback, and in the kernel world.
"""

import asyncio
import contextlib
import logging
import logging.handlers
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import ntplib
import pytest
from aioice import ice
from aioice import stun as aioice_stun
from tacacs_plus.client import TACACSClient
from tacacs_plus.flags import TAC_PLUS_AUTHEN_TYPE_ASCII, TAC_PLUS_AUTHEN_TYPE_PAP

from portlab import Lab, apps
from tests.requires import needs


class Place:
    """A lab with a server and a client, where programs and libraries run as if in the client."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.server: Any
        self.client: Any
        self.server, self.client = lab.hosts("server", "client")

    def serve(self, app: apps.App, usual: int, proto: str = "udp") -> tuple[str, int]:
        """The app's address and port: the usual one where every port is free for everybody."""
        port = usual if self.lab.world == "kernel" else 0
        where = self.server.addresses[0]
        serve = self.server.udp if proto == "udp" else self.server.listen
        return where, serve(port, app, address=where).port

    def inside(self) -> AbstractContextManager[Any]:
        return self.client.inside() if self.lab.world == "kernel" else contextlib.nullcontext()

    def run(self, *argv: str, input: bytes = b"") -> str:
        """What a program printed, standard error included."""
        if self.lab.world == "kernel":
            printed = self.client.run(argv, input=input, timeout=60)
            return str(printed.stdout) + str(printed.stderr)
        done = subprocess.run(argv, input=input, capture_output=True, timeout=60, check=False)
        return (done.stdout + done.stderr).decode()


@pytest.fixture(params=["kernel", "loopback"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    if request.param == "kernel":
        needs("kernel")
    with Lab(request.param) as lab:
        yield Place(lab)


def test_aioice_learns_its_address(place: Place) -> None:
    whom = place.serve(apps.Stun(), 3478)

    async def ask() -> tuple[Any, Any]:
        loop = asyncio.get_running_loop()
        own = (place.client.addresses[0], 0)
        transport, protocol = await loop.create_datagram_endpoint(
            lambda: ice.StunProtocol(ice.Connection(ice_controlling=True)), local_addr=own
        )
        request = aioice_stun.Message(
            message_method=aioice_stun.Method.BINDING, message_class=aioice_stun.Class.REQUEST
        )
        answer, _ = await protocol.request(request, whom)
        here = transport.get_extra_info("sockname")
        await protocol.close()
        return answer.attributes["XOR-MAPPED-ADDRESS"], here

    with place.inside():
        told, here = asyncio.run(ask())
    assert told == here


def test_ntplib_reads_the_time(place: Place) -> None:
    """The clock is this computer's, an hour ahead."""
    where, port = place.serve(apps.Ntp(3, "192.0.2.9", ahead=3600), 123)
    with place.inside():
        answer = ntplib.NTPClient().request(where, version=4, port=port, timeout=30)
    assert answer.offset == pytest.approx(3600, abs=60)
    assert (answer.stratum, answer.version, answer.leap) == (3, 4, 0)
    assert ntplib.ref_id_to_text(answer.ref_id, answer.stratum) == "192.0.2.9"


def test_python_logs_over_udp(place: Place) -> None:
    collector = apps.Syslog()
    whom = place.serve(collector, 514)
    with place.inside():
        handler = logging.handlers.SysLogHandler(
            whom, facility=logging.handlers.SysLogHandler.LOG_LOCAL4
        )
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "disk %s full", ("sda",), None)
        handler.emit(record)
        handler.close()
    place.lab.run()
    assert [str(message).split() for message in collector.messages] == [
        ["local4.Error", "disk", "sda", "full"]
    ]


LOGGED = [
    ("udp", ["-d", "--rfc5424"]),
    ("udp", ["-d", "--rfc3164"]),
    ("tcp", ["-T", "--octet-count"]),
    ("tcp", ["-T"]),
]


@pytest.mark.parametrize(("proto", "options"), LOGGED)
def test_logger_logs_in_both_formats_and_framings(
    place: Place, proto: str, options: list[str]
) -> None:
    needs("logger")
    collector = apps.Syslog()
    where, port = place.serve(collector, 514, proto)
    called = ["logger", "-n", where, "-P", str(port), *options, "-p", "auth.crit", "-t", "door"]
    assert place.run(*called, "failed for student").strip() == ""
    place.lab.run()
    [message] = collector.messages
    assert str(message).startswith("auth.Critical ")
    assert (message.program, message.text) == ("door", "failed for student")
    assert message.time is not None


def test_snmpget_reads_a_value(place: Place) -> None:
    needs("snmpget")
    where, port = place.serve(apps.Snmp(), 161)
    asked = ["-v2c", "-r", "3", "-On", f"{where}:{port}", "1.3.6.1.2.1.1.5.0"]
    told = place.run("snmpget", "-c", "public", *asked)
    assert '.1.3.6.1.2.1.1.5.0 = STRING: "router"' in told
    silent = place.run("snmpget", "-t", "1", "-r", "0", "-c", "private", *asked[:1], *asked[3:])
    assert "No Response" in silent


def test_snmpwalk_reads_all_there_is(place: Place) -> None:
    needs("snmpget")
    where, port = place.serve(apps.Snmp(), 161)
    told = place.run("snmpwalk", "-v2c", "-c", "public", "-On", f"{where}:{port}", "1.3.6.1.2")
    shown = [line.partition(" = ")[2] for line in told.splitlines() if " = " in line]
    assert [line.partition(":")[0] for line in shown[:7]] == [
        *("STRING", "OID", "Timeticks", "STRING", "STRING", "STRING", "INTEGER")
    ]


@pytest.mark.parametrize(("password", "said"), [("blue sky", "Accept"), ("wrong", "Reject")])
def test_radclient_asks_for_somebody(place: Place, password: str, said: str) -> None:
    """It says which answers it believes: those whose authenticators it has checked."""
    needs("radclient")
    where, port = place.serve(apps.Radius("shared", {"student": "blue sky"}), 1812)
    question = f'User-Name = "student"\nUser-Password = "{password}"\n'
    told = place.run(
        "radclient", "-x", f"{where}:{port}", "auth", "shared", input=question.encode()
    )
    assert f"Received Access-{said}" in told


def test_radclient_with_another_secret_believes_nothing(place: Place) -> None:
    needs("radclient")
    where, port = place.serve(apps.Radius("shared", {"student": "blue sky"}), 1812)
    question = b'User-Name = "student"\nUser-Password = "blue sky"\n'
    told = place.run(
        *("radclient", "-x", "-r", "1", "-t", "1", f"{where}:{port}", "auth", "other"),
        input=question,
    )
    assert "Received Access" not in told
    assert "Shared secret is incorrect" in told


@pytest.mark.parametrize("kind", [TAC_PLUS_AUTHEN_TYPE_ASCII, TAC_PLUS_AUTHEN_TYPE_PAP])
def test_tacacs_plus_signs_in(place: Place, kind: int) -> None:
    where, port = place.serve(apps.Tacacs("shared", {"student": "blue sky"}), 49, "tcp")
    with place.inside():
        said = [
            TACACSClient(where, port, "shared", timeout=30)
            .authenticate("student", password, authen_type=kind)
            .valid
            for password in ("blue sky", "wrong")
        ]
    assert said == [True, False]
