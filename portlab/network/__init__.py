"""The network room: links and hosts that pass packets, and the one loop that moves them.

`network` is the loop; `link` and `faults` are what lies between hosts, and `rules` what a filter
there would ask; `stack` is a host's network software, with `tcp_sockets`, `udp_sockets`, `icmp` and
`programs`; `host`, `connection`, `listener` and `datagrams` are what a learner holds. Nothing is
imported here, so that naming a fault does not load a TCP.
"""
