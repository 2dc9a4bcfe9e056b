"""Hosts on real sockets: what the loopback world and the kernel world have in common.

A world brings the ground its hosts stand on (`ground.py`): where their sockets are made, and which
addresses may be given to one. All else is here once.

    ground.py       what a world says about its hosts' sockets
    core.py         what the parts of one lab share: open sockets, errors of apps, limits reached
    calls.py        the clock, the count against the limits, and the log of socket calls
    limits.py       how much a lab may do
    host.py         a host: listens, connects
    connection.py   one end of a TCP connection, for a learner's hands
    listener.py     a listening port
    udp.py          a UDP socket, for a learner's hands
    server.py       the one thread in which apps run
    conversation.py what an app's session asks for, done with a TCP socket
    datagrams.py    the same with a UDP socket
    ends.py         addresses and ports, as sockets are told them
    opening.py      makes, binds and connects sockets, each address looked at by the guard
    failures.py     what the system's errors mean, in words
    readiness.py    which of many sockets can be read or written
"""
