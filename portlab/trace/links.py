"""Where the IP packet lies in a frame: the link layers that captures come with.

A few are looked through here because nearly every capture has one of them: Ethernet with VLAN
tags, raw IP, the loopback of BSD and Windows, and Linux's "any" device. Whatever else scapy can
take apart, scapy does. Numbers: the LINKTYPE_ registry of tcpdump.org.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

RAW_IP = 101
ETHERNET = 1

_MAX_TAGS = 8
_TAGS = frozenset((b"\x81\x00", b"\x88\xa8", b"\x91\x00"))
_IP = frozenset((b"\x08\x00", b"\x86\xdd"))
_SNAP = b"\xaa\xaa\x03"
_LONGEST_802_3 = b"\x05\xdc"
_NAMES = {
    b"\x08\x06": "ARP",
    b"\x80\x35": "RARP",
    b"\x88\x08": "flow control",
    b"\x88\x63": "PPPoE discovery",
    b"\x88\x8e": "EAPOL",
    b"\x88\xcc": "LLDP",
}

Found = tuple[int, int] | str
"""Where the IP packet starts and ends in the frame, or why there is none."""


class UnknownLinkType(Exception):
    """Neither portlab nor scapy knows how these frames are laid out."""


def find_ip(link_type: int, frame: bytes) -> Found:
    """Where the IP packet lies in `frame`; what follows it (padding, a checksum) is not its own.

    >>> find_ip(RAW_IP, bytes.fromhex("4500001400000000400600000a0000010a000002") + b"padding")
    (0, 20)
    >>> find_ip(ETHERNET, bytes(12) + b"\\x08\\x06" + bytes(28))
    'ARP, not an IP packet'

    Raises UnknownLinkType.
    """
    quick = _QUICK.get(link_type)
    start = quick(frame) if quick else None
    if start is None:
        return _ask_scapy(link_type, frame)
    if isinstance(start, str):
        return start
    return start, _end(frame, start)


def _end(frame: bytes, start: int) -> int:
    """Where the packet ends by its own length field, or the frame's end if that makes no sense.

    A length of 0 is what offloading leaves in IPv4 and what a jumbogram carries in IPv6.
    """
    length = 0
    if len(frame) >= start + 20:
        if frame[start] >> 4 == 4:
            length = frame[start + 2] << 8 | frame[start + 3]
            length = length if length >= 20 else 0
        elif payload := frame[start + 4] << 8 | frame[start + 5]:
            length = 40 + payload
    end = start + length
    return end if length and end < len(frame) else len(frame)


# ---- the quick ones: an offset, a reason why there is none, or None for "ask scapy" -------------


def _behind_ethertype(frame: bytes, at: int) -> int | str | None:
    """`at` is where the two bytes stand that name the protocol, VLAN tags first."""
    for _ in range(_MAX_TAGS + 1):
        kind = frame[at : at + 2]
        if kind in _IP:
            return at + 2
        if kind not in _TAGS:
            break
        at += 4
    if len(kind) < 2:
        return "cut off before it says what it carries"
    if kind in _TAGS:
        return f"more than {_MAX_TAGS} VLAN tags"
    if kind in _NAMES:
        return f"{_NAMES[kind]}, not an IP packet"
    if kind <= _LONGEST_802_3 and frame[at + 2 : at + 5] != _SNAP:
        return "an 802.3 frame, not an IP packet"
    return None


def _ethernet(frame: bytes) -> int | str | None:
    return _behind_ethertype(frame, 12)


def _cooked(frame: bytes) -> int | str | None:
    """LINKTYPE_LINUX_SLL: 14 bytes, the protocol, the packet."""
    return _behind_ethertype(frame, 14)


def _cooked_2(frame: bytes) -> int | str | None:
    """LINKTYPE_LINUX_SLL2: the protocol comes first, 18 bytes after it the packet (or its tags)."""
    if len(frame) < 20:
        return "cut off in its link header"
    start = _behind_ethertype(frame[:2] + frame[20:], 0)
    return start + 18 if isinstance(start, int) else start


def _raw(frame: bytes) -> int | str:
    version = frame[0] >> 4 if frame else 0
    if version in (4, 6):
        return 0
    return f"IP version {version}, which is neither 4 nor 6" if frame else "an empty frame"


def _loopback(frame: bytes) -> int | str:
    """LINKTYPE_NULL and LINKTYPE_LOOP: an address family in four bytes of either order.

    IPv6 has a different family number on each system, so the packet's own version decides.
    """
    if len(frame) < 5:
        return "cut off in its link header"
    if frame[:4] in _FAMILIES:
        return 4
    return f"address family 0x{frame[:4].hex()}, not IP"


_FAMILIES = frozenset(
    family.to_bytes(4, order) for family in (2, 10, 23, 24, 28, 30) for order in ("big", "little")
)

_QUICK: dict[int, Callable[[bytes], int | str | None]] = {
    0: _loopback,
    1: _ethernet,
    12: _raw,
    14: _raw,
    RAW_IP: _raw,
    108: _loopback,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_2,
}


# ---- everything else ----------------------------------------------------------------------------


@cache
def _scapy_layers() -> tuple[dict[int, Any], tuple[type, ...]]:
    """scapy's dissectors by link type, and its two IP layers. Takes half a second, once."""
    import scapy.layers.all  # noqa: F401  (each layer enters itself in conf.l2types)
    from scapy.config import conf
    from scapy.layers.inet import IP
    from scapy.layers.inet6 import IPv6

    return conf.l2types.num2layer, (IP, IPv6)


def _ask_scapy(link_type: int, frame: bytes) -> Found:
    dissectors, ip_layers = _scapy_layers()
    dissector = dissectors.get(link_type)
    if dissector is None:
        raise UnknownLinkType(link_type)
    passed = []
    try:
        layer = dissector(frame)
        while layer and not isinstance(layer, ip_layers):
            passed.append(layer.__class__.__name__)
            layer = layer.payload
    except Exception as error:
        # scapy's layers are many, and any of them may stumble over broken bytes in its own way.
        return f"scapy could not take it apart ({type(error).__name__})"
    if not layer:
        return f"no IP packet that scapy could find ({' / '.join(passed)})"
    start = frame.find(layer.original)
    return (start, _end(frame, start)) if start >= 0 else "an IP packet in a changed form"
