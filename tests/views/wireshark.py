"""The fields that Wireshark's own dissector sees in packets, and where ours disagree with them."""

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

from portlab.packets import Packet
from portlab.trace.capture import save
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from portlab.views.headers.shapes import Field, Headers, Part

SWITCHES = (
    "ip.defragment:FALSE",
    "ipv6.defragment:FALSE",
    "tcp.relative_sequence_numbers:FALSE",
    "tcp.analyze_sequence_numbers:FALSE",
    "ip.check_checksum:TRUE",
    "tcp.check_checksum:TRUE",
    "udp.check_checksum:TRUE",
)
CONTROL_BITS = {"PSH": "push", "RST": "reset"}
OUR_NAMES = {
    "IPv4": {
        "Version": "ip.version",
        "IHL": "ip.hdr_len",
        "DSCP": "ip.dsfield.dscp",
        "ECN": "ip.dsfield.ecn",
        "Total Length": "ip.len",
        "Identification": "ip.id",
        "Reserved": "ip.flags.rb",
        "DF": "ip.flags.df",
        "MF": "ip.flags.mf",
        "Fragment Offset": "ip.frag_offset",
        "Time to Live": "ip.ttl",
        "Protocol": "ip.proto",
        "Header Checksum": "ip.checksum",
        "Source Address": "ip.src",
        "Destination Address": "ip.dst",
        "Copied": "ip.opt.type.copy",
        "Option Class": "ip.opt.type.class",
        "Option Number": "ip.opt.type.number",
        "Option Length": "ip.opt.len",
        "Option Data": "ip.opt.ra",
        "Pointer": "ip.opt.ptr",
        "Route Address": None,  # named by what the pointer says of it
        "Padding": None,
    },
    "IPv6": {
        "Version": "ipv6.version",
        "DSCP": "ipv6.tclass.dscp",
        "ECN": "ipv6.tclass.ecn",
        "Flow Label": "ipv6.flow",
        "Payload Length": "ipv6.plen",
        "Next Header": "ipv6.nxt",
        "Hop Limit": "ipv6.hlim",
        "Source Address": "ipv6.src",
        "Destination Address": "ipv6.dst",
    },
    "Fragment": {
        "Next Header": "ipv6.fraghdr.nxt",
        "Reserved": "ipv6.fraghdr.reserved_octet",
        "Fragment Offset": "ipv6.fraghdr.offset",
        "Res": "ipv6.fraghdr.reserved_bits",
        "M": "ipv6.fraghdr.more",
        "Identification": "ipv6.fraghdr.ident",
    },
    **{
        kind: {
            "Next Header": f"ipv6.{name}.nxt",
            "Hdr Ext Len": f"ipv6.{name}.len",
            "Pad1": "ipv6.opt.type",
            "Action": "ipv6.opt.type.action",
            "Change": "ipv6.opt.type.change",
            "Option Type": "ipv6.opt.type.rest",
            "Opt Data Len": "ipv6.opt.length",
            "Value": "ipv6.opt.router_alert",
            "Option Data": None,
            "Routing Type": "ipv6.routing.type",
            "Segments Left": "ipv6.routing.segleft",
            "Type-specific Data": None,
        }
        for kind, name in (
            ("Hop-by-Hop", "hopopts"),
            ("Destination", "dstopts"),
            ("Routing", "routing"),
        )
    },
    "TCP": {
        "Source Port": "tcp.srcport",
        "Destination Port": "tcp.dstport",
        "Sequence Number": "tcp.seq_raw",
        "Acknowledgment Number": "tcp.ack_raw",
        "Data Offset": "tcp.hdr_len",
        "Rsrvd": None,  # split in two there, the second for accurate ECN
        **{
            name: f"tcp.flags.{CONTROL_BITS.get(name, name.lower())}"
            for name in ("CWR", "ECE", "URG", "ACK", "PSH", "RST", "SYN", "FIN")
        },
        "Window": "tcp.window_size_value",
        "Checksum": "tcp.checksum",
        "Urgent Pointer": "tcp.urgent_pointer",
        "Kind": "tcp.option_kind",
        "Length": "tcp.option_len",
        "Maximum Segment Size": "tcp.options.mss_val",
        "shift.cnt": "tcp.options.wscale.shift",
        "TS Value": "tcp.options.timestamp.tsval",
        "TS Echo Reply": "tcp.options.timestamp.tsecr",
        **{f"Left Edge {block}": "tcp.options.sack_le" for block in range(1, 5)},
        **{f"Right Edge {block}": "tcp.options.sack_re" for block in range(1, 5)},
        "Data": None,
        "Header Padding": None,  # an option of kind 0 for each byte there
    },
    "UDP": {
        "Source Port": "udp.srcport",
        "Destination Port": "udp.dstport",
        "Length": "udp.length",
        "Checksum": "udp.checksum",
    },
    "ICMP": {
        "Type": "icmp.type",
        "Code": "icmp.code",
        "Checksum": "icmp.checksum",
        "Identifier": "icmp.ident",
        "Sequence Number": "icmp.seq",
        "Next-Hop MTU": "icmp.mtu",
        "Gateway Internet Address": "icmp.redir_gw",
        "Length": "icmp.length",
        "Pointer": "icmp.pointer",
        "Unused": None,
        "Originate Timestamp": "icmp.originate_timestamp",
        "Receive Timestamp": "icmp.receive_timestamp",
        "Transmit Timestamp": "icmp.transmit_timestamp",
    },
    "ICMPv6": {
        "Type": "icmpv6.type",
        "Code": "icmpv6.code",
        "Checksum": "icmpv6.checksum",
        "Identifier": "icmpv6.echo.identifier",
        "Sequence Number": "icmpv6.echo.sequence_number",
        "Length": "icmpv6.length",
        "Unused": None,
        "MTU": "icmpv6.mtu",
        "Pointer": "icmpv6.pointer",
        "Reserved": None,
        "Target Address": "icmpv6.nd.ns.target_address",
        "Cur Hop Limit": "icmpv6.nd.ra.cur_hop_limit",
        "M": "icmpv6.nd.ra.flag.m",
        "O": "icmpv6.nd.ra.flag.o",
        "H": "icmpv6.nd.ra.flag.h",
        "Prf": "icmpv6.nd.ra.flag.prf",
        "Router Lifetime": "icmpv6.nd.ra.router_lifetime",
        "Reachable Time": "icmpv6.nd.ra.reachable_time",
        "Retrans Timer": "icmpv6.nd.ra.retrans_timer",
        "Source Link-Layer Address": "icmpv6.opt.src_linkaddr",
    },
}
"""Ours, by header, with Wireshark's; None where it has no field of the same bits."""

LEFT_OUT_IF_ZERO = ("icmp.length", "icmp.mtu", "icmpv6.length")

FROM_THE_TEXT = {"ip.version": 1, "ip.hdr_len": 4, "tcp.hdr_len": 4, "ipv6.version": 1}
"""Fields whose value there is the whole byte: what is shown, and its unit."""

HEADERS = ("ip", "ipv6", "tcp", "udp", "icmp", "icmpv6")

Seen = dict[tuple[str, int, int], int]
"""Number by Wireshark's name, first byte and size."""


def tshark(file: Path, packets: Sequence[Packet]) -> list[Seen]:
    save(Trace([Record(n, n, "recorded", "seen", p) for n, p in enumerate(packets, 1)]), file)
    command = ["tshark", "-n", "-r", str(file), "-T", "pdml"]
    for switch in SWITCHES:
        command += ["-o", switch]
    run = subprocess.run(command, capture_output=True, check=True)
    return [_seen(packet) for packet in ElementTree.fromstring(run.stdout).iter("packet")]


def _seen(packet: ElementTree.Element) -> Seen:
    seen: Seen = {}
    headers = [proto for proto in packet.iter("proto") if proto.get("name") in HEADERS]
    for field in (field for proto in headers for field in proto.iter("field")):
        name, value = field.get("name", ""), field.get("value")
        size = int(field.get("size", "0"))
        key = (name, int(field.get("pos", "0")), size)
        if name in FROM_THE_TEXT:
            seen[key] = int(field.get("show", "")) // FROM_THE_TEXT[name]
        elif value and size:
            with suppress(ValueError):  # "field length invalid!", it says of some options
                seen.setdefault(key, int(value, 16))
        elif name.endswith("checksum.status"):
            seen[key] = int(field.get("show", ""))
    return seen


def kind_of(part: Part) -> str:
    words = part.name.removeprefix("Quoted ").split()
    return words[0]


def disagreements(headers: Headers, seen: Seen) -> list[str]:
    found = []
    for part in headers.parts:
        names = OUR_NAMES[kind_of(part)] if part.is_header else {}
        for field in part.fields if part.is_header else ():
            name = names[field.name]
            if name is None:
                continue
            if field.group and name in ("icmpv6.type", "icmpv6.length"):
                name = name.replace("icmpv6.", "icmpv6.opt.")
            there = _there(seen, name, field)
            if there != headers.bits(field) and not (there is None and name in LEFT_OUT_IF_ZERO):
                near = {key: value for key, value in seen.items() if key[0] == name}
                found.append(f"{part.name}, {field.name}: {headers.bits(field)}, but {near}")
            if field.name == "Checksum" and (verdict := _verdict(field, name, part, seen)):
                found.append(verdict)
    return found


def _there(seen: Seen, name: str, field: Field) -> int | None:
    """The number that Wireshark has for just those bytes; of single bits, for bytes around them."""
    whole = field.start % 8 == 0 and field.width % 8 == 0
    for (other, first, size), number in seen.items():
        last = first + size - 1
        exact = (first, last) == (field.first_byte, field.last_byte)
        around = first <= field.first_byte and field.last_byte <= last and not whole
        if other == name and (exact or around):
            return number
    return None


def _verdict(field: Field, name: str, part: Part, seen: Seen) -> str | None:
    """Right (1) or wrong (0) there; whatever else there is nothing to compare with."""
    status = seen.get((f"{name}.status", field.first_byte, 0))
    if part.depth or status not in (0, 1) or "not checked" in field.value:
        return None
    if field.wrong != (status == 0):
        return f"{part.name}: the checksum is {field.value}, but {status} there"
    return None
