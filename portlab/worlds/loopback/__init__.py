"""The loopback world: the real sockets of this computer, on 127.0.0.0/8 and ::1.

What it sees are socket calls; the packets stay in the kernel. Its hosts are names for parts of one
program: they all live at 127.0.0.1 and, where the computer has IPv6, at ::1.

    world.py        the world, and what lets it end whatever happens
    core.py         what the parts share: open sockets, errors of apps, limits reached
    calls.py        the log of socket calls, and the clock
    limits.py       how much a lab may do
    host.py         a host: listens, connects, shows its sockets
    connection.py   one end of a TCP connection, for a learner's hands
    listener.py     a listening port
    udp.py          a UDP socket, for a learner's hands
    server.py       the one thread in which apps run
    conversation.py what an app's session asks for, done with a TCP socket
    datagrams.py    the same with a UDP socket
    opening.py      makes, binds and connects sockets, each address looked at by the guard
    failures.py     what the system's errors mean, in words
    holders.py      who has a port
"""
