"""The program that lives inside a kernel host's network namespace.

It makes the namespace and its TUN device, hands the TUN over the Unix socket it was given, and
then opens sockets and sets sysctls there on request, until the other side is closed. Started by
`kernel_host.py` as `python -I -S kernel_helper.py FD PLAN`; standard library only, and nothing
heavy: it has to be ready in a few tens of milliseconds. No `ip`, no other program.
"""

import json
import os
import socket
import struct
import sys

DEVICE = "portlab0"
REQUEST = 65536  # bytes: the longest request or answer
PATIENCE = 10.0  # seconds: for the kernel to bring an address into use

# <linux/sched.h>, <linux/if_tun.h>, <linux/if.h>, <linux/sockios.h>
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 0x1
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFMTU, SIOCGIFINDEX = 0x8916, 0x891C, 0x8922, 0x8933
NETLINK_ROUTE, RTMGRP_IPV6_ROUTE = 0, 0x400  # <linux/netlink.h>, <linux/rtnetlink.h>
IFREQ = 40  # bytes: sizeof(struct ifreq)


def unshare(flags):
    """The system call; `os.unshare` came with Python 3.12."""
    if hasattr(os, "unshare"):
        os.unshare(flags)
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(flags):
        number = ctypes.get_errno()
        raise OSError(number, f"unshare: {os.strerror(number)}")


def new_network():
    """A network namespace: as root just so, as anybody else inside a user namespace."""
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        try:
            return unshare(CLONE_NEWNET)
        except PermissionError:
            pass  # root in a container without CAP_SYS_ADMIN is anybody else
    unshare(CLONE_NEWUSER | CLONE_NEWNET)
    write("/proc/self/setgroups", "deny")  # user_namespaces(7): before gid_map
    write("/proc/self/uid_map", f"0 {user} 1")
    write("/proc/self/gid_map", f"0 {group} 1")
    return None


def write(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def sysctl(name, value):
    """Of this namespace: /proc/sys/net shows the namespace of whoever opens it."""
    write(f"/proc/sys/{name}", str(value))


def interface(control, request, payload=b"", name=DEVICE):
    import fcntl

    argument = struct.pack(f"16s{IFREQ - 16}s", name.encode(), payload)
    return fcntl.ioctl(control, request, argument)[16:]


def up(control, name):
    (flags,) = struct.unpack_from("H", interface(control, SIOCGIFFLAGS, name=name))
    interface(control, SIOCSIFFLAGS, struct.pack("H", flags | IFF_UP), name)


def ipv4(address):
    """A struct sockaddr_in."""
    return struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))


def new_tun(plan):
    """The TUN device, with addresses and routes; gives its descriptor."""
    import fcntl

    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", DEVICE.encode(), IFF_TUN | IFF_NO_PI))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        up(control, "lo")
        interface(control, SIOCSIFMTU, struct.pack("i", plan["mtu"]))
        interface(control, SIOCSIFADDR, ipv4(plan["address"]))
        interface(control, SIOCSIFNETMASK, ipv4("255.255.255.0"))
        if plan["address6"] is None:
            # An MTU under 1280 has taken IPv6 off the device already.
            if os.path.exists(f"/proc/sys/net/ipv6/conf/{DEVICE}"):
                sysctl(f"net/ipv6/conf/{DEVICE}/disable_ipv6", 1)
        else:
            # Without a link-local address the kernel never asks for routers.
            sysctl(f"net/ipv6/conf/{DEVICE}/addr_gen_mode", 1)
        up(control, DEVICE)
        (index,) = struct.unpack_from("i", interface(control, SIOCGIFINDEX))
    if plan["address6"] is not None:
        add_ipv6(plan["address6"], index)
    return tun


def add_ipv6(address, index):
    """Add `address`/64 to interface number `index`, and wait until it can be used.

    The kernel clears an address for use and routes to it in its own time, a few milliseconds
    later; the route, told over netlink, comes last.
    """
    import fcntl

    packed = socket.inet_pton(socket.AF_INET6, address)
    with (
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as control,
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_ROUTE) as routes,
    ):
        routes.bind((0, RTMGRP_IPV6_ROUTE))
        routes.settimeout(PATIENCE)
        fcntl.ioctl(control, SIOCSIFADDR, struct.pack("16sIi", packed, 64, index))
        while packed not in routes.recv(REQUEST):
            pass


def answer(channel, descriptors=(), **fields):
    socket.send_fds(channel, [json.dumps(fields).encode()], descriptors)


def serve(channel):
    """One request, one answer, until the other side is closed."""
    while request := channel.recv(REQUEST):
        try:
            match json.loads(request):
                case ["socket", family, kind, protocol]:
                    with socket.socket(family, kind, protocol) as made:
                        answer(channel, [made.fileno()])
                case ["sysctl", name, value]:
                    sysctl(name, value)
                    answer(channel)
        except OSError as error:
            answer(channel, error=[error.errno, str(error)])


def main(descriptor, plan):
    channel = socket.socket(fileno=int(descriptor))
    try:
        new_network()
        for name, value in plan["sysctls"].items():
            sysctl(name, value)
        tun = new_tun(plan)
    except OSError as error:
        answer(channel, error=[error.errno, str(error)])
        return
    answer(channel, [tun])
    os.close(tun)
    serve(channel)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
