"""One end alone, and we play the other end by hand, segment by segment.

Numbers are relative: both initial sequence numbers count as 0, as in the RFC's figures. An end
answers while it is told, so nothing here waits.
"""

from portlab.packets import ACK, FIN, SYN, Packet, Segment
from tests.oracle.pump import WRAP, clock

OUR_ISS = 0x7FFFFF00  # the sign bit turns within the first bytes
FAR = 1_000_000  # beyond any window that is on offer here


class Puppet:
    """Our hand, at `port`, talking to `end`. `seq` and `ack` are what we would say next."""

    def __init__(self, end, their_port, our_port):
        self.end, self.their_port, self.our_port = end, their_port, our_port
        self.their_iss = None
        self.seq, self.ack = 0, 0
        self.window = 0  # what the end offered last, in bytes: we never agree on a scale

    def tell(self, flags, seq=0, ack=0, payload=b""):
        """One segment, counted from where we stand; what the end answers, see `hear`."""
        segment = Segment(
            self.our_port,
            self.their_port,
            (OUR_ISS + self.seq + seq) % WRAP,
            ack=((self.their_iss or 0) + self.ack + ack) % WRAP if flags & ACK else 0,
            flags=flags,
            window=64240,
            payload=payload,
        )
        self.end.give(Packet.build(self.end.peer, self.end.address, segment).raw, clock())
        return self.hear()

    def hear(self):
        """What the end has sent: a list of (flags, seq, ack, length); None for no ack."""
        now = clock()
        raw = self.end.take(now)
        self.end.work(now)
        self.end.quick()
        raw += self.end.take(now)
        return [self._relative(one) for one in map(self._segment, raw) if one is not None]

    def _segment(self, raw):
        segment = Packet.decode(raw).payload
        if not isinstance(segment, Segment) or segment.destination_port != self.our_port:
            return None  # of another conversation of the same host
        self.window = segment.window
        if segment.has_syn and self.their_iss is None:
            self.their_iss, self.their_port = segment.seq, segment.source_port
        return segment

    def _relative(self, segment):
        # A RST of no connection counts from 0 as it is, not from anybody's ISS.
        absolute = segment.has_rst and segment.has_ack and segment.seq == 0
        seq = 0 if absolute else (segment.seq - (self.their_iss or 0)) % WRAP
        ack = (segment.ack - OUR_ISS) % WRAP if segment.has_ack else None
        return segment.flag_names, seq, ack, len(segment.payload)

    # ---- into each state ----

    def to_listen(self):
        self.end.listen(self.their_port)

    def to_syn_sent(self):
        self.end.connect(self.our_port)
        self.hear()
        self.ack = 1

    def to_syn_received(self):
        self.to_listen()
        self.tell(SYN)
        self.seq, self.ack = 1, 1

    def to_established(self):
        self.to_syn_received()
        self.tell(ACK)

    def to_close_wait(self):
        self.to_established()
        self.tell(FIN | ACK)
        self.seq = 2

    def to_last_ack(self):
        """Its FIN is not acknowledged yet."""
        self.to_close_wait()
        self.end.shutdown()
        self.hear()

    def to_fin_wait_1(self):
        """Its FIN is not acknowledged yet."""
        self.to_established()
        self.end.shutdown()
        self.hear()

    def to_fin_wait_2(self):
        self.to_fin_wait_1()
        self.ack = 2
        self.tell(ACK)

    def to_closing(self):
        """Its FIN is not acknowledged yet, ours is."""
        self.to_fin_wait_1()
        self.tell(FIN | ACK)
        self.seq = 2

    def to_time_wait(self):
        self.to_fin_wait_2()
        self.tell(FIN | ACK)
        self.seq = 2


STATES = {
    "LISTEN": Puppet.to_listen,
    "SYN-SENT": Puppet.to_syn_sent,
    "SYN-RECEIVED": Puppet.to_syn_received,
    "ESTABLISHED": Puppet.to_established,
    "FIN-WAIT-1": Puppet.to_fin_wait_1,
    "FIN-WAIT-2": Puppet.to_fin_wait_2,
    "CLOSE-WAIT": Puppet.to_close_wait,
    "CLOSING": Puppet.to_closing,
    "LAST-ACK": Puppet.to_last_ack,
    "TIME-WAIT": Puppet.to_time_wait,
}
