"""Fetching a file, by portlab's own client and with what it brings to light in the packets."""

import pytest

from portlab import Lab, Link, apps, fetch_file, run
from portlab.apps.store import FILES
from portlab.errors import LabError, TimedOut, TransferError
from portlab.network.faults import drop
from portlab.worlds import WORLDS
from tests.requires import needs

BYTES = bytes(range(256)) * 9


@pytest.mark.parametrize("way", ["passive", "active", "tftp"])
@pytest.mark.parametrize("world", sorted(WORLDS))
def test_it_comes_whole_in_each_world(world: str, way: str) -> None:
    if world == "kernel":
        needs("kernel")
    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        files = {"/pub/b": BYTES}
        at = server.addresses[0]
        if way == "tftp":
            socket = server.udp(0, apps.Tftp(files), address=at)
            assert fetch_file(client, at, "pub/b", over="tftp", port=socket.port) == BYTES
        else:
            port = server.listen(0, apps.Ftp(files), address=at).port
            mode = "active" if way == "active" else "passive"
            assert fetch_file(client, at, "pub/b", mode=mode, port=port) == BYTES


def test_active_mode_ends_where_nobody_may_call_the_client() -> None:
    def blocked(lab: Lab) -> None:
        server, client = lab.hosts("server", "client")
        server.listen(21, apps.Ftp())
        fetch_file(client, server, "readme.txt", mode="active", data_port=50_000)

    trace = run(blocked, seed=1, link=Link(filtered=(50_000,)))
    assert isinstance(trace.error, TimedOut)
    lost = [record for record in trace if record.fate == "lost"]
    assert {(record.flags, record.sport) for record in lost} == {("SYN", 20)}
    assert len(lost) == 4, "when the client has gone the server stops: at 0, 1, 3 and 7 seconds"


def test_what_the_server_refuses_is_told() -> None:
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(21, apps.Ftp())
        server.udp(69, apps.Tftp())
        with pytest.raises(TransferError, match="550"):
            fetch_file(client, server, "nothing")
        with pytest.raises(TransferError, match="530"):
            fetch_file(client, server, "readme.txt", login=("student", "wrong"))
        with pytest.raises(TransferError, match="File not found"):
            fetch_file(client, server, "nothing", over="tftp")
        with pytest.raises(LabError, match="IPv4"):
            fetch_file(client, server.addresses[1], "readme.txt")
        with pytest.raises(LabError, match="over"):
            fetch_file(client, server, "x", over="sftp")  # type: ignore[arg-type]


@pytest.mark.parametrize("number", [2, 3, 4, 5])
def test_tftp_repairs_what_is_lost(number: int) -> None:
    """Packets 2 and 4 are blocks, 3 and 5 acknowledgments: the server sends again either way."""

    def fetched(lab: Lab) -> bytes:
        server, client = lab.hosts("server", "client")
        server.udp(69, apps.Tftp())
        return fetch_file(client, server, "pub/long.txt", over="tftp")

    trace = run(fetched, seed=1, faults=[drop(number)])
    expected = FILES["/pub/long.txt"]
    assert isinstance(expected, str)
    assert trace.result == expected.encode()
    assert sum(record.fate == "lost" for record in trace) == 1
