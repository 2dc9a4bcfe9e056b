"""The program in which the hosts of one kernel lab live, started by channel.py.

It puts itself into namespaces of its own, makes one network namespace for each host with a TUN
device in it, and hands what it opens there (devices, sockets, tables) over the Unix socket it was
given. One request, one answer; it ends when the other side is closed. It is process 1 of its PID
namespace, so everything started inside ends with it.

Standard library only, and little of it: this has to be ready in a few tens of milliseconds, which
is why requests are written by `marshal` (both sides are the same Python) and there is no `json` or
`typing`. No `ip`, no other program. See user_namespaces(7), pid_namespaces(7), rtnetlink(7), and
the kernel's Documentation/networking/tuntap.rst.
"""

import contextlib
import ctypes
import errno
import fcntl
import marshal
import os
import signal
import socket
import struct
import sys

TYPE_CHECKING = False  # as in typing, which takes too long to import
if TYPE_CHECKING:
    from portlab.worlds.kernel import netlink
else:
    import netlink

DEVICE = "portlab0"
REQUEST = 65536  # bytes: the longest request
MOST_DESCRIPTORS = 4  # in one request or answer

# <linux/sched.h>, <linux/prctl.h>, <linux/if_tun.h>
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000

libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """The system said no to one step on the way to a private network."""

    def __init__(self, step: str, error: OSError) -> None:
        super().__init__(step, error.errno)


def call(name: str, *arguments: int) -> None:
    """A system call that Python 3.11 has no function for."""
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def enter_namespaces() -> bool:
    """Namespaces of our own, inside a user namespace; root goes without where that is refused.

    Tells whether there is a user namespace.
    """
    user, group = os.geteuid(), os.getegid()
    own = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC
    try:
        call("unshare", CLONE_NEWUSER | own)
    except OSError as error:
        if user != 0:
            raise Refused("user", error) from None
        try:
            call("unshare", own)
        except OSError:
            raise Refused("user", error) from None
        return False
    try:
        write("/proc/self/setgroups", "deny")  # before gid_map, or that is refused
        write("/proc/self/uid_map", f"0 {user} 1")
        write("/proc/self/gid_map", f"0 {group} 1")
    except OSError as error:
        raise Refused("map", error) from None
    return True


def new_tun() -> int:
    """A TUN device in the network namespace we are in; its descriptor."""
    try:
        tun = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise Refused("open", error) from None
    try:
        fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    except OSError as error:
        os.close(tun)
        raise Refused("device", error) from None
    return tun


# ---- requests


class Helper:
    """The hosts by number, each a descriptor of its network namespace."""

    def __init__(self, channel: socket.socket, spare: int, *, own_users: bool) -> None:
        self._channel = channel
        self._own_users = own_users
        self._spare: int | None = spare
        self._hosts: list[int] = []

    def serve(self) -> None:
        """Answer until the other side is closed."""
        while True:
            data, given, _, _ = socket.recv_fds(self._channel, REQUEST, MOST_DESCRIPTORS)
            if not data:
                return
            try:
                name, *arguments = marshal.loads(data)
                opened: list[int] = getattr(self, f"do_{name}")(given, *arguments)
            except Refused as refused:
                answer(self._channel, refused=list(refused.args))
            except OSError as error:
                answer(self._channel, error=[error.errno, str(error)])
            except (OverflowError, TypeError, ValueError) as error:
                answer(self._channel, error=[errno.EINVAL, str(error)])
            else:
                answer(self._channel, opened)
                for descriptor in opened:
                    os.close(descriptor)
            finally:
                for descriptor in given:
                    os.close(descriptor)

    def end(self) -> None:
        """Let no host outlive us."""
        for host in range(len(self._hosts)):
            with contextlib.suppress(OSError):
                self._enter(host)
                write("/proc/sys/net/ipv4/tcp_orphan_retries", "1")  # if they cannot be destroyed
                netlink.end_connections()

    def do_host(
        self,
        _: list[int],
        addresses: list[str],
        mtu: int,
        sysctls: dict[str, object],
        wishes: dict[str, object],
    ) -> list[int]:
        """A new host; gives its TUN device. `wishes` are sysctls that may remain unfulfilled:
        in some containers /proc/sys can only be read.
        """
        tun, self._spare = self._spare, None
        if tun is None:
            try:
                call("unshare", CLONE_NEWNET)
            except OSError as error:
                raise Refused("net", error) from None
            tun = new_tun()
        try:
            if not any(":" in one for one in addresses) and os.path.exists("/proc/sys/net/ipv6"):
                write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1")
            for name, value in sysctls.items():
                write(f"/proc/sys/{name}", str(value))
            for name, value in wishes.items():
                with contextlib.suppress(OSError):
                    write(f"/proc/sys/{name}", str(value))
            netlink.set_up(DEVICE, addresses, mtu)
            self._hosts.append(os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            os.close(tun)
            raise
        return [tun]

    def do_socket(
        self, _: list[int], host: int, family: int, kind: int, protocol: int
    ) -> list[int]:
        self._enter(host)
        return [socket.socket(family, kind, protocol).detach()]

    def do_open(self, _: list[int], host: int, *names: str) -> list[int]:
        """Files of /proc/net as this host has them."""
        self._enter(host)
        opened: list[int] = []
        try:
            for name in names:
                opened.append(os.open(f"/proc/self/net/{name}", os.O_RDONLY | os.O_CLOEXEC))
        except OSError:
            for descriptor in opened:
                os.close(descriptor)
            raise
        return opened

    def do_address(self, _: list[int], host: int, text: str) -> list[int]:
        self._enter(host)
        netlink.configure([netlink.address(socket.if_nametoindex(DEVICE), text, netlink.PREFIX)])
        return []

    def do_sysctl(self, _: list[int], host: int, name: str, value: object) -> list[int]:
        self._enter(host)
        write(f"/proc/sys/{name}", str(value))
        return []

    def do_run(self, given: list[int], host: int, runner: str) -> list[int]:
        """Start `runner` in this host, on the four descriptors given (see runner.py)."""
        self._enter(host)
        if os.fork():
            return []  # nobody waits for it: SIGCHLD is ignored, so it leaves no zombie
        try:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for descriptor in given:
                os.set_inheritable(descriptor, True)
            numbers = map(str, [int(self._own_users), *given])
            os.execv(sys.executable, [sys.executable, "-I", "-S", runner, *numbers])
        finally:
            os._exit(1)

    def _enter(self, host: int) -> None:
        call("setns", self._hosts[host], CLONE_NEWNET)


def answer(channel: socket.socket, descriptors: list[int] | None = None, **fields: object) -> None:
    socket.send_fds(channel, [marshal.dumps(fields)], descriptors or [])


def main(descriptor: str) -> None:
    channel = socket.socket(fileno=int(descriptor))
    channel.set_inheritable(False)  # no program that runs inside is to have it
    try:
        own_users = enter_namespaces()
        # For the first host: so an obstacle is told of before there is one.
        tun = new_tun()
    except Refused as refused:
        with contextlib.suppress(ConnectionError):
            answer(channel, refused=list(refused.args))
        return
    child = os.fork()
    if child:
        channel.close()
        os.close(tun)
        os.waitpid(child, 0)
        return
    # From here on we are process 1 of the new PID namespace, and end no later than our parent.
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    helper = Helper(channel, tun, own_users=own_users)
    try:
        with contextlib.suppress(ConnectionError):  # nobody waits for the answer any more
            answer(channel)
            helper.serve()
    finally:
        helper.end()
