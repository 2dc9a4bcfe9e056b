"""The Linux kernel as host under test: scripts meet it as they meet the model, in real time.

Its sockets are ordinary ones and never block; a call that a script lets wait is asked again when
poll says so. How late things are is not judged here: a busy computer is late.
"""

import errno
import os
import select
import socket
import struct
import time
from pathlib import Path

from portlab.packets import Packet
from portlab.scripts.arguments import (
    PORT,
    argument,
    descriptor,
    expected_value,
    lacks,
    named,
    names,
    number,
    payload,
    sockaddr,
    unlike,
)
from portlab.scripts.lines import Fields, Name
from portlab.scripts.subject import Ends, Returned, Sent, Waiting
from portlab.trace.record import Record
from portlab.trace.trace import Trace
from tests.oracle.kernel_host import KernelHost

BUFFER = 15_728_640  # bytes: how far Linux may let a receive buffer grow
GLANCE = 0.002  # seconds: how long to look at the TUN device before asking the sockets again
SYSCTLS = {
    # What `portlab.scripts.settings.Assumed` assumes.
    "net/ipv4/tcp_timestamps": 1,
    "net/ipv4/tcp_sack": 1,
    "net/ipv4/tcp_rmem": f"4096 131072 {BUFFER}",
    # Every odd segment is answered, not two a second.
    "net/ipv4/tcp_invalid_ratelimit": 0,
    "net/ipv4/icmp_ratelimit": 0,
    # One lost segment is not what these scripts want to hear of twice.
    "net/ipv4/tcp_early_retrans": 0,
}


class KernelUnderTest:
    """One KernelHost, for one script. Times are microseconds since it was made."""

    patience = 5_000_000

    def __init__(self, host, *, ipv6=False):
        self._host = host
        self._family = socket.AF_INET6 if ipv6 else socket.AF_INET
        self.local = host.address6 if ipv6 else host.address
        self.remote = host.peer6 if ipv6 else host.peer
        self.sent = []
        self._records = []
        self._open = {}  # the script's number -> socket
        self._waits = {}  # the script's number -> may its calls wait?
        self._resets = set()
        self._began = time.monotonic()

    @property
    def now(self):
        return round((time.monotonic() - self._began) * 1e6)

    def wait(self, until, ready):
        while True:
            self._take()
            left = until - self.now
            if ready() or left <= 0:
                return
            self._take(min(left / 1e6, GLANCE))

    def give(self, packet):
        self._record(packet)
        self._host.write(packet.raw)
        self._take()

    def lacks(self, call):
        return lacks(call)

    def start(self, call):
        started = self._start(call)
        self._take()
        return started

    def ends(self, number):
        held = self._open.get(number)
        if held is None:
            return None
        proto = "tcp" if held.type == socket.SOCK_STREAM else "udp"
        local = held.getsockname()[:2]
        try:
            remote = held.getpeername()[:2]
        except OSError:
            remote = (self.remote, PORT) if _is_opening(held) else None
        wildcard = local[0] in ("0.0.0.0", "::")
        return Ends(proto, (self.local if wildcard else local[0], local[1]), remote)

    def trace(self):
        return Trace(self._records, hosts={self.local: "host", self.remote: "script"})

    # ---- the TUN device

    def _take(self, timeout=0.0):
        while raw := self._host.read(timeout):
            packet = Packet(raw)
            self._record(packet)
            if packet.src == self.local:
                self.sent.append(Sent(self.now, packet))
            timeout = 0.0

    def _record(self, packet):
        self._records.append(Record(len(self._records) + 1, self.now, "captured", "seen", packet))

    # ---- system calls

    def _start(self, call):
        if call.name == "poll":
            return self._poll(call)
        at = descriptor(call)
        if call.name != "socket" and at not in self._open:
            return Returned(-1, "EBADF")
        try:
            return self._do(call)
        except BlockingIOError as blocked:
            if not self._waits[at] or "MSG_DONTWAIT" in names(argument(call, 3)):
                return Returned(-1, errno.errorcode[blocked.errno])
            connecting = call.name == "connect"
            writing = connecting or call.name in ("write", "send", "sendto")
            event = select.POLLOUT if writing else select.POLLIN
            finish = self._connected if connecting else self._do
            return Waiting(
                lambda: bool(_polled(self._open[at], event)), lambda: self._returned(call, finish)
            )
        except OSError as error:
            return Returned(-1, errno.errorcode[error.errno])

    def _returned(self, call, do):
        try:
            return do(call)
        except OSError as error:
            return Returned(-1, errno.errorcode[error.errno])

    def _do(self, call):
        held = self._open.get(descriptor(call))
        match call.name:
            case "socket":
                return self._socket(call)
            case "bind":
                address, port = sockaddr(argument(call, 1)) or ("", PORT)
                held.bind((address, port))
            case "listen":
                held.listen(number(argument(call, 1)))
            case "accept":
                accepted, _ = held.accept()
                accepted.setblocking(False)
                return Returned(self._keep(call, self._host.adopt(accepted), True))
            case "connect":
                held.connect(self._peer(argument(call, 1)))
            case "read" | "recv" | "recvfrom":
                data = held.recv(number(argument(call, 2)))
                return Returned(len(data), None, unlike(call, data))
            case "write" | "send" | "sendto":
                return Returned(self._write(call, held))
            case "shutdown":
                held.shutdown(getattr(socket, named("shutdown", argument(call, 1))))
            case "close":
                held.close()
                del self._open[descriptor(call)]
            case "fcntl":
                return self._fcntl(call)
            case "setsockopt":
                held.setsockopt(*_option(call), _option_value(argument(call, 3)))
            case "getsockopt":
                return _compared(call, held.getsockopt(*_option(call)))
        return Returned(0)

    def _socket(self, call):
        kind = names(argument(call, 1))
        made = self._host.socket(
            self._family,
            socket.SOCK_STREAM if "SOCK_STREAM" in kind else socket.SOCK_DGRAM,
            sum(getattr(socket, name, 0) for name in names(argument(call, 2))),
        )
        made.setblocking(False)
        return Returned(self._keep(call, made, "SOCK_NONBLOCK" not in kind))

    def _keep(self, call, made, waits):
        self._open[call.result], self._waits[call.result] = made, waits
        return call.result

    def _peer(self, value):
        return sockaddr(value) or (self.remote, PORT)

    def _connected(self, call):
        problem = self._open[descriptor(call)].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return Returned(-1, errno.errorcode[problem]) if problem else Returned(0)

    def _write(self, call, held):
        given = argument(call, 4)
        fixed = held.type == socket.SOCK_STREAM or given in (0, Name("NULL"))
        if call.name != "sendto" or fixed:
            return held.send(payload(call))
        try:
            held.getpeername()
        except OSError:
            return held.sendto(payload(call), self._peer(given))
        return held.send(payload(call))

    def _fcntl(self, call):
        if named("fcntl", argument(call, 1)) == "F_GETFL":
            return Returned(2 if self._waits[descriptor(call)] else 2 | os.O_NONBLOCK)
        self._waits[descriptor(call)] = "O_NONBLOCK" not in names(argument(call, 2))
        return Returned(0)

    def _poll(self, call):
        timeout = number(argument(call, 2))
        end = self.now + timeout * 1000

        def look():
            ready, wrong = 0, ""
            for one in argument(call, 0):
                at = one.get("fd")
                asked = sum(getattr(select, n) for n in names(one.get("events")) - {"0"})
                seen = _polled(self._open[at], asked)
                expected = sum(getattr(select, n) for n in names(one.get("revents") or 0) - {"0"})
                ready += bool(seen)
                if seen != expected:
                    wrong = f"for descriptor {at} it saw {seen:#x} instead of {expected:#x}"
            return Returned(ready, None, wrong)

        seen = look()
        if seen.value or not timeout:
            return seen
        return Waiting(lambda: look().value > 0 or (timeout > 0 and self.now >= end), look)


def offered_scale():
    """The window scale that Linux offers: enough for the largest buffer that it, or anybody on
    this computer, may have (tcp_select_initial_window); only the first is ours to set."""
    largest = int(Path("/proc/sys/net/core/rmem_max").read_text(encoding="ascii"))
    return min(max(BUFFER, largest).bit_length() - 16, 14)


def _is_opening(held):
    """A TCP socket that has called and heard nothing yet: the kernel names no peer for it."""
    if held.type != socket.SOCK_STREAM:
        return False
    return held.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 2  # TCP_SYN_SENT


def _polled(held, events):
    poll = select.poll()
    poll.register(held, events)
    return next((seen for _, seen in poll.poll(0)), 0)


def _option(call):
    level = named("", argument(call, 1)).replace("SOL_TCP", "IPPROTO_TCP")
    return getattr(socket, level), getattr(socket, named("", argument(call, 2)))


def _option_value(value):
    if isinstance(value, Fields):  # struct linger
        return struct.pack("ii", number(value.get("onoff")), number(value.get("linger")))
    return number(value)


def _compared(call, seen):
    expected = expected_value(call)
    if isinstance(expected, Name):
        expected = getattr(errno, expected.text)
    same = expected is ... or expected == seen
    return Returned(0, None, "" if same else f"it gave {seen} instead of {expected}")


def play_on_kernel(script, how, sysctls=None):
    """The Outcome of a Script on a fresh KernelHost; `how` are its Settings."""
    from dataclasses import replace

    from portlab.scripts.player import Player

    ipv6 = ":" in how.local
    with KernelHost(
        sysctls=SYSCTLS | (sysctls or {}), **({} if ipv6 else {"address6": None})
    ) as host:
        under_test = KernelUnderTest(host, ipv6=ipv6)
        how = replace(how, local=under_test.local, remote=under_test.remote, tolerance=2_000_000)
        return Player(script, under_test, how).play()
