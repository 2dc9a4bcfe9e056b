"""The one thread that runs a lab's network on the wall clock.

It sleeps until a TUN device has a packet, until something is due, or until the bell rings. No
interrupt reaches it, and it prints nothing: what goes wrong in it is reported to the lab's core.
"""

import contextlib
import select
import socket
import threading

from portlab.errors import PortlabError
from portlab.network.network import Node
from portlab.packets import Packet
from portlab.worlds.kernel.node import KernelNode
from portlab.worlds.kernel.wall import WallNetwork
from portlab.worlds.sockets.core import Core

_AT_ONCE = 64
"""Packets taken from one device before the others have their turn."""

_TORN = (
    "A call on a model host of this lab was interrupted in the middle of a step, so its wire "
    "carries nothing any more. What it recorded is still in lab.trace; open a new Lab to go on."
)
_LONGEST = 3600.0
_PATIENCE = 5.0


class WireThread:
    """`start` it, `add` nodes, `ring` when there may be something to do, `stop` it."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._nodes: dict[int, KernelNode] = {}
        self._poll: select.epoll | None = None
        self._bell: socket.socket | None = None
        self._ears: socket.socket | None = None
        self._network: WallNetwork | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, network: WallNetwork) -> None:
        """In a thread that no interrupt reaches, which could lose a descriptor."""
        self._network = network
        self._poll = select.epoll()
        self._bell, self._ears = socket.socketpair()
        self._bell.setblocking(False)
        self._ears.setblocking(False)
        self._poll.register(self._ears, select.EPOLLIN)
        self._thread = threading.Thread(target=self._main, name="portlab wire", daemon=True)
        self._thread.start()

    def add(self, node: KernelNode) -> None:
        """From now on carry what `node` sends."""
        assert self._network is not None
        assert self._poll is not None
        self._nodes[node.tun.fileno()] = node
        with self._network.acting():
            self._network.add(node)
        self._poll.register(node.tun, select.EPOLLIN)

    def ring(self) -> None:
        """Look again at what is due. From any thread but the wire's own."""
        if threading.current_thread() is not self._thread and self._bell is not None:
            with contextlib.suppress(OSError):  # full of rings already, or closed
                self._bell.send(b"\0")

    def stop(self) -> None:
        """End the thread and close the devices. Safe to repeat."""
        self._stopping = True
        if self._network is not None:
            self._network.let_go()
        self.ring()
        if self._thread is not None and self._thread.is_alive():
            self._thread.join(_PATIENCE)
        for one in (self._poll, self._bell, self._ears, *self._nodes.values()):
            if one is not None:
                one.close()

    # ---- in the thread

    def _main(self) -> None:
        network = self._network
        assert network is not None
        assert self._poll is not None
        try:
            while not self._stopping:
                arrived = self._wait(network, self._poll)
                if network.is_torn:
                    self._core.break_off(_TORN)
                if network.is_over:
                    continue
                try:
                    network.move(arrived)
                except PortlabError as error:
                    self._core.report("", error)
        except BaseException as error:  # nobody else would hear of it: this is a thread's end
            self._core.report("of portlab that carries packets", error)

    def _wait(self, network: WallNetwork, poll: select.epoll) -> list[tuple[Node, Packet]]:
        """What the devices have given, once there is something, or once something is due."""
        due = None if network.is_over else network.next_event()
        seconds = _LONGEST if due is None else max(0.0, (due - network.clock()) / 1_000_000)
        arrived: list[tuple[Node, Packet]] = []
        for number, _ in poll.poll(seconds):
            node = self._nodes.get(number)
            if node is None:
                assert self._ears is not None
                with contextlib.suppress(BlockingIOError):
                    self._ears.recv(4096)
            else:
                arrived += [(node, packet) for packet in node.read(_AT_ONCE)]
                if node.gone:
                    poll.unregister(number)
        return arrived
