"""One call at a time: what every call from outside enters before it changes a network."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING

from portlab.errors import LabError, PortlabError

if TYPE_CHECKING:
    from portlab.network.network import Network, Node


class Acting(AbstractContextManager[None]):
    """See `Network.acting`."""

    def __init__(self, network: "Network", node: "Node | None") -> None:
        self._network = network
        self._node = node

    def __enter__(self) -> None:
        network = self._network
        if network._closed:
            raise LabError(
                "This lab is closed: nothing can be done in it any more, though what it recorded "
                "is still in lab.trace. Open a new Lab."
            )
        if network._broken:
            raise LabError(
                "This lab was interrupted in the middle of a step, so it cannot go on. What it "
                "recorded is still in lab.trace; open a new Lab to go on."
            )
        if network._acting:
            raise LabError(
                "This lab is busy with another call. A lab is used from one thread, and a program "
                "inside it acts by returning actions such as Send and Connect, not by calling "
                "the lab."
            )
        network._acting = True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        try:
            network = self._network
            network._acting = False
            if kind is not None and not issubclass(kind, PortlabError):
                network._broken = True
            elif self._node is not None:
                network._timers.set(self._node, self._node.next_deadline())
        except BaseException:  # an interrupt: only now, and yet in the middle of a step
            self._network._acting = False
            self._network._broken = True
            raise
