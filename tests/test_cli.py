"""The command line as it is typed: what it prints, what it writes, and how it refuses."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest

from portlab.cli import commands, main
from tests.requires import needs

SECONDS = 60


def portlab(*arguments: str, **more: object) -> "subprocess.CompletedProcess[str]":
    options = {"capture_output": True, "text": True, "encoding": "utf-8", **more}
    return subprocess.run(
        [sys.executable, "-m", "portlab", *arguments],
        timeout=SECONDS,
        check=False,
        **options,  # type: ignore[call-overload]
    )


def records(*arguments: str) -> list[dict[str, object]]:
    """The records that `--json` prints."""
    done = portlab(*arguments, "--json")
    said = [line for line in done.stderr.splitlines() if not line.startswith("Wrote ")]
    assert (done.returncode, said) == (0, [])
    return json.loads(done.stdout)


def flags(*arguments: str) -> list[object]:
    return [record["flags"] for record in records(*arguments)]


def refusal(*arguments: str, **more: object) -> str:
    """The sentences on standard error of a command that must fail."""
    done = portlab(*arguments, **more)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("portlab: ")
    assert "Traceback" not in done.stderr
    return done.stderr


# handshake


def test_a_handshake_is_three_packets_in_a_ladder() -> None:
    done = portlab("handshake")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    order = [
        next(i for i, line in enumerate(lines) if f" {number}  {name} " in line)
        for number, name in ((1, "SYN"), (2, "SYN,ACK"), (3, "ACK"))
    ]
    assert order == sorted(order)
    assert "FIN" not in done.stdout
    assert done.stdout.count("ESTABLISHED") == 2


def test_the_json_of_a_handshake_adds_up() -> None:
    """RFC 9293 figure 6: each side acknowledges the other's SYN, which counts as one."""
    syn, syn_ack, ack = records("handshake")
    assert [r["flags"] for r in (syn, syn_ack, ack)] == ["SYN", "SYN,ACK", "ACK"]
    assert syn["ack"] is None
    assert syn_ack["ack"] == ack["seq"] == (syn["seq"] + 1) % 2**32
    assert ack["ack"] == (syn_ack["seq"] + 1) % 2**32
    assert {(r["src"], r["dport"]) for r in (syn, ack)} == {(syn["src"], 80)}
    for record in (syn, syn_ack, ack):
        assert record["proto"] == "tcp"
        assert record["length"] == 0
        assert record["origin"] == "modelled"
        assert record["fate"] == "delivered"
    assert syn["time"] < syn_ack["time"] <= ack["time"]


@pytest.mark.parametrize("command", ["handshake", "show", "script"])
def test_help_says_from_where_the_times_of_the_json_count(command: str) -> None:
    said = " ".join(portlab(command, "--help").stdout.split())
    assert "seconds since 2026-01-01T00:00Z" in said
    begin = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    for record in records("handshake"):
        assert record["unix_time"] == begin + record["time"]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (portlab("handshake", "--seed", seed).stdout for seed in "778")
    assert first == again
    assert records("handshake", "--seed", "7") == records("handshake", "--seed", "7")
    assert records("handshake", "--seed", "7") != records("handshake", "--seed", "8")
    assert first != other  # the client's port is another


def test_a_dropped_packet_is_sent_again() -> None:
    dropped = records("handshake", "--drop", "1", "--drop", "2")
    assert [r["flags"] for r in dropped] == ["SYN", "SYN", "SYN", "SYN,ACK", "ACK"]
    assert [r["fate"] for r in dropped][:3] == ["lost", "lost", "delivered"]
    assert flags("handshake", "--drop", "2") == ["SYN", "SYN,ACK", "SYN", "SYN,ACK", "ACK"]
    assert flags("handshake", "--drop", "3") == ["SYN", "SYN,ACK", "ACK", "SYN,ACK", "ACK"]


def test_a_drop_that_meets_nothing_is_told() -> None:
    assert "drop(9)" in portlab("handshake", "--drop", "9").stdout


def test_where_all_is_lost_tcp_tries_and_gives_up() -> None:
    """RFC 6298 5.5: the wait doubles each time; RFC 9293 3.8.3: at least three minutes for a SYN.

    That nothing comes of it is what was asked for, so the exit status is 0.
    """
    lost = records("handshake", "--loss", "1")
    assert {(r["flags"], r["fate"]) for r in lost} == {("SYN", "lost")}
    times = [r["time"] for r in lost]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert waits == [2.0**n for n in range(len(waits))]
    assert "TimedOut" in portlab("handshake", "--loss", "1").stdout


def test_a_handshake_on_loopback_can_be_captured() -> None:
    needs("sniffing")
    seen = records("handshake", "--world", "loopback", "--capture")
    assert [one["flags"] for one in seen] == ["SYN", "SYN,ACK", "ACK"]
    assert {one["origin"] for one in seen} == {"captured"}


def test_a_handshake_on_loopback_shows_calls_and_claims_no_packet() -> None:
    connect, accept = records("handshake", "--world", "loopback")
    assert (connect["call"], accept["call"]) == ("connect", "accept")
    for record in (connect, accept):
        assert record["origin"] == "called"
        assert [record[name] for name in ("flags", "seq", "ack")] == [None, None, None]
        assert record["src"].startswith("127.")


def test_a_handshake_of_real_kernels_is_captured_and_one_packet_lost() -> None:
    needs("kernel")
    handshake = records("handshake", "--world", "kernel")
    assert [record["flags"] for record in handshake] == ["SYN", "SYN,ACK", "ACK"]
    assert {record["origin"] for record in handshake} == {"captured"}
    assert handshake[0]["dport"] == 80
    lost = records("handshake", "--world", "kernel", "--drop", "1")
    assert [record["fate"] for record in lost][:2] == ["lost", "delivered"]


def test_why_gives_the_reason_of_each_packet() -> None:
    explained = portlab("handshake", "--why").stdout
    assert explained.count("RFC 9293 3.10.7") > portlab("handshake").stdout.count("RFC 9293")


def test_tshark_reads_what_was_saved(tmp_path: Path) -> None:
    needs("tshark")
    file = tmp_path / "handshake.pcapng"
    saved = records("handshake", "--drop", "2", "--save", str(file))
    command = ["tshark", "-r", str(file), "-T", "fields"]
    for field in ("tcp.srcport", "tcp.seq_raw", "tcp.flags.syn", "tcp.flags.ack"):
        command += ["-e", field]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    names = [str(r["flags"]).split(",") for r in saved]
    assert [line.split("\t") for line in said.stdout.splitlines()] == [
        [str(r["sport"]), str(r["seq"]), str(int("SYN" in name)), str(int("ACK" in name))]
        for r, name in zip(saved, names, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "begins"), [("l.png", b"\x89PNG"), ("l.svg", b"<?xml"), ("l.pdf", b"%PDF")]
)
def test_a_figure_is_of_the_kind_that_its_name_says(
    tmp_path: Path, name: str, begins: bytes
) -> None:
    assert portlab("handshake", "--figure", str(tmp_path / name)).returncode == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_what_was_written_is_said_beside_what_is_printed(tmp_path: Path) -> None:
    """On standard error, so that the JSON can go on into another program; a file is replaced."""
    (tmp_path / "l.svg").write_text("an older picture")
    asked = ("handshake", "--save", "h.pcap", "--figure", "l.svg")
    done = portlab(*asked, cwd=tmp_path)
    assert done.stdout == portlab("handshake").stdout
    assert done.stderr == "Wrote h.pcap.\nWrote l.svg.\n"
    assert (tmp_path / "l.svg").read_bytes().startswith(b"<?xml")
    as_json = portlab(*asked, "--json", cwd=tmp_path)
    assert json.loads(as_json.stdout) == records("handshake")
    assert as_json.stderr == done.stderr
    shown = portlab("show", "h.pcap", "--figure", "s.svg", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "Wrote s.svg.\n")


def test_the_help_says_which_port_is_called_and_that_files_are_replaced() -> None:
    said = " ".join(portlab("handshake", "--help").stdout.split())
    assert "to port 80 of another host" in said
    assert "On loopback it is a free port" in said
    assert said.count("a file of that name is replaced") == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--loss", "1.5"], "probability from 0 to 1"),
        (["--loss", "-0.1"], "probability from 0 to 1"),
        (["--loss", "nan"], "probability from 0 to 1"),
        (["--loss", "half"], "probability from 0 to 1"),
        (["--drop", "0"], "from 1"),
        (["--drop", "-1"], "from 1"),
        (["--drop", "first"], "from 1"),
        (["--seed", "1.5"], "whole number"),
        (["--world", "moon"], "model, kernel or loopback"),
        (["--world", "loopback", "--drop", "1"], "--drop and --loss"),
        (["--world", "loopback", "--loss", "0.5"], "--drop and --loss"),
        (["--figure", "ladder.gif"], ".png, .svg or .pdf"),
        (["--figure", "nowhere/ladder.png"], "no folder"),
        (["--save", "packets.txt"], ".pcapng or .pcap"),
        (["--port", "80"], "--port"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, arguments: list[str], says: str
) -> None:
    assert says in refusal("handshake", *arguments, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_socket_calls_cannot_be_saved_as_packets(tmp_path: Path) -> None:
    file = tmp_path / "calls.pcapng"
    assert "no packets" in refusal("handshake", "--world", "loopback", "--save", str(file))
    assert not file.exists()


# show


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two conversations, made by scapy: half a handshake, and a UDP datagram."""
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.utils import wrpcap

    packets = [
        IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=50000, dport=443, seq=7, flags="S"),
        IP(src="192.0.2.1", dst="192.0.2.3") / UDP(sport=50001, dport=53) / b"question",
        IP(src="192.0.2.2", dst="192.0.2.1")
        / TCP(sport=443, dport=50000, seq=9, ack=8, flags="SA"),
    ]
    for second, packet in enumerate(packets):
        packet.time = 1_700_000_000 + second
    file = tmp_path_factory.mktemp("capture") / "two.pcap"
    wrpcap(str(file), packets)
    return file


def test_show_gives_the_packets_of_a_file(capture: Path) -> None:
    shown = records("show", str(capture))
    assert [(r["proto"], r["flags"], r["length"]) for r in shown] == [
        ("tcp", "SYN", 0),
        ("udp", None, 8),
        ("tcp", "SYN,ACK", 0),
    ]
    assert {(r["origin"], r["fate"]) for r in shown} == {("recorded", "seen")}
    assert (shown[0]["seq"], shown[0]["ack"], shown[2]["ack"]) == (7, None, 8)
    assert [r["unix_time"] for r in shown] == [1_700_000_000, 1_700_000_001, 1_700_000_002]


def test_show_can_pick_a_conversation_and_a_beginning(capture: Path) -> None:
    assert [r["number"] for r in records("show", str(capture), "--conversation", "1")] == [1, 3]
    assert [r["number"] for r in records("show", str(capture), "--conversation", "2")] == [2]
    assert [r["number"] for r in records("show", str(capture), "--first", "2")] == [1, 2]
    assert "192.0.2.3" not in portlab("show", str(capture), "--conversation", "1").stdout


def test_show_says_what_it_cannot_show(capture: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcap"
    empty.touch()
    assert "no conversation 3" in refusal("show", str(capture), "--conversation", "3")
    assert "no file" in refusal("show", str(tmp_path / "missing.pcap"))
    assert "not a file" in refusal("show", str(tmp_path))
    assert "empty.pcap" in refusal("show", str(empty))
    assert "not a" in refusal("show", __file__)
    assert "from 1" in refusal("show", str(capture), "--first", "0")


def test_show_shows_what_is_left_of_a_damaged_file_and_says_so(capture: Path) -> None:
    """As tshark does: the frames before the damage on standard output, and status 2."""
    capture.write_bytes(capture.read_bytes()[:-7])
    for form in ([], ["--json"]):
        done = portlab("show", str(capture), *form)
        assert done.returncode == 2
        assert "192.0.2.3" in done.stdout
        assert "damaged or cut off after frame 2" in done.stderr
        assert "Traceback" not in done.stderr


# doctor


def test_doctor_names_a_remedy_for_whatever_is_missing() -> None:
    done = portlab("doctor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    findings = json.loads(done.stdout)
    assert [f["what"] for f in findings if not f["works"] and not f["remedy"]] == []
    works = {f["what"]: f["works"] for f in findings}
    assert works["model world"]
    assert works["loopback world on 127.0.0.1"]


# the shell's own ways


def test_help_names_every_command() -> None:
    for arguments in ([], ["--help"]):
        done = portlab(*arguments)
        assert done.returncode == 0
        assert all(name in done.stdout for name in ("lab", "doctor", "handshake", "show"))


def test_it_tells_its_version() -> None:
    done = portlab("--version")
    assert (done.returncode, done.stdout) == (0, f"portlab {version('portlab')}\n")


def test_a_command_that_does_not_exist_is_refused() -> None:
    assert "'handshak'" in refusal("handshak")


def test_a_reader_that_has_enough_ends_it_quietly() -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = portlab("handshake", capture_output=False, stdout=write, stderr=subprocess.PIPE)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full on this system")
def test_output_that_cannot_be_written_is_an_error_and_no_traceback() -> None:
    with open("/dev/full", "w") as full:
        done = portlab("handshake", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith("portlab: the system refused")
    assert len(done.stderr.splitlines()) == 1


def test_an_interrupt_ends_it_with_130_and_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "show", interrupted)
    assert main(["show", "any.pcap"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_terminal_without_arrows_gets_plain_characters() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = portlab("handshake", env=environment)
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert "--->" in done.stdout or "-->" in done.stdout
