"""The system calls of a script on the model host: descriptors by the script's numbers."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from portlab.apps.app import Address
from portlab.errors import AddressError, PortInUse
from portlab.network.clock import MILLISECOND
from portlab.packets import packed, unpacked
from portlab.scripts.arguments import (
    PORT,
    argument,
    descriptor,
    named,
    names,
    number,
    payload,
    sockaddr,
    unlike,
)
from portlab.scripts.lines import Call, Fields, Name, Value
from portlab.scripts.model_datagrams import Datagrams
from portlab.scripts.model_sockets import Fails, Stream, WouldWait
from portlab.scripts.socket_options import compare_option, set_option
from portlab.scripts.subject import Ends, Returned, Waiting
from portlab.tcp import Config

if TYPE_CHECKING:
    from portlab.network.stack import Stack

_WRITING = frozenset({"connect", "write", "send", "sendto"})
_ALWAYS = {"POLLERR", "POLLHUP"}


class ModelCalls:
    """All descriptors of one host. `remote` is whom `...` calls."""

    def __init__(self, stack: "Stack", remote: str, config: Config) -> None:
        self._stack = stack
        self._remote = remote
        self._config = config
        self._open: dict[int, Stream | Datagrams] = {}
        self._do: dict[str, Callable[[Call], int | tuple[int, str]]] = {
            "socket": self._socket,
            "bind": self._bind,
            "listen": self._listen,
            "accept": self._accept,
            "connect": self._connect,
            "read": self._read,
            "recv": self._read,
            "recvfrom": self._read,
            "write": self._write,
            "send": self._write,
            "sendto": self._write,
            "shutdown": self._shutdown,
            "close": self._close,
            "setsockopt": self._setsockopt,
            "getsockopt": self._getsockopt,
            "fcntl": self._fcntl,
            "poll": self._poll,
        }

    def start(self, call: Call) -> Returned | Waiting:
        """Make the call; it waits if there is nothing to return yet and its descriptor may."""
        try:
            return self._returned(call, self._do[call.name])
        except WouldWait:
            return self._waiting(call)

    def ends(self, number: int) -> Ends | None:
        held = self._open.get(number)
        if held is None:
            return None
        if isinstance(held, Stream) and held.socket is not None:
            return Ends("tcp", held.socket.local, held.socket.remote)
        proto = "tcp" if isinstance(held, Stream) else "udp"
        peer = held.socket.peer if isinstance(held, Datagrams) and held.socket else None
        if held.bound is None:
            return Ends(proto, None, peer)
        local = held.bound[0] or self._stack.addresses[0]
        return Ends(proto, (local, held.bound[1]), peer)

    # ---- returning now, or later

    def _returned(self, call: Call, do: Callable[[Call], int | tuple[int, str]]) -> Returned:
        try:
            result = do(call)
        except Fails as fails:
            return Returned(-1, fails.errno)
        except PortInUse:
            return Returned(-1, "EADDRINUSE")
        except AddressError:
            return Returned(-1, "EADDRNOTAVAIL")
        value, wrong = result if isinstance(result, tuple) else (result, "")
        return Returned(value, None, wrong)

    def _waiting(self, call: Call) -> Returned | Waiting:
        """A call that found nothing to return."""
        if call.name == "poll":
            return self._waiting_poll(call)
        held = self._held(call)
        connecting = call.name == "connect"
        if not held.blocking or "MSG_DONTWAIT" in names(argument(call, 3)):
            return Returned(-1, "EINPROGRESS" if connecting else "EAGAIN")
        event = "POLLOUT" if call.name in _WRITING else "POLLIN"
        do = self._connected if connecting else self._do[call.name]
        return Waiting(lambda: event in held.events(), lambda: self._returned(call, do))

    def _waiting_poll(self, call: Call) -> Waiting:
        network, timeout = self._stack.network, number(argument(call, 2))
        end = network.now + timeout * MILLISECOND if timeout >= 0 else None

        def ready() -> bool:
            return self._look(call)[0] > 0 or (end is not None and network.now >= end)

        return Waiting(ready, lambda: self._returned(call, self._look))

    # ---- the calls

    def _stream(self, call: Call) -> Stream:
        held = self._held(call)
        if not isinstance(held, Stream):
            raise Fails("EOPNOTSUPP")
        return held

    def _held(self, call: Call) -> Stream | Datagrams:
        held = self._open.get(descriptor(call))
        if held is None:
            raise Fails("EBADF")
        return held

    def _keep(self, call: Call, held: Stream | Datagrams) -> int:
        """Under the number that the script expects, or the lowest that is free."""
        wanted = call.result if isinstance(call.result, int) else -1
        if wanted < 0 or wanted in self._open:
            wanted = next(n for n in range(3, 4 + len(self._open)) if n not in self._open)
        self._open[wanted] = held
        return wanted

    def _socket(self, call: Call) -> int:
        kind, protocol = names(argument(call, 1)), names(argument(call, 2))
        stream = "SOCK_STREAM" in kind
        if protocol and protocol <= {"IPPROTO_UDP" if stream else "IPPROTO_TCP"}:
            raise Fails("EPROTONOSUPPORT")
        family = argument(call, 0)
        six = family == Name("AF_INET6") or (family is ... and ":" in self._remote)
        make = Stream if stream else Datagrams
        held = make(self._stack, six, self._config, blocking="SOCK_NONBLOCK" not in kind)
        return self._keep(call, held)

    def _bind(self, call: Call) -> int:
        held = self._held(call)
        if held.bound is not None:
            raise Fails("EINVAL")
        given = sockaddr(argument(call, 1))
        address, port = given or ("", PORT)
        own = None if address in ("", "0.0.0.0", "::") else self._stack.bindable(address)
        if isinstance(held, Datagrams):
            held.bind(own, port)
            return 0
        if any(other.port == port for other in self._stack.tcp.listening()):
            raise Fails("EADDRINUSE")
        held.bound = own, port
        return 0

    def _listen(self, call: Call) -> int:
        self._stream(call).listen(number(argument(call, 1)))
        return 0

    def _accept(self, call: Call) -> int:
        return self._keep(call, self._stream(call).accept())

    def _connect(self, call: Call) -> int:
        self._held(call).connect(self._peer(argument(call, 1)))
        return 0

    def _connected(self, call: Call) -> int:
        self._stream(call).connected()
        return 0

    def _peer(self, value: Value) -> Address:
        """Whom a call names; `...` is the script. Fails for an address of the other family."""
        address, port = sockaddr(value) or (self._remote, PORT)
        peer = unpacked(packed(address))
        if (":" in peer) != (":" in self._remote):
            raise Fails("EAFNOSUPPORT")
        return peer, port

    def _read(self, call: Call) -> tuple[int, str]:
        data = self._held(call).read(number(argument(call, 2)))
        return len(data), unlike(call, data)

    def _write(self, call: Call) -> int:
        held, data = self._held(call), payload(call)
        if isinstance(held, Stream):
            return held.write(data)
        given = argument(call, 4)
        named_peer = call.name == "sendto" and given not in (0, Name("NULL"))
        fixed = held.socket is not None and held.socket.peer is not None and given is ...
        return held.write(data, self._peer(given) if named_peer and not fixed else None)

    def _shutdown(self, call: Call) -> int:
        how = named("shutdown", argument(call, 1))
        self._stream(call).shutdown(
            how in ("SHUT_RD", "SHUT_RDWR"), how in ("SHUT_WR", "SHUT_RDWR")
        )
        return 0

    def _close(self, call: Call) -> int:
        self._held(call).close()
        del self._open[descriptor(call)]
        return 0

    def _fcntl(self, call: Call) -> int:
        held = self._held(call)
        if named("fcntl", argument(call, 1)) == "F_GETFL":
            return 2 if held.blocking else 2 | 0o4000
        held.blocking = "O_NONBLOCK" not in names(argument(call, 2))
        return 0

    def _setsockopt(self, call: Call) -> int:
        set_option(self._held(call), call)
        return 0

    def _getsockopt(self, call: Call) -> tuple[int, str]:
        return 0, compare_option(self._held(call), call)

    def _poll(self, call: Call) -> int | tuple[int, str]:
        if self._look(call)[0] or not number(argument(call, 2)):
            return self._look(call)
        raise WouldWait

    def _look(self, call: Call) -> tuple[int, str]:
        """How many descriptors have something to tell, and where that is not what was expected."""
        given, wrong, ready = argument(call, 0), "", 0
        for one in given if isinstance(given, tuple) else ():
            if not isinstance(one, Fields):
                continue
            at = one.get("fd")
            held = self._open.get(at) if isinstance(at, int) else None
            asked = names(one.get("events") or 0) | _ALWAYS
            seen = {"POLLNVAL"} if held is None else held.events() & asked
            expected = names(one.get("revents") or 0) - {"0"}
            ready += bool(seen)
            if seen != expected:
                said = "|".join(sorted(seen)) or "nothing"
                wrong = f"for descriptor {named('', one.get('fd') or 0)} it saw {said}"
        return ready, wrong
