"""The two kinds of computer that a test can put at an end of the wire: Linux and the model.

Both give the same few moves (`listen`, `connect`, `send`, `shutdown`, `abort`) and show the same
few things (`state`, `received`, `peer_closed`, `error`), so that one scenario runs with either at
either end. None of it waits: the pump moves packets and calls `work`.
"""

import errno
import os
import socket
import struct

from portlab.packets import Packet, Segment
from portlab.tcp import Config, Endpoint, Listener, State, reset_for
from tests.oracle.pump import clock

CHUNK = 65536  # bytes read at once
# <linux/tcp.h>, the first byte of struct tcp_info
LINUX_STATES = {
    1: "ESTABLISHED",
    2: "SYN-SENT",
    3: "SYN-RECEIVED",
    4: "FIN-WAIT-1",
    5: "FIN-WAIT-2",
    6: "TIME-WAIT",
    7: "CLOSED",
    8: "CLOSE-WAIT",
    9: "LAST-ACK",
    10: "LISTEN",
    11: "CLOSING",
}
ERRORS = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ETIMEDOUT: "timed out",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
}


class LinuxEnd:
    """One TCP conversation of a kernel host, through an ordinary non-blocking socket."""

    def __init__(self, host, *, ipv6=False):
        self.host = host
        self.family = socket.AF_INET6 if ipv6 else socket.AF_INET
        self.address = host.address6 if ipv6 else host.address
        self.peer = host.peer6 if ipv6 else host.peer
        self.options = {}  # (level, name) -> value, set before connect and listen
        self.received = bytearray()
        self.reading = True  # False: the application leaves the bytes with the kernel
        self.peer_closed = False
        self.error = None
        self._socket = self._listener = None
        self._outgoing = bytearray()
        self._shut = False
        self._gone = False  # the program has closed its socket

    def _open(self):
        made = self.host.socket(self.family, socket.SOCK_STREAM)
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for (level, name), value in self.options.items():
            made.setsockopt(level, name, value)
        return made

    def listen(self, port, backlog=8):
        self._listener = self._open()
        self._listener.bind((self.address, port))
        self._listener.listen(backlog)

    def connect(self, port, source_port=0):
        self._socket = self._open()
        self._socket.bind((self.address, source_port))
        self._socket.connect_ex((self.peer, port))

    def send(self, data):
        self._outgoing += data

    def shutdown(self):
        """A FIN, once all that was sent before it has gone."""
        self._shut = True

    def abort(self):
        """A RST: close with a linger time of zero, tcp(7)."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.discard()

    def discard(self):
        """What close(2) does: a FIN, or a RST if bytes that arrived were never read."""
        self._socket.close()
        self._socket, self._gone = None, True

    @property
    def state(self):
        """As RFC 9293 names it. Linux shows a socket in TIME-WAIT as CLOSED."""
        asked = self._socket or self._listener
        if asked is None or self._gone:
            return "CLOSED"
        info = asked.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
        return LINUX_STATES[info[0]]

    @property
    def unsent(self):
        """Bytes not yet acknowledged by the other end."""
        import fcntl

        if self._socket is None:
            return len(self._outgoing)
        siocoutq = fcntl.ioctl(self._socket, 0x5411, b"\0\0\0\0")
        return len(self._outgoing) + struct.unpack("i", siocoutq)[0]

    def quick(self):
        """Acknowledge what arrives at once; Linux forgets it again by itself."""
        if self._socket is not None:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    # ---- the pump's side ----

    def work(self, now):
        try:
            self._work()
        except BlockingIOError:
            return
        except OSError as error:
            self.error = ERRORS.get(error.errno, os.strerror(error.errno))
            self._outgoing.clear()

    def _work(self):
        if self._socket is None:
            if self._listener is None or self._gone:
                return
            accepted, _ = self._listener.accept()
            accepted.setblocking(False)
            self._socket = self.host.adopt(accepted)
        if problem := self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(problem, os.strerror(problem))
        if self.error or self.state == "SYN-SENT":
            return
        try:
            while self._outgoing:
                del self._outgoing[: self._socket.send(self._outgoing)]
        except BlockingIOError:
            pass  # the send buffer is full; reading goes on
        if self._shut and not self._outgoing:
            self._shut = False
            self._socket.shutdown(socket.SHUT_WR)
        while self.reading and not self.peer_closed and (data := self._socket.recv(CHUNK)) != b"":
            self.received += data
        if self.reading:
            self.peer_closed = True

    def take(self, now):
        packets = []
        while packet := self.host.read():
            packets.append(packet)
        return packets

    def give(self, packet, now):
        self.host.write(packet)

    def fileno(self):
        return self.host.fileno()

    def next_deadline(self):
        return None

    def on_deadline(self, now):
        raise AssertionError("the kernel keeps its own time")


class ModelEnd:
    """One TCP conversation of the model: its endpoint, and what a host does around it."""

    def __init__(self, address, peer, *, config=None, iss=0xFFFFFFF0):
        # By default the sequence numbers wrap round within the first bytes.
        self.address, self.peer, self.iss = address, peer, iss
        self.config = config or Config()
        self.received = bytearray()
        self.reading = True
        self.peer_closed = False
        self.endpoint = self._listener = None
        self._flows = {}  # (local port, remote port) -> Endpoint
        self._out = []

    def listen(self, port, backlog=8):
        self._port = port
        self._listener = Listener((self.address, port), backlog=backlog, config=self.config)

    def connect(self, port, source_port=40000):
        self.endpoint = Endpoint(
            (self.address, source_port), (self.peer, port), iss=self.iss, config=self.config
        )
        self._flows[source_port, port] = self.endpoint
        self.endpoint.open_active(clock())

    def send(self, data):
        self.endpoint.send(bytes(data), clock())

    def shutdown(self):
        self.endpoint.close(clock())

    def abort(self):
        self.endpoint.abort(clock())

    def discard(self):
        self.endpoint.discard(clock())

    def quick(self):
        pass

    @property
    def state(self):
        if self.endpoint is None:
            return "LISTEN" if self._listener else "CLOSED"
        return str(self.endpoint.state)

    @property
    def unsent(self):
        return self.endpoint.unsent

    @property
    def error(self):
        return self.endpoint.error if self.endpoint else None

    # ---- the pump's side ----

    def work(self, now):
        if self.endpoint is None and self._listener is not None:
            self.endpoint = self._listener.accept()
        if self.endpoint is None:
            return
        if self.reading:
            while self.endpoint.readable:
                self.received += self.endpoint.receive(CHUNK, now)
            self.peer_closed = self.endpoint.peer_closed

    def take(self, now):
        self._drain()
        packets, self._out = self._out, []
        return packets

    def give(self, raw, now):
        packet = Packet.decode(raw)
        assert packet.checksum_ok, f"the kernel sent a packet whose checksum we reject: {packet}"
        segment = packet.payload
        if not isinstance(segment, Segment):
            return
        flow = segment.destination_port, segment.source_port
        if flow in self._flows:
            self._flows[flow].segment_arrives(segment, now)
        elif self._listener is not None and segment.destination_port == self._port:
            made = self._listener.segment_arrives(
                segment,
                (self.address, self._port),
                (packet.src, segment.source_port),
                now,
                iss=self.iss,
            )
            if made is not None:
                self._flows[flow] = made
        elif answer := reset_for(segment):
            self._out.append(Packet.build(self.address, self.peer, answer[0]).raw)
        self.work(now)
        self._drain()  # after every segment: each may need an answer of its own

    def _drain(self):
        for flow, endpoint in list(self._flows.items()):
            endpoint.events()
            for segment, reason in endpoint.segments_to_send():
                packet = Packet.build(self.address, self.peer, segment, reason=reason)
                self._out.append(packet.raw)
            for _old, _cause, new, _reason in endpoint.changes():
                if endpoint.passive and new is State.ESTABLISHED:
                    self._listener.established(endpoint)
            if endpoint.state in (State.CLOSED, State.LISTEN):
                del self._flows[flow]
                if self._listener is not None:
                    self._listener.forget(endpoint)

    def fileno(self):
        return None

    def next_deadline(self):
        deadlines = [endpoint.next_deadline() for endpoint in self._flows.values()]
        return min((at for at in deadlines if at is not None), default=None)

    def on_deadline(self, now):
        for endpoint in self._flows.values():
            at = endpoint.next_deadline()
            if at is not None and at <= now:
                endpoint.on_deadline(now)
