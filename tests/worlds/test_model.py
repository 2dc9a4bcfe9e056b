"""The model world by itself, and what others make of its packets."""

import json
import subprocess
from dataclasses import replace

import pytest

from portlab import Lab, Link, run, save
from portlab.errors import ConnectionRefused, LabError
from portlab.packets import Packet
from portlab.worlds.model import ModelWorld
from tests.requires import needs


def test_addresses_are_given_in_order():
    world = ModelWorld()
    hosts = [world.host(f"h{number}") for number in range(1, 301)]
    assert hosts[0].addresses == ("10.0.0.1", "fd00::1")
    assert hosts[1].addresses == ("10.0.0.2", "fd00::2")
    assert hosts[254].addresses == ("10.0.0.255", "fd00::ff")
    assert hosts[299].addresses == ("10.0.1.44", "fd00::12c")
    assert len(world.hosts) == 600


def test_closing_twice_is_closing_once():
    world = ModelWorld(seed=1)
    server, client = world.host("server"), world.host("client")
    server.listen(80)
    client.connect(server, 80)
    world.close()
    seen = list(world.records)
    world.close()
    assert world.records == seen
    with pytest.raises(LabError):
        world.host("late")


@pytest.mark.parametrize("link", ["fast", 0.01, {"loss": 1}])
def test_what_is_no_link(link):
    with pytest.raises(LabError, match="no link"):
        ModelWorld(link=link)


def everything(lab):
    """Some of all that the model can send."""
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    for address in server.addresses:
        with client.connect(address, 80) as connection:
            accepted = listener.accept(timeout=100)
            accepted.send(bytes(100_000))
            accepted.close()
            connection.receive_all(timeout=1000)
        client.udp().send_to(b"nobody", address, 9999)
        with pytest.raises(ConnectionRefused):
            client.connect(address, 81)
    client.connect(server, 80).abort()


CHAT = 0x200000  # tshark's lowest severity: "a SYN came", "a FIN came"
EXPECTED = {
    "Connection reset (RST)",
    "This frame initiates the connection closing",
    "This frame undergoes the connection closing",
}


def as_tshark_reads_it(trace, path):
    """Its complaints by frame number, every checksum checked; and how many frames it saw."""
    save(trace, path)
    checked = [f"-o{proto}.check_checksum:TRUE" for proto in ("ip", "tcp", "udp")]
    fields = ["frame.number", "_ws.expert.message", "_ws.expert.severity"]
    done = subprocess.run(
        ["tshark", "-r", path, *checked, "-Tjson", *(f"-e{field}" for field in fields)],
        capture_output=True,
        text=True,
        check=True,
    )
    packets = [packet["_source"]["layers"] for packet in json.loads(done.stdout)]
    complaints = {}
    for packet in packets:
        pairs = zip(packet.get(fields[1], ()), packet.get(fields[2], ()), strict=True)
        found = [message for message, severity in pairs if int(severity) > CHAT]
        if set(found) - EXPECTED:
            complaints[int(packet["frame.number"][0])] = found
    return complaints, len(packets)


def test_tshark_finds_nothing_wrong_with_what_was_made(tmp_path):
    needs("tshark")
    trace = run(everything, seed=3, link=Link(delay=0.02))
    complaints, frames = as_tshark_reads_it(trace, tmp_path / "model.pcapng")
    assert frames == len(trace) > 200
    assert complaints == {}


def test_tshark_does_find_what_is_wrong(tmp_path):
    """The test above could fail: one bit is enough."""
    needs("tshark")
    trace = run(everything, seed=3, link=Link(delay=0.02))
    raw = bytearray(trace[4].packet.raw)
    raw[-1] ^= 1
    trace.records[4] = replace(trace[4], packet=Packet(bytes(raw)))
    complaints, _ = as_tshark_reads_it(trace, tmp_path / "model.pcapng")
    assert list(complaints) == [5]
    assert "checksum" in complaints[5][0].lower()


def test_a_hundred_hosts_at_once():
    with Lab(seed=1) as lab:
        server = lab.host("server")
        listener = server.listen(80)
        clients = lab.hosts(*(f"client-{number}" for number in range(100)))
        connections = [client.connect(server, 80) for client in clients]
        for connection in connections:
            connection.send(b"x" * 5000)
            connection.shutdown()
        assert [len(listener.accept().receive_all()) for _ in clients] == [5000] * 100
