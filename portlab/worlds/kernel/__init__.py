"""The kernel world: real Linux TCP/IP, each host a network namespace on portlab's own wire.

How sockets are used is in `portlab.worlds.sockets`; here is what is this world's own.

    world.py        the world: its hosts, and its end, which comes whatever happens
    basement.py     what lies under one lab's hosts: helper, network and wire, without the world
    helper.py       the program in which the namespaces live
    netlink.py      the part of it that sets up a host's network, and ends its connections
    channel.py      our side of it: starts it and asks it
    node.py         a kernel host as the network sees it: a TUN device
    wall.py         the network on the wall clock, shared by the wire and by model hosts
    wire.py         the one thread that moves the packets
    host.py         a kernel host, for a learner's hands
    ground.py       where its sockets are made, and what the guard says
    opening.py      connections begun without waiting
    tables.py       the kernel's socket tables
    ping.py         ICMP echo, by a socket of the host
    inside.py       the standard library's sockets, made in a host
    names.py        what names mean there
    programs.py     programs of this computer, run in a host
    runner.py       the program that prepares that, inside
"""
