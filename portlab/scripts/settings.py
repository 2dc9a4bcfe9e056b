"""What a script assumes of the host under test, by its options and by those of whoever plays it."""

from dataclasses import dataclass

from portlab.errors import AddressError, ScriptError
from portlab.packets import packed, unpacked
from portlab.scripts.lines import SECOND, Script
from portlab.tcp import Config

IP_VERSIONS = ("ipv4", "ipv6")
TOLERANCE = 4_000
"""Microseconds, as packetdrill's."""

_ADDRESSES = {
    "ipv4": ("192.168.0.1", "192.0.2.1"),
    "ipv6": ("fd3d:fa7b:d17d::1", "2001:db8::1"),
}
"""Of the host and of the script: private ones, and those for documentation (RFC 5737, 3849)."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """The defaults of the stack that scripts count on: Linux's, unless said otherwise.

    `mss` in bytes over IPv4 (20 less over IPv6), `window` the receive buffer in bytes, `wscale`
    the shift it offers. `ip_version` None leaves the choice to the script.
    """

    mss: int = 1460
    window: int = 1 << 18
    wscale: int = 8
    sack: bool = True
    timestamps: bool = True
    ip_version: str | None = None

    @property
    def config(self) -> Config:
        """Where Linux differs from the RFCs' own numbers, scripts are written for Linux: ten
        segments at first (RFC 6928), a retransmission timer of at least 0.2 s, and an
        acknowledgment for each segment of a young connection."""
        return Config(
            mss=self.mss,
            receive_buffer=self.window,
            shift=self.wscale,
            sack=self.sack,
            timestamps=self.timestamps,
            initial_window=10,
            min_rto=SECOND // 5,
            delayed_ack=False,
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """How one script is to be played. Times in microseconds."""

    local: str
    remote: str
    tolerance: int = TOLERANCE
    stamp_tick: int | None = None
    scaled_echo: bool = False
    strict_segments: bool = False


def settings(script: Script, ip_version: str | None = None) -> Settings:
    """From the script's option lines; the rest of them say nothing to us. Raises ScriptError."""
    options = dict(script.options)
    version = ip_version or options.get("ip_version", "ipv4")
    if version not in IP_VERSIONS:
        raise _wrong(script, "ip_version", f"{' or '.join(IP_VERSIONS)}")
    local, remote = _ADDRESSES[version]
    if ip_version is None:
        local = _address(script, "local_ip", local)
        remote = _address(script, "remote_ip", remote)
        if (":" in local) != (":" in remote):
            raise _wrong(script, "local_ip", "of the same kind as --remote_ip")
    return Settings(
        local,
        remote,
        _number(script, "tolerance_usecs", TOLERANCE),
        _number(script, "tcp_ts_tick_usecs", 0) or None,
        "tcp_ts_ecr_scaled" in options,
        "strict_segments" in options,
    )


def _number(script: Script, option: str, otherwise: int) -> int:
    text = dict(script.options).get(option, str(otherwise))
    if not (text.isascii() and text.isdecimal() and len(text) <= 12):
        raise _wrong(script, option, "a whole number")
    return int(text)


def _address(script: Script, option: str, otherwise: str) -> str:
    text = dict(script.options).get(option, otherwise)
    try:
        return unpacked(packed(text.partition("/")[0]))
    except AddressError:
        raise _wrong(script, option, "an address") from None


def _wrong(script: Script, option: str, what: str) -> ScriptError:
    given = dict(script.options)[option]
    return ScriptError(
        f"{script.name}: --{option}={given} cannot be, for it is to be {what}. Change the option "
        "at the top of the script, or leave it away."
    )
