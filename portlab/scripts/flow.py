"""One conversation between the script and the host under test, in two numberings.

A script counts each side's sequence numbers from its SYN, and writes any timestamps it likes; on
the wire the host has chosen its own. A Flow learns the difference from the first packets, and
translates both ways.
"""

from portlab.apps.app import Address
from portlab.packets import (
    ACK,
    RST,
    SYN,
    Option,
    Sack,
    Segment,
    Timestamps,
    Unreadable,
)
from portlab.scripts.lines import EndOfList, ScriptOption, Stamp, TcpLine

WRAP = 2**32


class Untranslatable(Exception):
    """A line that cannot be put into the host's numbers, or a packet that no line can say."""


class Flow:
    """`local` is the host's end and `remote` the script's.

    `active` is whether the host called. `scaled_echo` allows an echoed timestamp that the host
    never sent: it is then taken to be as far from the first one as the script says.
    """

    def __init__(
        self, proto: str, local: Address, remote: Address, *, active: bool, scaled_echo: bool
    ) -> None:
        self.proto = proto
        self.local = local
        self.remote = remote
        self.active = active
        self._scaled_echo = scaled_echo
        self._remote_isn: int | None = None
        self._local_isn: int | None = None
        self._script_isn = 0
        self._spoken = False
        self._begins_again: int | None = None
        self._stamps: dict[int, int] = {}
        self._first_stamps: tuple[int, int] | None = None

    # ---- from the script to the wire

    def injected(self, line: TcpLine) -> Segment:
        """The segment that `line` describes. Raises Untranslatable."""
        syn = bool(line.flags & SYN)
        if syn:
            answers = line.flags & ACK and self.active and not self._spoken
            if self._remote_isn is None or answers:
                self._remote_isn = line.seq
            elif not line.flags & ACK and line.seq != self._remote_isn:
                self._begins_again = line.seq
        elif not line.flags & RST:
            self._spoken = True
        to_local = self._local_offset(syn)
        ack = (line.ack + to_local) % WRAP if line.flags & ACK else line.ack
        local_port, remote_port = self.local[1], self.remote[1]
        if line.ports is not None:
            remote_port, local_port = line.ports
        return Segment(
            remote_port,
            local_port,
            (line.seq + (0 if syn else self._remote_isn or 0)) % WRAP,
            ack,
            line.flags,
            line.window or 0,
            self._options(line, to_local),
            bytes(line.length),
            line.urgent,
        )

    def quoted_sequence(self, seq: int) -> int:
        """A sequence number of the host's that an ICMP error quotes."""
        return (seq + (self._local_isn or 0)) % WRAP

    def _options(self, line: TcpLine, to_local: int) -> tuple[Option, ...]:
        options: list[Option] = []
        written = line.options or ()
        for place, option in enumerate(written):
            if isinstance(option, EndOfList):
                # Whatever follows is no option any more, but it stands there.
                rest = [self._option(o, line.flags, to_local) for o in written[place + 1 :]]
                return (*options, Unreadable(b"\0" + b"".join(one.encode() for one in rest)))
            options.append(self._option(option, line.flags, to_local))
        return tuple(options)

    def _option(self, option: ScriptOption, flags: int, to_local: int) -> Option:
        if isinstance(option, Sack):
            return _moved(option, to_local)
        if isinstance(option, Stamp):
            echo = option.echo or 0
            return Timestamps(option.value or 0, self._echo(echo) if flags & ACK else echo)
        return Unreadable(b"\0") if isinstance(option, EndOfList) else option

    def _echo(self, echo: int) -> int:
        if echo in self._stamps:
            return self._stamps[echo]
        if self._first_stamps is None or not self._scaled_echo:
            raise Untranslatable(
                f"this line echoes the timestamp {echo}, and no line before it says that the host "
                f"has sent TS val {echo}. Write the options of the host's segment out, or begin "
                "the script with --tcp_ts_ecr_scaled"
            )
        script, live = self._first_stamps
        return (echo - script + live) % WRAP

    # ---- from the wire to the script

    def matches(self, segment: Segment, line: TcpLine) -> None:
        """Learn from a segment that is held against `line`: the host's numbers, if it is a SYN,
        and its timestamp."""
        if segment.has_syn and (self._local_isn is None or self._begins_again is not None):
            if self._begins_again is not None:
                self._remote_isn, self._begins_again = self._begins_again, None
            self._local_isn, self._script_isn = segment.seq, line.seq
        stamps = segment.option(Timestamps)
        wanted = next((o.value for o in line.options or () if isinstance(o, Stamp)), None)
        if stamps is not None and wanted is not None:
            self._stamps[wanted] = stamps.value
            if self._first_stamps is None:
                self._first_stamps = wanted, stamps.value

    def seen(self, segment: Segment) -> TcpLine:
        """What the host has sent, in the script's numbers."""
        syn = segment.has_syn
        from_remote = 0 if syn else self._remote_isn or 0
        seq = (segment.seq - self._local_offset(syn)) % WRAP
        if segment.has_rst and segment.has_ack and segment.seq == 0:
            seq = 0  # of a RST that belongs to no connection (RFC 9293 3.10.7.1)
        ack = (segment.ack - from_remote) % WRAP if segment.has_ack else segment.ack
        options = tuple(self._shown(option, from_remote) for option in segment.options)
        return TcpLine(
            segment.flags,
            seq,
            len(segment.payload),
            ack,
            segment.window,
            segment.urgent_pointer,
            options,
            (segment.source_port, segment.destination_port),
        )

    def _shown(self, option: Option, from_remote: int) -> ScriptOption:
        if isinstance(option, Sack):
            return _moved(option, -from_remote)
        if isinstance(option, Timestamps):
            script, live = self._first_stamps or (0, 0)
            return Stamp((option.value - live + script) % WRAP, option.echo)
        return option

    def _local_offset(self, syn: bool) -> int:
        if self._local_isn is None:
            return 0
        return (self._local_isn - (self._script_isn if syn else 0)) % WRAP


def _moved(option: Sack, offset: int) -> Sack:
    return Sack(
        tuple(((left + offset) % WRAP, (right + offset) % WRAP) for left, right in option.blocks)
    )
