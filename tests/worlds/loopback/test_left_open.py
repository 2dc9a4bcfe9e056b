"""Labs that nobody closed, and cells that are run again."""

import gc
import subprocess
import sys
import weakref
from typing import Any

import pytest

from portlab import Lab, apps
from portlab.errors import LabError, PortInUse
from tests.worlds.left_behind import belongings, left_behind


def free_port() -> int:
    """A port that was free a moment ago, for TCP and UDP."""
    with Lab("loopback") as lab:
        return lab.host("server").listen().port


CELL = """
from portlab import Lab, apps
lab = Lab("loopback")
server, client = lab.hosts("server", "client")
listener = server.listen(PORT, apps.Echo())
hand = server.listen()
udp = server.udp(PORT, apps.Echo())
connection = client.connect(server, PORT)
connection.send(b"x")
answer = connection.receive()
"""


def test_a_cell_that_leaves_its_lab_open_can_be_run_again() -> None:
    """As in a notebook: one set of names, the outputs of earlier runs kept alive as well."""
    before = belongings()
    names: dict[str, Any] = {"PORT": free_port()}
    kept = []
    for _ in range(4):
        exec(CELL, names)
        assert names["answer"] == b"x"
        kept.append((names["lab"], names["listener"], names["connection"], names["udp"]))
    names["lab"].close()
    assert not left_behind(before)
    for lab, listener, connection, udp in kept[:-1]:
        for call in (
            lambda lab=lab: lab.run(),
            lambda listener=listener: listener.accept(timeout=0.05),
            lambda connection=connection: connection.send(b"x"),
            lambda udp=udp: udp.receive(timeout=0.05),
        ):
            with pytest.raises(LabError, match="newer"):
                call()
        lab.close()


def test_a_cell_that_closes_its_lab_can_be_run_again() -> None:
    port = free_port()
    for _ in range(4):
        with Lab("loopback") as lab:
            server, client = lab.hosts("server", "client")
            server.listen(port, apps.Daytime())  # the server hangs up first, and has TIME-WAIT
            with client.connect(server, port) as connection:
                connection.receive_all()


def test_a_chosen_source_port_can_be_chosen_again() -> None:
    port, source = free_port(), free_port()
    for _ in range(3):
        with Lab("loopback") as lab:
            server, client = lab.hosts("server", "client")
            server.listen(port, apps.Echo())
            # The client hangs up first, and has TIME-WAIT.
            with client.connect(server, port, source_port=source) as connection:
                connection.send(b"x")
                assert connection.receive() == b"x"


def test_two_labs_with_ports_of_their_own_live_side_by_side() -> None:
    with Lab("loopback") as one, Lab("loopback") as other:
        servers = [lab.host("server") for lab in (one, other)]
        clients = [lab.host("client") for lab in (one, other)]
        ports = [server.listen(app=apps.Echo()).port for server in servers]
        for client, server, port in zip(clients, servers, ports, strict=True):
            with client.connect(server, port) as connection:
                connection.send(b"x")
                assert connection.receive() == b"x"


def test_within_one_lab_nobody_is_pushed_out() -> None:
    with Lab("loopback") as lab:
        server, other = lab.hosts("server", "other")
        listener = server.listen(app=apps.Echo())
        with pytest.raises(PortInUse, match="server of this lab"):
            other.listen(listener.port)
        with other.connect(server, listener.port) as connection:
            connection.send(b"x")
            assert connection.receive() == b"x"


def test_a_lab_that_is_forgotten_ends() -> None:
    before = belongings()
    lab = Lab("loopback")
    server, client = lab.hosts("server", "client")
    port = server.listen(app=apps.Echo()).port
    connection = client.connect(server, port)
    forgotten = weakref.ref(lab)
    del lab, server, client
    gc.collect()
    # While a connection is in somebody's hands, its lab is not forgotten.
    connection.send(b"x")
    assert connection.receive() == b"x"
    del connection
    gc.collect()
    assert forgotten() is None
    assert not left_behind(before)


def test_a_program_that_ends_with_an_open_lab_ends() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-X",
            "dev",
            "-c",
            CELL.replace("PORT", "0", 1).replace("PORT", "listener.port"),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_app_may_hold_its_lab() -> None:
    """A ring of references (the app knows the lab that runs it) keeps nothing open after close."""

    class Nosy(apps.Echo):
        def __init__(self, lab: Lab) -> None:
            self.lab = lab

    before = belongings()
    with Lab("loopback") as lab:
        lab.host("server").listen(app=Nosy(lab))
    del lab
    assert not left_behind(before)
