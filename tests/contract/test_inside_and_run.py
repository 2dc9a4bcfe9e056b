"""Programs written for real sockets: in hosts that are a Linux of their own, and in others."""

import sys
from http.client import HTTPConnection

import pytest

from portlab import PortlabError, apps
from portlab.host import Host


def test_they_run_in_a_host_or_a_sentence_says_where_they_would(
    world: str, server: Host, client: Host
) -> None:
    port = server.listen(app=apps.Http()).port
    if world == "kernel":
        with client.inside():
            asked = HTTPConnection("server", port)
            asked.request("GET", "/")
            assert asked.getresponse().status == 200
            asked.close()
        assert str(client.run([sys.executable, "-c", "print('here')"])) == "here\n"
        return
    instead = {
        "model": r"a host of the model world.*use connect\(\), and listen\(\) with an app",
        "loopback": r"this computer itself.*127\.0\.0\.1",
    }[world]
    for call in (client.inside, lambda: client.run(["curl", "http://server/"])):
        with pytest.raises(PortlabError, match=f"client is .*{instead}") as told:
            call()
        assert "Lab('kernel')" in str(told.value)
