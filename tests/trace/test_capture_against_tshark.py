"""The files we read, and the files we write, as Wireshark's own dissector sees them."""

import gzip
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab.packets import (
    ACK,
    FIN,
    PSH,
    RST,
    SYN,
    IcmpMessage,
    Packet,
    Segment,
    UdpDatagram,
)
from portlab.trace.capture import load, save
from portlab.trace.conversations import conversations
from portlab.trace.json import as_dicts
from portlab.trace.record import EPOCH
from tests.requires import needs
from tests.trace.files import (
    ARP,
    HANDSHAKE,
    NEW_YEAR,
    QUERY,
    SYN_PACKET,
    enhanced,
    ethernet,
    interface,
    pcap,
    section,
    write,
)
from tests.trace.test_saving import MODEL

needs("tshark")

FLAGS = ("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR")
START = NEW_YEAR * 1_000_000


def tshark(path: Path, *fields: str) -> list[list[str]]:
    """One list per frame; raw numbers, nothing reassembled, nothing looked up."""
    chosen = [word for field in fields for word in ("-e", field)]
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=f", *chosen]
    for option in ("ip.defragment", "ipv6.defragment", "tcp.relative_sequence_numbers"):
        command += ["-o", f"{option}:FALSE"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return [line.split("\t") for line in run.stdout.splitlines()]


def seen_by_tshark(path: Path) -> list[dict[str, object]]:
    rows = tshark(
        path,
        "frame.number",
        "frame.time_epoch",
        "ip.src",
        "ipv6.src",
        "tcp.srcport",
        "udp.srcport",
        "tcp.dstport",
        "udp.dstport",
        "tcp.flags",
        "tcp.seq_raw",
        "tcp.ack_raw",
        "tcp.len",
        "udp.length",
    )
    return [
        {
            "number": int(number),
            "microseconds": int(time.replace(".", "")[:-3]),
            "src": v4 or v6 or None,
            "sport": int(tcp_source or udp_source or -1),
            "dport": int(tcp_destination or udp_destination or -1),
            "flags": flag_set(int(flags, 16)) if flags else None,
            "seq": int(seq) if seq else None,
            "ack": int(ack) if ack and int(flags, 16) & ACK else None,
            "length": int(length) if length else int(udp) - 8 if udp else None,
        }
        for number, time, v4, v6, tcp_source, udp_source, tcp_destination, udp_destination, flags,
        seq, ack, length, udp in rows
    ]  # fmt: skip


def flag_set(flags: int) -> frozenset[str]:
    return frozenset(name for bit, name in enumerate(FLAGS) if flags >> bit & 1)


def seen_by_us(path: Path) -> list[dict[str, object]]:
    trace = load(path)
    transport = ("tcp", "udp")
    return [
        {
            "number": found["number"],
            "microseconds": record.time + EPOCH * 1_000_000,
            "src": found["src"],
            "sport": -1 if found["sport"] is None else found["sport"],
            "dport": -1 if found["dport"] is None else found["dport"],
            "flags": frozenset(found["flags"].split(",")) if found["flags"] else None,
            "seq": found["seq"],
            "ack": found["ack"],
            "length": found["length"] if found["proto"] in transport else None,
        }
        for found, record in zip(as_dicts(trace), trace, strict=True)
    ]


def tcp(src: str, sport: int, dst: str, dport: int, *rest: int, payload: bytes = b"") -> Packet:
    seq, ack, flags = rest
    return Packet.build(src, dst, Segment(sport, dport, seq, ack, flags, 1000, payload=payload))


@pytest.mark.parametrize("name", ["a.pcap", "a.pcapng", "a.pcap.gz"])
def test_every_field_of_a_file(tmp_path: Path, name: str) -> None:
    long = tcp("10.0.0.2", 49152, "10.0.0.1", 80, 1001, 5001, PSH | ACK, payload=bytes(1400))
    frames = [*map(ethernet, HANDSHAKE), ARP, ethernet(QUERY), ethernet(long)]
    times = [START + i * 1_000_003 for i in range(len(frames))]
    if name.endswith("ng"):
        data = section() + interface(1)
        data += b"".join(map(enhanced, frames, times))
    else:
        data = pcap(zip(times, frames, strict=True))
    path = write(tmp_path, gzip.compress(data) if name.endswith("gz") else data, name)
    assert seen_by_us(path) == seen_by_tshark(path)
    assert len(seen_by_us(path)) == 6


def test_clocks_and_links_of_several_interfaces(tmp_path: Path) -> None:
    data = section() + interface(1, resolution=9) + interface(101, resolution=0x94)
    data += enhanced(ethernet(SYN_PACKET), NEW_YEAR * 10**9 + 123_456_789)
    data += enhanced(QUERY.raw, NEW_YEAR * 2**20 + 1, interface=1)
    path = write(tmp_path, data)
    assert seen_by_us(path) == seen_by_tshark(path)
    assert len(seen_by_us(path)) == 2


@pytest.mark.parametrize("name", ["b.pcap", "b.pcapng"])
def test_a_snap_length(tmp_path: Path, name: str) -> None:
    long = tcp("10.0.0.2", 49152, "10.0.0.1", 80, 1001, 5001, ACK, payload=bytes(1400))
    path = write(tmp_path, pcap([(START, ethernet(long)[:96])], wire_length=1454))
    save(load(path), tmp_path / name)
    assert seen_by_us(tmp_path / name) == seen_by_tshark(path) == seen_by_tshark(tmp_path / name)
    assert tshark(tmp_path / name, "frame.len", "frame.cap_len") == [["1454", "96"]]


def test_what_is_saved_carries_its_comments_and_times(tmp_path: Path) -> None:
    save(MODEL, tmp_path / "lab.pcapng")
    rows = tshark(tmp_path / "lab.pcapng", "frame.comment", "frame.time_epoch", "tcp.flags.str")
    assert [row[0].split("; ")[:2] for row in rows] == [
        ["origin: modelled", "fate: lost"],
        ["origin: modelled", "fate: delivered"],
        ["origin: captured", "fate: duplicate"],
        ["origin: modelled", "fate: delivered"],
    ]
    assert "state: SYN-SENT; why: Asks for a connection" in rows[0][0]
    assert [row[1][:17] for row in rows] == [
        "1767225600.000000",
        "1767225601.000001",
        "1767225601.010001",
        "1767225601.020001",
    ]


def test_a_saved_file_is_free_of_complaints(tmp_path: Path) -> None:
    for name in ("lab.pcap", "lab.pcapng"):
        save(MODEL, tmp_path / name)
        run = subprocess.run(
            ["tshark", "-n", "-r", str(tmp_path / name), "-Y", "_ws.malformed"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stdout) == (0, "")


# ---- conversations ------------------------------------------------------------------------------

ends = st.sampled_from(["10.0.0.1", "10.0.0.2"])
ports = st.sampled_from([80, 49152])
talk = st.lists(
    st.one_of(
        st.builds(
            tcp,
            ends,
            ports,
            ends,
            ports,
            st.integers(1, 3),
            st.just(1),
            st.sampled_from([ACK, PSH | ACK, FIN | ACK]),
        ),
        st.builds(
            lambda src, sport, dst, dport: Packet.build(src, dst, UdpDatagram(sport, dport, b"?")),
            ends,
            ports,
            ends,
            ports,
        ),
    ),
    min_size=1,
    max_size=40,
)


def streams(path: Path) -> dict[int, tuple[str, str]]:
    rows = tshark(path, "frame.number", "tcp.stream", "udp.stream")
    return {
        int(number): ("tcp", tcp) if tcp else ("udp", udp)
        for number, tcp, udp in rows
        if tcp or udp
    }


def same_sets(path: Path) -> None:
    ours = {frozenset(r.number for r in one.trace) for one in conversations(load(path))}
    theirs: dict[tuple[str, str], set[int]] = {}
    for number, stream in streams(path).items():
        theirs.setdefault(stream, set()).add(number)
    assert ours == set(map(frozenset, theirs.values()))


@given(talk)
@settings(max_examples=6, deadline=None)
def test_the_same_packets_belong_together(
    tmp_path_factory: pytest.TempPathFactory, packets: list[Packet]
) -> None:
    frames = [(START + i, packet.raw) for i, packet in enumerate(packets)]
    same_sets(write(tmp_path_factory.mktemp("talk"), pcap(frames, link_type=101)))


def test_ports_used_again_and_icmp_errors_belong_where_tshark_puts_them(tmp_path: Path) -> None:
    a, b = ("10.0.0.2", 49152), ("10.0.0.1", 80)
    query = Packet.build("10.0.0.2", "10.0.0.1", UdpDatagram(5000, 53, b"?"))
    error = Packet.build("10.0.0.1", "10.0.0.2", IcmpMessage.unreachable(query.raw))
    packets = [
        tcp(*a, *b, 100, 0, SYN),
        tcp(*b, *a, 0, 101, RST | ACK),
        tcp(*a, *b, 900, 0, SYN),
        tcp(*a, *b, 900, 0, SYN),
        query,
        tcp(*b, *a, 0, 901, RST | ACK),
        error,
    ]
    frames = [(START + i, packet.raw) for i, packet in enumerate(packets)]
    path = write(tmp_path, pcap(frames, link_type=101))
    same_sets(path)
    assert len(conversations(load(path))) == 3
