"""What keeps a network running, asked by programs that know nothing of portlab.

Each is spoken to twice: at this computer's loopback, and in the kernel world.
"""

import asyncio
import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from aioice import ice
from aioice import stun as aioice_stun

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
