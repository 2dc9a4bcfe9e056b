"""The network room: links and hosts that pass packets, and the one loop that moves them.

`network` is the loop, `link` and `faults` are what lies between hosts, `stack` is a host's
network software (`tcp_sockets`, `udp_sockets`, `icmp`, `programs`), and `host`, `connection`,
`listener` and `datagrams` are what a learner holds.
"""

from portlab.network.faults import Fault, delay, drop, duplicate, with_fault
from portlab.network.host import ModelHost
from portlab.network.link import Link
from portlab.network.network import Network, Node
from portlab.network.stack import Stack

__all__ = [
    "Fault",
    "Link",
    "ModelHost",
    "Network",
    "Node",
    "Stack",
    "delay",
    "drop",
    "duplicate",
    "with_fault",
]
