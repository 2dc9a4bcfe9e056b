"""The conversation of FTP on port 21: commands in lines, replies that begin with three digits.

While a file travels, or a port is being opened, commands wait: replies come in the order of the
commands. ABOR alone is seen while it waits, and what is under way is broken off for it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from portlab.apps.app import (
    Action,
    Address,
    Close,
    Connect,
    Data,
    Event,
    Listening,
    Opened,
    PeerClosed,
    Reset,
    Tell,
    Told,
    Wake,
    Woken,
)
from portlab.apps.ftp.addresses import from_extended, from_six_numbers
from portlab.apps.ftp.data import BROKEN, NOT_OPENED, TOO_MUCH, Bring, Ended, Take, Transfer
from portlab.apps.ftp.paths import Paths, ascii_from_network, ascii_to_network
from portlab.apps.ftp.way import Way, reply
from portlab.apps.lines import Lines
from portlab.apps.store import Store

_MOST_WAITING = 128_000
_MOST_GUESSES = 3
_PATIENCE = 30.0  # seconds; a connection for a file on which nothing has moved since is given up
_IDLE = 10  # times so long without a command, and it hangs up
_TELNET = b"\xff\xf4\xf2"  # Telnet's IAC, IP and DM, which some clients send before ABOR
_BEFORE_LOGIN = ("USER", "PASS", "QUIT", "NOOP", "FEAT", "SYST", "HELP", "AUTH")
_FEATURES = ("EPRT", "EPSV", "REST STREAM", "SIZE", "UTF8")  # in the order of the alphabet


class Control:
    """The session: who is there, in which folder, and how the next file is to travel."""

    def __init__(
        self,
        store: Store,
        users: Mapping[str, str],
        local: Address,
        peer: Address,
        source: int,
    ) -> None:
        self._store = store
        self._users = users
        self._source = source
        self._lines = Lines()
        self._paths = Paths(store)
        self._user: str | None = None
        self._logged_in = False
        self._guesses = 0
        self._binary = False
        self._rest = 0
        self._way = Way(self, local, peer)
        # What commands wait for, and what to do with its bytes.
        self._under_way: Transfer | None = None
        self._keep: Callable[[bytes], str | None] | None = None
        self._idle = 0
        self._over = False

    def handle(self, event: Event) -> Iterable[Action]:
        match event:
            case Opened():
                yield reply("220 portlab FTP server. Log in as student, or as anonymous.")
                yield Wake(_PATIENCE)
            case Data(data) if not self._over:
                self._idle = 0
                self._lines.feed(data)
                yield from self._work()
            case Listening(address):
                yield self._way.is_open(address)
                yield from self._work()
            case Told(Ended() as ended) if ended.transfer is self._under_way:
                yield self._end_of(ended)
                yield from self._work()
            case Told(Ended() as ended):
                self._way.forget(ended.transfer)  # broken off before there was anything to do
            case Woken() if not self._over:
                yield from self._look_around()
            case PeerClosed() | Reset():
                if self._under_way is not None:  # as if ABOR and QUIT were said (RFC 959 4.1.1)
                    yield from self._stop(self._under_way)
                if not self._over and isinstance(event, PeerClosed):
                    yield Close()
                self._over = True

    def _look_around(self) -> Iterator[Action]:
        """Now and then: whether anybody is still there."""
        transfer = self._under_way
        if transfer is None:
            self._idle += 1
        elif transfer.moved:
            transfer.moved = False
        else:
            yield from self._break_off(transfer, BROKEN if transfer.opened else NOT_OPENED)
            yield from self._work()
        if self._idle >= _IDLE:
            self._over = True
            yield reply("421 You said nothing for a long time.")
            yield Close()
        elif not self._over:
            yield Wake(_PATIENCE)

    def _work(self) -> Iterator[Action]:
        """Do the commands that wait, up to the first that takes time and is not broken off."""
        yield from self._obey()
        while self._under_way is not None and any(map(_is_abor, self._lines.ahead())):
            yield from self._break_off(self._under_way, BROKEN)
            yield from self._obey()

    def _obey(self) -> Iterator[Action]:
        for line in () if self._busy else self._lines:
            if line is None:
                yield reply("500 That line is too long.")
            else:
                yield from self._command(line.lstrip(_TELNET).decode("utf-8", "replace"))
            if self._over or self._busy:
                break
        if self._lines.waiting > _MOST_WAITING and not self._over:
            self._over = True
            yield reply("421 Too many commands at once.")
            yield Close()

    @property
    def _busy(self) -> bool:
        return self._way.opening is not None or self._under_way is not None

    def _command(self, line: str) -> Iterator[Action]:
        verb, _, argument = line.partition(" ")
        verb = verb.upper()
        do = getattr(self, f"_on_{verb.lower()}", None) if verb.isascii() else None
        if do is None:
            yield reply("502 That command is not known here.")
        elif not argument.isprintable():
            yield reply("501 No control characters.")
        elif not self._logged_in and verb not in _BEFORE_LOGIN:
            yield reply("530 Log in with USER and PASS first.")
        else:
            found = do(argument)
            if isinstance(found, str):
                yield reply(found)
            else:
                yield from found
            if verb != "REST":
                self._rest = 0

    # ---- who

    def _on_user(self, name: str) -> str:
        self._user, self._logged_in = name, False
        return "331 And the password? Give it with PASS."

    def _on_pass(self, password: str) -> Iterator[Action]:
        if self._user is None:
            yield reply("503 Say who you are first, with USER.")
            return
        anonymous = self._user in ("anonymous", "ftp")
        if anonymous or self._users.get(self._user) == password:
            self._logged_in = True
            self._paths.writable = not anonymous
            yield reply("230 Logged in." if not anonymous else "230 Logged in, to read only.")
            return
        self._guesses += 1
        yield reply("530 Wrong name or password.")
        if self._guesses >= _MOST_GUESSES:  # RFC 2577 section 5
            self._over = True
            yield reply("421 Too many wrong guesses. Goodbye.")
            yield Close()

    def _on_quit(self, _: str) -> Iterator[Action]:
        self._over = True
        yield reply("221 Goodbye.")
        yield Close()

    # ---- small talk

    def _on_noop(self, _: str) -> str:
        return "200 Nothing done."

    def _on_syst(self, _: str) -> str:
        return "215 UNIX Type: L8"

    def _on_feat(self, _: str) -> str:
        return "\r\n".join(["211-Beyond RFC 959:", *(f" {one}" for one in _FEATURES), "211 End"])

    def _on_help(self, _: str) -> str:
        known = sorted(name[4:].upper() for name in dir(self) if name.startswith("_on_"))
        return "214 " + " ".join(known)

    def _on_auth(self, _: str) -> str:
        return "502 No TLS here: all that is said can be read on the way."

    def _on_abor(self, _: str) -> str:
        return "226 Nothing is under way."

    def _on_type(self, kind: str) -> str:
        kind = kind.upper()
        if kind not in ("A", "A N", "I", "L 8"):
            return "504 Only TYPE A (text) and TYPE I (bytes as they are)."
        self._binary = kind in ("I", "L 8")
        return f"200 Files travel as {'bytes' if self._binary else 'text'} now."

    def _on_mode(self, mode: str) -> str:
        return "200 MODE S." if mode.upper() == "S" else "504 Only MODE S, a stream."

    def _on_stru(self, structure: str) -> str:
        return "200 STRU F." if structure.upper() == "F" else "504 Only STRU F, a file."

    def _on_rest(self, offset: str) -> str:
        if not (offset.isascii() and offset.isdigit() and len(offset) < 12):
            return "501 From which byte?"
        self._rest = int(offset)
        return f"350 The next file begins at byte {self._rest}."

    # ---- folders and files, without a transfer

    def _on_pwd(self, _: str) -> str:
        return f"257 {self._paths.quoted} is the folder."

    def _on_cwd(self, path: str) -> str:
        return self._paths.enter(path)

    def _on_cdup(self, _: str) -> str:
        return self._paths.enter("..")

    def _on_dele(self, path: str) -> str:
        return self._paths.delete(path)

    def _on_size(self, path: str) -> str:
        data = self._paths.read(path)
        return "550 There is no such file." if data is None else f"213 {len(self._typed(data))}"

    # ---- where the next file is to travel

    def _on_pasv(self, _: str) -> Iterator[Action]:
        return self._way.pasv()

    def _on_epsv(self, which: str) -> Iterator[Action]:
        return self._way.epsv(which)

    def _on_port(self, text: str) -> str:
        return self._way.to_be_called(from_six_numbers(text))

    def _on_eprt(self, text: str) -> str:
        return self._way.to_be_called(from_extended(text))

    # ---- transfers

    def _on_retr(self, path: str) -> Iterator[Action]:
        data = self._paths.read(path)
        if data is None:
            yield reply("550 There is no such file.")
        else:
            yield from self._transfer(Bring(self._typed(data)[self._rest :]), path)

    def _on_list(self, path: str) -> Iterator[Action]:
        yield from self._bring_lines(self._paths.listing(path))

    def _on_nlst(self, path: str) -> Iterator[Action]:
        yield from self._bring_lines(self._paths.names(path))

    def _bring_lines(self, lines: list[str] | None) -> Iterator[Action]:
        if lines is None:
            yield reply("550 There is no such file or folder.")
        else:
            text = "".join(f"{line}\r\n" for line in lines).encode()
            yield from self._transfer(Bring(text), "the list")

    def _on_stor(self, path: str) -> Iterator[Action]:
        refusal, room = self._paths.may_write(path)
        if refusal:
            yield reply(refusal)
            return
        full, first = self._paths.full(path), (self._paths.read(path) or b"")[: self._rest]

        def keep(data: bytes) -> str | None:
            whole = first + (data if self._binary else ascii_from_network(data))
            refusal, room = self._paths.may_write(path)  # others wrote while it travelled
            if refusal or len(whole) > room:
                return refusal or TOO_MUCH
            self._store.put(full, whole)
            return None

        self._keep = keep
        yield from self._transfer(Take(room - len(first)), path)

    def _transfer(self, task: Bring | Take, what: str) -> Iterator[Action]:
        transfer, call = self._way.take()
        if transfer is None:
            yield reply("425 Say PASV, EPSV, PORT or EPRT first.")
            return
        self._under_way = transfer
        yield reply(f"150 Here it goes: {what}.")
        yield transfer.begin(task)
        if call is not None:
            yield Connect(call, transfer, source_port=self._source)

    def _break_off(self, transfer: Transfer, why: str) -> Iterator[Action]:
        yield from self._stop(transfer)
        yield self._end_of(Ended(transfer, problem=why))

    def _stop(self, transfer: Transfer) -> Iterator[Action]:
        """Nobody waits for it any more."""
        transfer.give_up()
        yield Tell(transfer, None)

    def _end_of(self, ended: Ended) -> Action:
        keep, self._under_way, self._keep = self._keep, None, None
        problem = ended.problem or (keep(ended.data) if keep else None)
        return reply(problem or "226 That was all.")

    def _typed(self, data: bytes) -> bytes:
        return data if self._binary else ascii_to_network(data)


def _is_abor(line: bytes) -> bool:
    return line.lstrip(_TELNET).upper() == b"ABOR"
