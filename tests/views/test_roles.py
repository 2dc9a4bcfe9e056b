"""What is said of the packets of a capture in which nothing is odd: what each of them does."""

import pytest

from portlab import Lab, apps, drop, recording, run
from portlab.trace.capture import load, save
from portlab.trace.trace import Trace
from portlab.views.ladder import layout
from portlab.views.shapes import Arrow


def whys(trace: Trace, *, relative: bool = True) -> list[str | None]:
    (talk,) = layout(trace, relative=relative).conversations
    return [row.why for row in talk.rows if isinstance(row, Arrow)]


@pytest.mark.parametrize("relative", [True, False])
def test_a_connection_from_syn_to_the_last_ack(relative: bool) -> None:
    assert whys(recording("closed-by-the-client"), relative=relative) == [
        "It asks for a connection.",
        "It agrees to the connection. It acknowledges the SYN in record 1.",
        "It acknowledges the SYN,ACK in record 2.",
        "Its sender has nothing more to send (FIN).",
        "Its sender has nothing more to send (FIN). "
        "It acknowledges all up to and with the FIN in record 4.",
        "It acknowledges all up to and with the FIN in record 5.",
    ]


def test_what_stands_out_keeps_its_label() -> None:
    told = whys(recording("data-with-loss"))
    assert told[3] == "It carries 1,448 new bytes."
    assert (told[20] or "").startswith("What it carries (1,448 bytes) was sent before, in record 4")
    assert told[21] == "It acknowledges all up to and with the FIN in record 13."


def ask(lab: Lab) -> None:
    server, client = lab.hosts("server", "client")
    server.listen(7, apps.Echo())
    with client.connect(server, 7) as connection:
        connection.send(b"hello")
        connection.receive()


@pytest.mark.parametrize("faults", [[], [drop(5)], [drop(2), drop(9)]])
def test_every_acknowledgment_names_a_record_that_has_exactly_this_end(
    tmp_path, faults: list[object]
) -> None:
    """Held against the model's own numbers."""
    trace = run(ask, seed=3, faults=faults)
    save(trace, tmp_path / "it.pcapng")
    named = 0
    for record, why in zip(trace, whys(load(tmp_path / "it.pcapng")), strict=True):
        if why and "acknowledges" in why:
            other = trace[int(why.rsplit("record ", 1)[1].rstrip(".")) - 1]
            taken = other.length + sum(flag in (other.flags or "") for flag in ("SYN", "FIN"))
            assert other.src != record.src
            assert record.ack == (other.seq + taken) % 2**32
            named += 1
    assert named >= 4


def test_what_was_not_captured_is_not_named(tmp_path) -> None:
    """A capture that begins in mid-conversation: the first ACK answers nothing that is there."""
    trace = run(ask, seed=3)
    save(trace[3:], tmp_path / "late.pcapng")
    told = whys(load(tmp_path / "late.pcapng"))
    assert told[0] == "It carries 5 new bytes."
    assert told[1] == "It carries 5 new bytes. It acknowledges all up to and with record 1."


def test_a_model_host_says_why_itself() -> None:
    assert all("It asks for" not in (why or "") for why in whys(run(ask)))
