"""The loopback world: the real sockets of this computer, on 127.0.0.0/8 and ::1.

What it sees are socket calls; the packets stay in the kernel, unless they are captured. Its hosts
are names for parts of one program: they all live at 127.0.0.1 and, where the computer has IPv6, at
::1. How sockets are used is in `portlab.worlds.sockets`; here is what is this world's own.

    world.py        the world, and what lets it end whatever happens
    host.py         a host: what it cannot do, and its socket table
    ground.py       where its sockets are made, and what the guard says
    holders.py      who has a port
    tap.py          what the system shows of the packets on loopback, where it lets a program look
    capture.py      which of them are a lab's
"""
