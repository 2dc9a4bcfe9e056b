"""The folder in which a client of FTP is, and what its commands may do with the files there."""

import re

from portlab.apps.store import Store, joined

_NO_FILE = "550 There is no such file."
_READ_ONLY = "550 You may read here, and no more."


class Paths:
    """Where one client is in the store. `writable` once it has logged in as somebody who may."""

    def __init__(self, store: Store) -> None:
        self.writable = False
        self._store = store
        self._folder = "/"

    @property
    def quoted(self) -> str:
        """The folder between marks; a mark inside is doubled (RFC 959 appendix II)."""
        return '"' + self._folder.replace('"', '""') + '"'

    def full(self, path: str) -> str:
        return joined(self._folder, path)

    def enter(self, path: str) -> str:
        """Go to a folder; gives the reply."""
        folder = self.full(path)
        if not self._store.is_folder(folder):
            return "550 There is no such folder."
        self._folder = folder
        return f"250 Now in {self.quoted}."

    def read(self, path: str) -> bytes | None:
        return self._store.get(self.full(path))

    def delete(self, path: str) -> str:
        """Gives the reply."""
        if self.read(path) is None:
            return _NO_FILE
        if not self.writable:
            return _READ_ONLY
        self._store.remove(self.full(path))
        return "250 It is gone."

    def may_write(self, path: str) -> tuple[str | None, int]:
        """The reply that refuses it, or None, and how many bytes there is room for."""
        if not self.writable:
            return _READ_ONLY, 0
        room = self._store.room_for(self.full(path))
        return (None, room) if room else ("553 No file can have that name.", 0)

    def names(self, path: str) -> list[str] | None:
        """For NLST: bare names, written as far as the client wrote them."""
        full = self.full(path)
        if full in self._store:
            return [path]
        if not self._store.is_folder(full):
            return None
        start = f"{path.rstrip('/')}/" if path else ""
        return [start + name.rstrip("/") for name in self._store.entries(full)]

    def listing(self, path: str) -> list[str] | None:
        """For LIST: lines as `ls -l` writes them; options such as `-a` are left out."""
        words = [word for word in path.split(" ") if word and not word.startswith("-")]
        full = self.full(" ".join(words))
        if full in self._store:
            return [self._line(full, full.rpartition("/")[2])]
        if not self._store.is_folder(full):
            return None
        return [self._line(joined(full, name), name) for name in self._store.entries(full)]

    def _line(self, full: str, name: str) -> str:
        if name.endswith("/"):
            return f"drwxr-xr-x 1 portlab portlab {0:>9} Jan  1 00:00 {name[:-1]}"
        return f"-rw-r--r-- 1 portlab portlab {len(self._store[full]):>9} Jan  1 00:00 {name}"


def ascii_to_network(data: bytes) -> bytes:
    """Text as TYPE A sends it: every line ends with CR LF (RFC 959 3.1.1.1).

    >>> ascii_to_network(b"one\\ntwo\\r\\n")
    b'one\\r\\ntwo\\r\\n'
    """
    return re.sub(rb"(?<!\r)\n", b"\r\n", data)


def ascii_from_network(data: bytes) -> bytes:
    """What was sent as text, with the ends of lines that it has here."""
    return data.replace(b"\r\n", b"\n")
