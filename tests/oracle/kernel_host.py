"""A computer whose TCP/IP is Linux's own: a network namespace whose only way out is a TUN device.

What the kernel sends comes out of `read` as raw IP packets; what is given to `write` the kernel
receives. `socket` opens ordinary Python sockets that live in there. Needs no root where the system
allows user namespaces and /dev/net/tun. Leaving the `with` block leaves nothing behind.
"""

import os
import select
import socket

from portlab.worlds.kernel.channel import Channel

PACKET = 65536  # bytes: no IP packet is longer


class KernelHost:
    """`address`/16 and `address6`/64 on a TUN device; the other end of it is in our hands.

    `peer` and `peer6` are the addresses that whoever holds the other end answers for. `sysctls`
    are of this namespace, as `{"net/ipv4/tcp_sack": 0}`. With `address6` None there is no IPv6.
    Raises WorldError when the system refuses a namespace or the TUN device, OSError for a sysctl.
    """

    def __init__(
        self,
        address="10.0.0.1",
        peer="10.0.0.2",
        *,
        address6="fd00::1",
        peer6="fd00::2",
        mtu=1500,
        sysctls=None,
    ):
        self.address, self.peer = address, peer
        self.address6, self.peer6 = address6, peer6
        self._sockets = []
        self._tun = None
        self._helper = Channel()
        addresses = [one for one in (address, address6) if one is not None]
        try:
            (self._tun,) = self._helper.ask("host", addresses, mtu, sysctls or {}, {})
        except BaseException:
            self.close()
            raise

    @property
    def pid(self):
        """Of the process that keeps the namespace open."""
        return self._helper.pid

    def fileno(self):
        """The TUN device, for `select.poll`: readable when the kernel has sent something."""
        return self._tun

    def socket(self, family=socket.AF_INET, kind=socket.SOCK_STREAM, protocol=0):
        """A socket that lives in this host; closed with the host if nobody closed it before."""
        (descriptor,) = self._helper.ask("socket", 0, int(family), int(kind), protocol)
        made = socket.socket(fileno=descriptor)
        self._sockets.append(made)
        return made

    def adopt(self, accepted):
        """Have a socket that `accept` gave closed with the host."""
        self._sockets.append(accepted)
        return accepted

    def sysctl(self, name, value):
        """Set one, as `sysctl("net/ipv4/tcp_timestamps", 0)`."""
        self._helper.ask("sysctl", 0, name, value)

    def read(self, timeout=0.0):
        """The next packet that the kernel sent, waiting up to `timeout` seconds; None if none."""
        ready = select.poll()
        ready.register(self._tun, select.POLLIN)
        if not ready.poll(timeout * 1000):
            return None
        try:
            return os.read(self._tun, PACKET)
        except BlockingIOError:
            return None

    def write(self, packet):
        """Let the kernel receive `packet`, an IP packet with its header."""
        os.write(self._tun, packet)

    def close(self):
        """End it all. Safe to repeat."""
        for made in self._sockets:
            if made.fileno() >= 0 and made.type == socket.SOCK_STREAM:
                # Closed with a RST: an orphan that still retransmits would keep the namespace.
                made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            made.close()
        self._sockets.clear()
        if self._tun is not None:
            os.close(self._tun)
            self._tun = None
        self._helper.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.close()
