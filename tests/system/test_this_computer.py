"""What a learner sees of their own computer, whatever it lets be read."""

import subprocess
import sys

import pytest

from portlab import this_computer
from portlab.system.network import addresses, linux, macos, windows
from portlab.system.network.computer import EXAMPLE, ThisComputer
from portlab.system.network.values import Gateway, NameServer, OwnAddress

NOTE = "Read from a test."


def test_what_is_shown() -> None:
    shown = ThisComputer(
        (
            OwnAddress("127.0.0.1", 8, "lo"),
            OwnAddress("169.254.7.7", 16, "eth1"),
            OwnAddress("fe80::10", 64, "eth0"),
            OwnAddress("2001:db8::10", None, "eth0"),
            OwnAddress("192.0.2.10", 24, "eth0"),
            OwnAddress("198.51.100.7", 32, "tun0"),
        ),
        (Gateway("192.0.2.1", "eth0"),),
        (NameServer("127.0.0.53", ("192.0.2.53",)),),
        NOTE,
    )
    assert str(shown) == (
        "own address  192.0.2.10/24, mask 255.255.255.0, at eth0\n"
        "             What others send to this computer carries this address. Who is in\n"
        "             192.0.2.0/24 is a neighbour, reached without a router.\n"
        "own address  198.51.100.7/32, mask 255.255.255.255, at tun0\n"
        "             What others send to this computer carries this address.\n"
        "own address  2001:db8::10, at eth0\n"
        "             What others send to this computer carries this address.\n"
        "own address  169.254.7.7/16, mask 255.255.0.0, at eth1\n"
        "             Made up here because nobody gave this interface one: it reaches this line\n"
        "             only.\n"
        "own address  fe80::10/64, at eth0\n"
        "             IPv6 on this line only: every interface has one, no router passes it on\n"
        "             (RFC 4291).\n"
        "own address  127.0.0.1/8, mask 255.0.0.0, at lo\n"
        "             This computer talking to itself. Nothing sent here ever leaves it (RFC 1122\n"
        "             3.2.1.3).\n"
        "gateway      192.0.2.1, at eth0\n"
        "             Packets for everybody who is no neighbour go to this router first.\n"
        "DNS server   127.0.0.53, a program on this computer that asks 192.0.2.53\n"
        "             Programs ask it for the address behind a name.\n"
        "\n"
        "Read from a test."
    )


def test_there_is_a_row_for_each_line_where_tables_can_be_drawn() -> None:
    table = EXAMPLE._repr_mimebundle_()["text/markdown"]
    rows = [row for row in table.splitlines() if row.startswith("| **")]
    assert len(rows) == len(EXAMPLE.lines) == 8
    for row, line in zip(rows, EXAMPLE.lines, strict=True):
        assert row == f"| **{line.what}** | {line.here} | {line.purpose} |"


def test_a_name_of_an_interface_cannot_break_the_table() -> None:
    odd = ThisComputer((OwnAddress("192.0.2.1", 24, "a|b*c_<d>`"),), (), (), NOTE)
    row = odd._repr_mimebundle_()["text/markdown"].splitlines()[2]
    assert r"at a\|b\*c\_\<d\>\`" in row


def test_what_is_not_there_and_what_is_not_known_are_two_things() -> None:
    lonely = str(ThisComputer((OwnAddress("127.0.0.1", 8, "lo"),), (), (), NOTE))
    assert "gateway      none" in lonely
    assert "packets reach neighbours only" in lonely
    assert "DNS server   none" in lonely
    silent = str(ThisComputer(None, None, None, NOTE))
    assert silent.count("not known") == 3
    assert "none" not in silent


@pytest.mark.parametrize("error", [OSError, ValueError, KeyError, TypeError, ImportError])
def test_what_cannot_be_read_is_not_known(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail() -> None:
        raise error("kept elsewhere")

    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    monkeypatch.setattr(addresses, "own_addresses", fail)
    for module in (linux, macos, windows):
        monkeypatch.setattr(module, "gateways", fail)
        monkeypatch.setattr(module, "name_servers", fail)
    seen = this_computer()
    assert (seen.addresses, seen.gateways, seen.name_servers) == (None, None, None)


def test_each_system_is_asked_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    for platform, module in (("linux", linux), ("darwin", macos), ("win32", windows)):
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(module, "gateways", lambda: (Gateway("192.0.2.1", "x"),))
        monkeypatch.setattr(module, "name_servers", lambda: (NameServer("192.0.2.53"),))
        seen = this_computer()
        assert seen.gateways == (Gateway("192.0.2.1", "x"),)
        assert seen.name_servers == (NameServer("192.0.2.53"),)
        assert module.SOURCE in seen.note
    monkeypatch.setattr(sys, "platform", "plan9")
    seen = this_computer()
    assert (seen.gateways, seen.name_servers) == (None, None)
    assert seen.addresses


def test_stored_outputs_show_an_example_that_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise lessons would tell everybody the addresses of whoever ran them."""
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    assert this_computer() is EXAMPLE
    assert "This is an example" in str(EXAMPLE)
    assert EXAMPLE.addresses is not None
    documentation = ("192.0.2.", "2001:db8:", "fe80:", "127.0.0.1", "::1")
    assert all(one.address.startswith(documentation) for one in EXAMPLE.addresses)


def test_finding_out_opens_no_socket() -> None:
    program = """
import sys
from portlab.system.network.computer import this_computer
seen = []
sys.addaudithook(lambda event, _: seen.append(event) if event.startswith("socket.") else None)
print(this_computer().addresses is not None, [one for one in seen if "inet_" not in one])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    told, events = done.stdout.strip().split(" ", 1)
    assert told == "True"
    # psutil reads interfaces by ioctl on a socket of its own, in C: nothing is bound or sent.
    assert events == "[]"
