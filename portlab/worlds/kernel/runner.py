"""The program that prepares a program of this computer to run in a host.

The helper starts it in the host's network namespace, as `python -I -S runner.py USERS FD FD FD FD`:
whether (1 or 0) there is a user namespace; standard input, output and error of the program, and the
channel to whoever waits, on which first the plan comes and then the outcome goes. It closes what
could lead out of the lab (mount namespace, system call filter), and starts the program in a PID
namespace of its own. When the program ends, or whoever waits does, everything in that ends too.

Standard library only. See mount_namespaces(7), pid_namespaces(7), seccomp(2).
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import struct
import sys

# <linux/sched.h>, <linux/mount.h>, <linux/prctl.h>
CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWPID = 0x20000, 0x4000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
# <linux/filter.h>, <linux/seccomp.h>: struct seccomp_data is nr, arch, instruction pointer, args
LOAD, IS, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
NUMBER, ARCHITECTURE, FIRST, SECOND = 0, 4, 16, 24
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
IO_URING_SETUP, X32 = 425, 0x40000000
ENOSYS, EAFNOSUPPORT = 38, 97
MACHINES = {  # its name: AUDIT_ARCH, socket, socketpair
    "x86_64": (0xC000003E, 41, 53),
    "aarch64": (0xC00000B7, 198, 199),
    "riscv64": (0xC00000F3, 198, 199),
}
FAMILIES = (2, 10, 16, 17)  # IPv4, IPv6, netlink, packet: those that a network namespace bounds

LONGEST_PLAN = 1 << 20  # bytes

# RFC 6724 2.1, the default policy table: prefix, precedence, label. The C library's own is older
# and prefers the lab's IPv6 addresses (fd00::/8) to its IPv4 ones.
POLICY = (
    ("::1/128", 50, 0),
    ("::/0", 40, 1),
    ("::ffff:0:0/96", 35, 4),
    ("2002::/16", 30, 2),
    ("2001::/32", 5, 5),
    ("fc00::/7", 3, 13),
    ("::/96", 1, 3),
    ("fec0::/10", 1, 11),
    ("3ffe::/16", 1, 12),
)

libc = ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> None:
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def mount(source: str, target: str, kind: str, flags: int) -> None:
    call("mount", source.encode(), target.encode(), kind.encode(), flags, None)


# ---- what could lead out


def close_doors(hosts: str) -> None:
    """An empty /run, where Unix sockets of services are, and name look-ups that ask nobody.

    Of a host's addresses the IPv4 one is tried first, as everywhere in a lab.
    """
    mount("none", "/", "none", MS_REC | MS_PRIVATE)
    for folder in ("/run", "/var/run"):
        if os.path.isdir(folder) and not os.path.islink(folder):
            mount("none", folder, "tmpfs", MS_NOSUID | MS_NODEV)
    texts = {
        "/etc/hosts": hosts,
        "/etc/resolv.conf": "# A lab has no name server.\n",
        "/etc/nsswitch.conf": "hosts: files\nservices: files\nprotocols: files\n"
        "passwd: files\ngroup: files\n",
        "/etc/gai.conf": "".join(
            f"precedence {prefix} {precedence}\nlabel {prefix} {label}\n"
            for prefix, precedence, label in POLICY
        ),
    }
    for path, text in texts.items():
        own = f"/run/{os.path.basename(path)}"
        with open(own, "w") as file:
            file.write(text)
        target = os.path.realpath(path)
        if not os.path.exists(target):  # it points into the /run that is hidden now
            if not target.startswith(("/run/", "/var/run/")):
                continue
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with open(target, "w"):
                pass
        mount(own, target, "none", MS_BIND)


def filter_calls() -> None:
    """Let the program open sockets of the network namespace only: a Unix socket's path leads to
    this computer, wherever it is. Not even by the side doors of other machine languages.
    """
    machine = os.uname().machine
    if machine not in MACHINES:
        raise OSError(ENOSYS, f"no filter for Unix sockets is known for {machine}")
    architecture, make, make_pair = MACHINES[machine]
    count = len(FAMILIES)
    program = [
        (LOAD, 0, 0, ARCHITECTURE),
        (IS, 1, 0, architecture),
        (RETURN, 0, 0, ERRNO | ENOSYS),
        (LOAD, 0, 0, NUMBER),
        (AT_LEAST, 0, 1, X32),
        (RETURN, 0, 0, ERRNO | ENOSYS),
        (IS, 0, 1, IO_URING_SETUP),  # it opens sockets without the call
        (RETURN, 0, 0, ERRNO | ENOSYS),
        (IS, 0, count + 3, make),
        (LOAD, 0, 0, FIRST),
        *((IS, count - place, 0, family) for place, family in enumerate(FAMILIES)),
        (RETURN, 0, 0, ERRNO | EAFNOSUPPORT),
        (RETURN, 0, 0, ALLOW),
        (IS, 0, 4, make_pair),
        (LOAD, 0, 0, SECOND),
        (AND, 0, 0, 0xF),
        (IS, 0, 1, socket.SOCK_DGRAM),  # a pair of these can still be sent elsewhere
        (RETURN, 0, 0, ERRNO | EAFNOSUPPORT),
        (RETURN, 0, 0, ALLOW),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    size, address = len(program), ctypes.addressof(code)
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", size, address))
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.c_void_p(ctypes.addressof(header)))


# ---- the program


def tell(channel: socket.socket, **what: object) -> None:
    with contextlib.suppress(OSError):  # nobody waits any more
        channel.send(json.dumps(what).encode())


def enter_folder(folder: str) -> None:
    """Or the nearest above it: one under /run is hidden."""
    while folder != "/":
        try:
            os.chdir(folder)
        except FileNotFoundError:
            folder = os.path.dirname(folder)
        else:
            return
    os.chdir("/")


def start(plan: dict[str, object], streams: list[int], channel: socket.socket) -> None:
    """Become the program. Comes back only if that fails."""
    try:
        os.setsid()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        enter_folder(str(plan["folder"]))
        filter_calls()
        argv, environment = plan["argv"], plan["environment"]
        assert isinstance(argv, list)
        assert isinstance(environment, dict)
        os.execve(str(plan["program"]), argv, environment)
    except OSError as error:
        tell(channel, error=[error.errno, str(error)])


def watch(program: int, channel: socket.socket, streams: list[int]) -> None:
    """Wait for the program or for the end of whoever waits; we are process 1 and end with it."""
    for stream in streams:
        os.close(stream)
    ended = select.poll()
    descriptor = os.pidfd_open(program)
    ended.register(descriptor, select.POLLIN)
    ended.register(channel, select.POLLIN)
    ready = [number for number, _ in ended.poll()]
    if descriptor in ready:
        _, status = os.waitpid(program, 0)
        end_the_others()
        tell(channel, status=os.waitstatus_to_exitcode(status))


def end_the_others() -> None:
    """What the program has left running, in whichever session: all of this PID namespace."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def own_processes(*, own_users: bool) -> None:
    """A /proc of the new PID namespace, in which no process of this computer is seen."""
    try:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    except OSError:
        # A container may forbid it. Who is root in a user namespace of ours alone cannot look into
        # this computer's processes through the old /proc; its own root could (namespaces, files).
        if not own_users:
            raise


def main(*numbers: str) -> None:
    own_users, *streams, number = map(int, numbers)
    channel = socket.socket(fileno=number)
    channel.set_inheritable(False)
    plan = json.loads(channel.recv(LONGEST_PLAN))
    try:
        call("unshare", CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWPID)
        name = plan["host"].encode()
        call("sethostname", name, len(name))
        close_doors(plan["hosts"])
        if os.fork():
            return
        own_processes(own_users=bool(own_users))
    except OSError as error:
        tell(channel, error=[error.errno, str(error)])
        return
    program = os.fork()
    if program:
        watch(program, channel, streams)
    else:
        start(plan, streams, channel)
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
