"""The oracle itself: a kernel host is Linux, alone with its wire, and leaves nothing behind."""

import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.oracle.kernel_host import KernelHost
from tests.requires import needs

needs("kernel")

SO_NETNS_COOKIE = 71


def children():
    """The processes that this one started and that still exist, dead ones not yet waited for too.

    A child belongs to the thread that made it.
    """
    tasks = Path("/proc/self/task").iterdir()
    return {pid for task in tasks for pid in (task / "children").read_text().split()}


def descriptors():
    """What this process has open."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:
            continue  # the directory itself
    return sorted(found)


def cookie(one):
    return one.getsockopt(socket.SOL_SOCKET, SO_NETNS_COOKIE, 8)


def test_what_the_kernel_sends_comes_out_of_read():
    with KernelHost() as host:
        udp = host.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.sendto(b"hello", (host.peer, 7))
        packet = host.read(5)
        assert packet[:1] == b"\x45"
        assert packet[12:20] == bytes([10, 0, 0, 1, 10, 0, 0, 2])
        assert packet.endswith(b"hello")


def test_nobody_asks_for_routers_or_neighbours():
    with KernelHost() as host:
        assert host.read(0.2) is None


def test_ipv6_works_at_once_and_can_be_left_out():
    with KernelHost() as host:
        host.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"six", (host.peer6, 7))
        assert host.read(5).endswith(b"six")
    with KernelHost(address6=None) as host:
        alone = host.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        with pytest.raises(OSError, match=r"unreachable|assign"):
            alone.sendto(b"six", (host.peer6, 7))
        assert host.read(0.1) is None


def test_what_goes_to_the_world_outside_comes_out_of_read():
    with KernelHost() as host:
        for address in ("192.0.2.1", "8.8.8.8"):
            one = host.socket()
            one.setblocking(False)
            one.connect_ex((address, 53))
            assert host.read(5)[16:20] == socket.inet_aton(address)
        with pytest.raises(ConnectionRefusedError):
            host.socket().connect(("127.0.0.1", 53))


def test_ports_below_1024_need_no_administrator():
    with KernelHost() as host:
        web = host.socket()
        web.bind((host.address, 80))
        web.listen()
        assert web.getsockname() == ("10.0.0.1", 80)


def test_sockets_live_in_a_namespace_of_their_own():
    with KernelHost() as one, KernelHost() as other, socket.socket() as here:
        assert len({cookie(here), cookie(one.socket()), cookie(other.socket())}) == 3


@pytest.mark.parametrize("timestamps", [0, 1])
def test_sysctls_are_the_hosts_own(timestamps):
    before = Path("/proc/sys/net/ipv4/tcp_timestamps").read_text()
    with KernelHost(sysctls={"net/ipv4/tcp_timestamps": timestamps}) as host:
        caller = host.socket()
        caller.setblocking(False)
        caller.connect_ex((host.peer, 80))
        syn = host.read(5)
        header = 4 * (syn[32] >> 4)
        assert header == (40 if timestamps else 32)
    assert Path("/proc/sys/net/ipv4/tcp_timestamps").read_text() == before


def test_a_sysctl_that_does_not_exist_is_an_error_and_leaves_nothing():
    open_before = descriptors()
    with pytest.raises(FileNotFoundError):
        KernelHost(sysctls={"net/ipv4/tcp_wishes": 1})
    assert (descriptors(), children()) == (open_before, set())


def test_the_mtu_bounds_what_the_kernel_sends():
    with KernelHost(mtu=1280) as host:
        host.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x" * 3000, (host.peer, 7))
        sizes = [len(host.read(5)) for _ in range(3)]
        assert max(sizes) <= 1280
        assert sum(sizes) == 3000 + 8 + 3 * 20


def test_twenty_in_a_row_leave_no_process_or_descriptor():
    open_before = descriptors()
    for _ in range(20):
        with KernelHost() as host:
            left_open = host.socket()
            left_open.bind((host.address, 80))
            left_open.listen()
            host.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b"x", (host.peer6, 7))
            caller = host.socket()
            caller.setblocking(False)
            caller.connect_ex((host.peer, 80))  # a SYN is still in flight when it ends
        assert left_open.fileno() == -1
    assert descriptors() == open_before
    assert children() == set()


def test_a_host_ends_when_its_owner_is_killed():
    """kill -9 leaves no time to clean up; the helper sees the end of file."""
    owner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from tests.oracle.kernel_host import KernelHost\n"
            "host = KernelHost()\n"
            "print(host.pid, flush=True)\n"
            "input()",
        ],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        helper = os.pidfd_open(int(owner.stdout.readline()))
        owner.kill()
    try:
        # A pidfd becomes readable when its process has ended.
        ended = select.poll()
        ended.register(helper, select.POLLIN)
        assert ended.poll(10_000)
    finally:
        os.close(helper)
