"""Files in memory, for the servers that hand them out: no path leads to this computer's disk."""

from collections.abc import Iterator, Mapping

FILES: Mapping[str, str | bytes] = {
    "/readme.txt": "Welcome to portlab.\nThese files live in the memory of a lab, on no disk.\n",
    "/pub/ports.txt": "ftp-data 20\nftp 21\nssh 22\ntelnet 23\nsmtp 25\n",
    "/pub/long.txt": "".join(f"This is line {number} of 1000.\n" for number in range(1, 1001)),
    "/boot/config.txt": "hostname switch-1\ninterface vlan 1\n ip address 192.0.2.2/24\n",
}
"""What file servers serve unless they are given other files."""

USERS: Mapping[str, str] = {"student": "sesame"}
"""Whom servers with a login let in, by name and password, unless they are given others."""

ROOM = 10_000_000
MOST = 1_000


class Store:
    """Contents by path, `/` first. A folder is there as long as something lies in it.

    Takes `room` bytes in at most a thousand files. Text is kept as UTF-8.
    """

    def __init__(self, files: Mapping[str, str | bytes] = FILES, *, room: int = ROOM) -> None:
        self._files = {
            "/" + path.strip("/"): one.encode() if isinstance(one, str) else bytes(one)
            for path, one in files.items()
        }
        self._room = room

    def __getitem__(self, path: str) -> bytes:
        return self._files[path]

    def get(self, path: str) -> bytes | None:
        return self._files.get(path)

    def __contains__(self, path: object) -> bool:
        return path in self._files

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._files))

    def room_for(self, path: str) -> int:
        """How many bytes a file of this name may have; 0 for a name that no file can have."""
        if path not in self._files and len(self._files) >= MOST:
            return 0
        if self.is_folder(path) or any(above in self._files for above in _above(path)):
            return 0
        others = sum(len(data) for name, data in self._files.items() if name != path)
        return max(0, self._room - others)

    def put(self, path: str, data: bytes) -> None:
        """Keep it; whoever calls has asked for `room_for` it."""
        self._files[path] = data

    def remove(self, path: str) -> None:
        del self._files[path]

    def is_folder(self, path: str) -> bool:
        return path == "/" or any(name.startswith(path + "/") for name in self._files)

    def entries(self, folder: str) -> list[str]:
        """The names that lie in a folder, those of folders with `/` behind them.

        >>> Store({"/a/b": "", "/a/c/d": ""}).entries("/a")
        ['b', 'c/']
        """
        start = folder.rstrip("/") + "/"
        below = [name[len(start) :] for name in self._files if name.startswith(start)]
        return sorted({name.partition("/")[0] + ("/" if "/" in name else "") for name in below})


def joined(folder: str, path: str) -> str:
    """Where `path` leads from `folder`; nothing leads above `/`.

    >>> joined("/pub", "ports.txt"), joined("/pub", "../../etc/./x"), joined("/pub", "/")
    ('/pub/ports.txt', '/etc/x', '/')
    """
    parts: list[str] = []
    for part in (path if path.startswith("/") else f"{folder}/{path}").split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def _above(path: str) -> Iterator[str]:
    while "/" in path[1:]:
        path = path.rpartition("/")[0]
        yield path
