"""The one thread that runs a lab's network on the wall clock.

It sleeps until a TUN device has a packet, until something is due, or until the bell rings. No
interrupt reaches it, and it prints nothing: what goes wrong in it is reported to the lab's core.
"""

import contextlib
import os
import select
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
        self._poll = select.epoll()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._poll.register(self._bell, select.EPOLLIN)
        self._network: WallNetwork | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self, network: WallNetwork) -> None:
        self._network = network
        self._thread = threading.Thread(target=self._main, name="portlab wire", daemon=True)
        self._thread.start()

    def add(self, node: KernelNode) -> None:
        """From now on carry what `node` sends."""
        assert self._network is not None
        assert node.tun is not None
        self._nodes[node.tun] = node
        with self._network.acting():
            self._network.add(node)
        self._poll.register(node.tun, select.EPOLLIN)

    def ring(self) -> None:
        """Look again at what is due. From any thread but the wire's own."""
        if threading.current_thread() is not self._thread and not self._poll.closed:
            with contextlib.suppress(OSError):
                os.eventfd_write(self._bell, 1)

    def stop(self) -> None:
        """End the thread and close the devices. Safe to repeat."""
        self._stopping = True
        if self._network is not None:
            self._network.let_go()
        self.ring()
        if self._thread is not None and self._thread.ident is not None:
            self._thread.join(_PATIENCE)
        if not self._poll.closed:
            self._poll.close()
            os.close(self._bell)
        for node in self._nodes.values():
            node.close()

    # ---- in the thread

    def _main(self) -> None:
        network = self._network
        assert network is not None
        try:
            while not self._stopping:
                arrived = self._wait(network)
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

    def _wait(self, network: WallNetwork) -> list[tuple[Node, Packet]]:
        """What the devices have given, once there is something, or once something is due."""
        due = None if network.is_over else network.next_event()
        seconds = _LONGEST if due is None else max(0.0, (due - network.clock()) / 1_000_000)
        arrived: list[tuple[Node, Packet]] = []
        for number, _ in self._poll.poll(seconds):
            node = self._nodes.get(number)
            if node is None:
                with contextlib.suppress(BlockingIOError):
                    os.eventfd_read(self._bell)
            else:
                arrived += [(node, packet) for packet in node.read(_AT_ONCE)]
                if node.gone:
                    self._poll.unregister(number)
        return arrived
