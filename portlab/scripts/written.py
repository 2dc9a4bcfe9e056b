"""Packets as a script writes them: what the reader reads, the other way round."""

from portlab.packets import Sack
from portlab.scripts.lines import PacketLine, ScriptOption, TcpLine, UdpLine
from portlab.scripts.packet_lines import FLAGS

WRAP = 2**32


def packet_written(line: PacketLine) -> str:
    """What stands behind `<` or `>`.

    >>> from portlab.packets import MaximumSegmentSize
    >>> packet_written(TcpLine(18, 0, 0, 1, 65535, options=(MaximumSegmentSize(1460),)))
    'S. 0:0(0) ack 1 win 65535 <mss 1460>'
    """
    ttl = "" if line.ttl is None else f"(ttl {line.ttl}) "
    if isinstance(line, TcpLine):
        return ttl + _tcp(line)
    if isinstance(line, UdpLine):
        return f"{ttl}udp {_ports(line.ports)}({line.length})"
    parts = ["icmp", line.type]
    if line.code is not None:
        parts.append(line.code)
    if line.mtu is not None:
        parts.append(f"mtu {line.mtu}")
    if line.identifier is not None:
        parts.append(f"id {line.identifier}")
    if line.raw is not None:
        parts.append(f"[raw ({line.raw})]")
    elif line.quoted is not None and line.quoted.proto == "udp":
        parts.append(f"[udp ({line.quoted.length})]")
    elif line.quoted is not None:
        parts.append(f"[{sequence_written(line.quoted.seq, line.quoted.length)}]")
    return ttl + " ".join(parts)


def flags_written(flags: int) -> str:
    """As `S.` or `FP.`; `-` for none."""
    return "".join(letter for letter, bit in FLAGS.items() if flags & bit) or "-"


def sequence_written(seq: int, length: int) -> str:
    return f"{seq}:{(seq + length) % WRAP}({length})"


def options_written(options: tuple[ScriptOption, ...] | None) -> str:
    """As `<mss 1460,sackOK>`, nothing for none."""
    if options is None:
        return "<...>"
    return f"<{','.join(map(_option, options))}>" if options else ""


def _tcp(line: TcpLine) -> str:
    flags = flags_written(line.flags)
    parts = [f"{_ports(line.ports)}{flags}", sequence_written(line.seq, line.length)]
    if line.flags & FLAGS["."] or line.ack:
        parts.append(f"ack {line.ack}")
    if line.window is not None:
        parts.append(f"win {line.window}")
    if line.urgent:
        parts.append(f"urg {line.urgent}")
    if line.options != ():
        parts.append(options_written(line.options))
    return " ".join(parts)


def _ports(ports: tuple[int, int] | None) -> str:
    return "" if ports is None else f"{ports[0]} > {ports[1]} "


def _option(option: ScriptOption) -> str:
    if isinstance(option, Sack):
        return "sack " + " ".join(f"{left}:{right}" for left, right in option.blocks)
    return str(option)
