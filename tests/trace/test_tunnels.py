"""Packets in packets, and packets in pieces: read as scapy writes them and tshark reads them."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portlab.packets import Packet, UdpDatagram, fragments
from portlab.trace.analysis import analyse
from portlab.trace.capture import load, save
from portlab.trace.conversations import conversations
from tests.requires import needs
from tests.trace.analysis.differences import DIFFERENCES, differences
from tests.trace.analysis.stories import FROM_EITHER_SIDE, HANDSHAKE
from tests.trace.analysis.story import write
from tests.trace.files import NEW_YEAR, pcap
from tests.trace.files import write as write_file

STORY = HANDSHAKE + FROM_EITHER_SIDE["a fast retransmission"]


def tunnel(name: str, version: int) -> Callable[[Any], Any]:
    """How scapy wraps a packet of that IP version."""
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6
    from scapy.layers.l2 import GRE, CookedLinux, CookedLinuxV2, Dot1Q, Ether, Loopback

    four = IP(src="192.0.2.1", dst="192.0.2.2")
    six = IPv6(src="2001:db8::1", dst="2001:db8::2")
    ethernet = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    family = 2 if version == 4 else 24
    kind = 0x0800 if version == 4 else 0x86DD
    return {
        "IPv4": lambda packet: four / packet,
        "IPv6": lambda packet: six / packet,
        "two of them": lambda packet: six / four / packet,
        "GRE": lambda packet: four / GRE() / packet,
        "GRE over IPv6": lambda packet: six / GRE(key_present=1, key=7) / packet,
        "GRE with all": lambda packet: (
            four / GRE(chksum_present=1, key_present=1, seqnum_present=1, key=7) / packet
        ),
        "Ethernet in GRE": lambda packet: four / GRE(proto=0x6558) / ethernet / packet,
        "VLAN": lambda packet: ethernet / Dot1Q(vlan=5) / packet,
        "two VLANs": lambda packet: ethernet / Dot1Q(vlan=5) / Dot1Q(vlan=6) / packet,
        "VLAN and tunnel": lambda packet: ethernet / Dot1Q(vlan=5) / four / packet,
        "SLL": lambda packet: CookedLinux(proto=kind) / packet,
        "SLL2": lambda packet: CookedLinuxV2(proto=kind) / packet,
        "loopback": lambda packet: Loopback(type=family) / packet,
    }[name]


NAMES = (
    "IPv4", "IPv6", "two of them", "GRE", "GRE over IPv6", "GRE with all", "Ethernet in GRE",
    "VLAN", "two VLANs", "VLAN and tunnel", "SLL", "SLL2", "loopback",
)  # fmt: skip


def wrapped(folder: Path, name: str, version: int) -> tuple[Path, Path]:
    """The story as it is, and with each packet wrapped."""
    from scapy.utils import rdpcap, wrpcap

    plain, carried = write(folder / "plain.pcap", [STORY], version), folder / "carried.pcap"
    frames = []
    for packet in rdpcap(str(plain)):
        frame = tunnel(name, version)(packet)
        frame.time = packet.time
        frames.append(frame)
    wrpcap(str(carried), frames)
    return plain, carried


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("name", NAMES)
def test_what_is_inside_is_understood_as_if_it_were_alone(
    tmp_path: Path, name: str, version: int
) -> None:
    plain, carried = (load(path) for path in wrapped(tmp_path, name, version))
    assert [record.packet for record in carried] == [record.packet for record in plain]
    assert list(analyse(carried)) == list(analyse(plain))
    through_a_tunnel = not name.startswith(("VLAN", "two VLANs", "SLL", "loop")) or "tun" in name
    for record in carried:
        assert (record.outer is not None) == through_a_tunnel
        if record.outer is not None:
            assert record.outer.src in ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize("name", NAMES)
def test_a_tunnel_is_saved_as_it_was(tmp_path: Path, name: str) -> None:
    _, path = wrapped(tmp_path, name, 4)
    save(load(path), tmp_path / "again.pcap")
    assert (tmp_path / "again.pcap").read_bytes()[24:] == path.read_bytes()[24:]


@pytest.mark.parametrize("version", [4, 6])
@pytest.mark.parametrize("name", NAMES)
def test_tshark_finds_the_same_inside(tmp_path: Path, name: str, version: int) -> None:
    needs("tshark")
    _, path = wrapped(tmp_path, name, version)
    command = ["tshark", "-n", "-r", str(path), "-T", "fields", "-E", "occurrence=l"]
    for field in ("ip.src" if version == 4 else "ipv6.src", "tcp.srcport", "tcp.seq_raw"):
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    ours = ["\t".join(map(str, (record.src, record.sport, record.seq))) for record in load(path)]
    assert ours == run.stdout.splitlines()


def test_what_cannot_be_read_inside_stays_as_it_is(tmp_path: Path) -> None:
    """Neither nonsense, nor a fragment, nor a GRE header of another version is looked into."""
    carriers = [
        Packet.build("192.0.2.1", "192.0.2.2", b"\x45nonsense", protocol=4),
        Packet.build("192.0.2.1", "192.0.2.2", b"", protocol=41),
        Packet.build("192.0.2.1", "192.0.2.2", b"\x00\x01\x08\x00" + bytes(40), protocol=47),
        Packet.build("192.0.2.1", "192.0.2.2", b"\x00\x00", protocol=47),
    ]
    frames = [(NEW_YEAR * 1_000_000, packet.raw) for packet in carriers]
    trace = load(write_file(tmp_path, pcap(frames, link_type=101)))
    assert [record.packet for record in trace] == carriers
    assert [record.outer for record in trace] == [None] * 4


# ---- fragments ----------------------------------------------------------------------------------


def test_the_last_fragment_has_the_whole_and_the_conversation_counts_it(tmp_path: Path) -> None:
    large = Packet.build(
        "10.0.0.1",
        "10.0.0.2",
        UdpDatagram(5000, 53, bytes(3000)),
        identification=7,
        dont_fragment=False,
    )
    pieces = [(NEW_YEAR * 1_000_000, piece.raw) for piece in fragments(large, 1500)]
    trace = load(write_file(tmp_path, pcap(pieces, link_type=101)))
    assert [record.whole for record in trace] == [None, None, large]
    (talk,) = conversations(trace)
    assert str(talk).startswith("1: udp 10.0.0.1:5000 > 10.0.0.2:53")
    assert (talk.packets_from_client, len(talk.trace)) == (3, 3)


@pytest.mark.parametrize("version", [4, 6])
def test_segments_in_pieces_are_understood_when_they_are_whole(
    tmp_path: Path, version: int
) -> None:
    """tshark takes in the same ones, and says the same."""
    from scapy.layers.inet import IP, TCP, fragment
    from scapy.layers.inet6 import IPv6, IPv6ExtHdrFragment, fragment6
    from scapy.utils import rdpcap, wrpcap

    plain = write(tmp_path / "plain.pcap", [STORY.replace("len=100", "len=3000")], version)
    cut = []
    for number, packet in enumerate(rdpcap(str(plain))):
        if version == 4:
            packet[IP].id = number + 1
            pieces = fragment(packet, 1400) if len(packet) > 1500 else [packet]
        else:
            header = IPv6(src=packet.src, dst=packet.dst) / IPv6ExtHdrFragment(id=number + 1)
            pieces = fragment6(header / packet[TCP], 1400) if len(packet) > 1500 else [packet]
        for piece in pieces:
            piece.time = packet.time
            cut.append(piece)
    wrpcap(str(tmp_path / "cut.pcap"), cut)
    whole, pieces = analyse(load(plain)), analyse(load(tmp_path / "cut.pcap"))
    assert [label.kind for label in pieces] == [label.kind for label in whole]
    assert len(cut) > len(rdpcap(str(plain)))
    needs("tshark")
    assert set(differences(tmp_path / "cut.pcap")) <= set(DIFFERENCES)
