"""The program in which the hosts of one kernel lab live: `python -I -S helper.py CHANNEL`.

It puts itself into namespaces of its own, makes one network namespace for each host with a TUN
device in it, and hands what it opens there (devices, sockets, tables) over the Unix socket it was
given. One request, one answer; it ends when the other side is closed. It is process 1 of its PID
namespace, so everything started inside ends with it.

Standard library only, and little of it: this has to be ready in a few tens of milliseconds, which
is why requests are written by `marshal` (both sides are the same Python) and there is no `json` or
`typing`. No `ip`, no other program. See user_namespaces(7), pid_namespaces(7), rtnetlink(7), and
the kernel's Documentation/networking/tuntap.rst.
"""

import ctypes
import fcntl
import marshal
import os
import signal
import socket
import struct
import sys

DEVICE = "portlab0"
REQUEST = 65536  # bytes: the longest request
QUEUE = 10_000  # packets that may wait for the wire; the device drops, unseen, what is more
MOST_DESCRIPTORS = 4  # in one request or answer

# <linux/sched.h>, <linux/prctl.h>, <linux/if_tun.h>
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x20000, 0x8000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
# <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if_addr.h>, <linux/if.h>
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLMSG_ERROR = 0x1, 0x4, 0x400, 2
RTM_NEWLINK, RTM_NEWADDR, RTM_NEWROUTE = 16, 20, 24
IFLA_MTU, IFLA_TXQLEN, IFLA_AF_SPEC, IFLA_INET6_ADDR_GEN_MODE = 4, 13, 26, 8
IFA_ADDRESS, IFA_LOCAL, IFA_F_NODAD = 1, 2, 0x02
RTA_OIF, RT_TABLE_MAIN, RTPROT_STATIC, RTN_UNICAST, RT_SCOPE_UNIVERSE = 4, 254, 4, 1, 0
IFF_UP, LO = 0x1, 1

libc = ctypes.CDLL(None, use_errno=True)
Message = tuple[int, int, bytes]  # a netlink request: its type, its flags, its body


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


def enter_namespaces() -> None:
    """Namespaces of our own, inside a user namespace; root goes without where that is refused."""
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
        return
    try:
        write("/proc/self/setgroups", "deny")  # before gid_map, or that is refused
        write("/proc/self/uid_map", f"0 {user} 1")
        write("/proc/self/gid_map", f"0 {group} 1")
    except OSError as error:
        raise Refused("map", error) from None


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


# ---- the network of one host, in one netlink message


def attribute(kind: int, data: bytes) -> bytes:
    """A struct rtattr, padded to four bytes."""
    return struct.pack("HH", 4 + len(data), kind) + data + bytes(-len(data) % 4)


def link(index: int, flags: int, attributes: bytes = b"") -> Message:
    return RTM_NEWLINK, 0, struct.pack("BxHiII", 0, 0, index, flags, flags) + attributes


def address(index: int, text: str, prefix: int) -> Message:
    """An address, of use at once: nobody else can have it, so nobody is asked (NODAD)."""
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    packed = socket.inet_pton(family, text)
    head = struct.pack("BBBBi", family, prefix, IFA_F_NODAD, RT_SCOPE_UNIVERSE, index)
    both = attribute(IFA_LOCAL, packed) + attribute(IFA_ADDRESS, packed)
    return RTM_NEWADDR, NLM_F_CREATE, head + both


def route(index: int, family: int) -> Message:
    """Everything goes onto the wire, which knows who is there and who is not."""
    kinds = (RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST)
    head = struct.pack("BBBBBBBBI", family, 0, 0, 0, *kinds, 0)
    return RTM_NEWROUTE, NLM_F_CREATE, head + attribute(RTA_OIF, struct.pack("i", index))


def network(addresses: list[str], mtu: int) -> list[Message]:
    """Both devices up, the TUN with its addresses (IPv4 /16, IPv6 /64) and the way to all else."""
    tun = socket.if_nametoindex(DEVICE)
    sizes = attribute(IFLA_MTU, struct.pack("I", mtu)) + attribute(
        IFLA_TXQLEN, struct.pack("I", QUEUE)
    )
    six = any(":" in one for one in addresses)
    if six:
        # No link-local address: the kernel would ask for routers, and nobody is one.
        mode = attribute(IFLA_INET6_ADDR_GEN_MODE, b"\1")
        sizes += attribute(IFLA_AF_SPEC, attribute(socket.AF_INET6, mode))
    asked = [link(LO, IFF_UP), link(tun, 0, sizes), link(tun, IFF_UP)]
    asked += [address(tun, one, 64 if ":" in one else 16) for one in addresses]
    asked.append(route(tun, socket.AF_INET))
    return [*asked, route(tun, socket.AF_INET6)] if six else asked


def configure(requests: list[Message]) -> None:
    """Have the kernel do all of it. Raises OSError for the first that it refuses."""
    message = b""
    for number, (kind, flags, body) in enumerate(requests, start=1):
        flags |= NLM_F_REQUEST | NLM_F_ACK
        message += struct.pack("IHHII", 16 + len(body), kind, flags, number, 0) + body
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
        channel.send(message)
        answered = 0
        while answered < len(requests):
            data = channel.recv(REQUEST)
            while data:
                length, kind, _, number, _ = struct.unpack_from("IHHII", data)
                if kind == NLMSG_ERROR:
                    (problem,) = struct.unpack_from("i", data, 16)
                    if problem:
                        said = os.strerror(-problem)
                        raise OSError(-problem, f"{said} (netlink request {number})")
                    answered += 1
                data = data[(length + 3) & ~3 :]


# ---- requests


class Helper:
    """The hosts by number, each a descriptor of its network namespace."""

    def __init__(self, channel: socket.socket, spare: int) -> None:
        self._channel = channel
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
            else:
                answer(self._channel, opened)
                for descriptor in opened:
                    os.close(descriptor)
            finally:
                for descriptor in given:
                    os.close(descriptor)

    def do_host(
        self, _: list[int], addresses: list[str], mtu: int, sysctls: dict[str, object]
    ) -> list[int]:
        """A new host; gives its TUN device."""
        tun, self._spare = self._spare, None
        if tun is None:
            try:
                call("unshare", CLONE_NEWNET)
            except OSError as error:
                raise Refused("net", error) from None
            tun = new_tun()
        try:
            for name, value in sysctls.items():
                write(f"/proc/sys/net/{name}", str(value))
            configure(network(addresses, mtu))
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

    def do_sysctl(self, _: list[int], host: int, name: str, value: object) -> list[int]:
        self._enter(host)
        write(f"/proc/sys/net/{name}", str(value))
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
            numbers = map(str, given)
            os.execv(sys.executable, [sys.executable, "-I", "-S", runner, *numbers])
        finally:
            os._exit(1)

    def _enter(self, host: int) -> None:
        call("setns", self._hosts[host], CLONE_NEWNET)


def answer(channel: socket.socket, descriptors: list[int] | None = None, **fields: object) -> None:
    socket.send_fds(channel, [marshal.dumps(fields)], descriptors or [])


def main(descriptor: str) -> None:
    channel = socket.socket(fileno=int(descriptor))
    try:
        enter_namespaces()
        # For the first host: so an obstacle is told of before there is one.
        tun = new_tun()
    except Refused as refused:
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
    answer(channel)
    Helper(channel, tun).serve()


if __name__ == "__main__":
    main(sys.argv[1])
