"""The house as the code's own imports draw it, and the rules they must keep.

A room is a module or a package right under `portlab/`. Imports are read with `ast`, those inside
functions too; nothing is imported. `docs/draw_imports.py` draws what is read here.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "portlab"

# Each floor may use those before it. Rooms of one floor may use each other as long as that does
# not go in a circle; `BESIDE` holds the one room that stands next to the stairs.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "material", "wording", "ports", "services", "host", "apps", "packets"),
    ("tcp",),
    ("system",),
    ("trace",),
    ("network",),
    ("worlds",),
    ("lab",),
    ("tools",),
    ("incidents", "claims"),
    ("quiz",),
    ("scripts",),
    ("course",),
    ("cli",),
)
BESIDE = {"views": ("trace", "quiz")}
"""A view stands above `trace` and below `quiz`; what lies between does not know it."""

FACADE = ("__init__", "__main__")
"""What opens the house from outside: they may use every room, and no room may use them."""

TOUCHES_THE_COMPUTER = {
    "socket", "os", "threading", "subprocess", "time",
    # The same by another door.
    "_socket", "_thread", "asyncio", "concurrent", "ctypes", "fcntl", "multiprocessing", "select",
    "selectors", "signal",
}  # fmt: skip
MAY_TOUCH_THE_COMPUTER = {"worlds", "system", "course", "cli"}
ON_MEMORY = {"ssl": ("apps/certificates.py", "apps/tls.py")}
"""A library that can work on memory instead of a socket, and the files that use it so."""
ON_SOCKETS = {"wrap_socket", "SSLSocket", "get_server_certificate", "socket", "create_connection"}
"""What those files must not use of it."""


@dataclass(frozen=True, slots=True, order=True)
class Import:
    """`module` (written absolutely) is imported in `file` by the room `room`."""

    room: str
    module: str
    file: str
    line: int

    @property
    def target(self) -> str | None:
        """The room it comes from, "" for the package itself, None for anything else."""
        head, *rest = self.module.split(".")
        if head != PACKAGE.name:
            return None
        return rest[0] if rest else ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def imports(package: Path = PACKAGE) -> list[Import]:
    """Every import statement below `package`, in order of file and line."""
    return [
        found
        for path in sorted(package.rglob("*.py"))
        for found in _in_file(path, path.relative_to(package))
    ]


def rooms(package: Path = PACKAGE) -> set[str]:
    """The rooms there are."""
    files = {path.stem for path in package.glob("*.py")} - set(FACADE)
    return files | {path.name for path in package.iterdir() if any(path.glob("**/*.py"))}


def edges(package: Path = PACKAGE) -> dict[str, set[str]]:
    """For each room the rooms it uses."""
    there = rooms(package)
    uses: dict[str, set[str]] = {room: set() for room in there}
    for found in imports(package):
        if found.room in there and found.target in there - {found.room}:
            uses[found.room].add(found.target)
    return uses


def breaches(package: Path = PACKAGE) -> list[str]:
    """Every import that goes where it must not, as sentences."""
    found = [
        f"{room} has no floor: name it in tests/architecture.py"
        for room in sorted(rooms(package) - set(_floor_of()))
    ]
    for one in imports(package):
        if one.module.startswith("."):
            found.append(f"{one}: a relative import; write it in full")
        elif one.room in FACADE:
            continue
        elif one.target is None:
            top = one.module.split(".")[0]
            if one.room in MAY_TOUCH_THE_COMPUTER:
                continue
            if top in ON_MEMORY and one.file.partition("/")[2] not in ON_MEMORY[top]:
                found.append(f"{one}: only {', '.join(ON_MEMORY[top])} do, on memory")
            if top in TOUCHES_THE_COMPUTER:
                found.append(f"{one}: only {sorted(MAY_TOUCH_THE_COMPUTER)} touch the computer")
        elif one.target in ("", *FACADE):
            found.append(f"{one}: a room uses rooms, not the front door")
        elif not may_use(one.room, one.target):
            found.append(f"{one}: {one.room} stands below {one.target}")
    found += _on_sockets(package)
    return found + [f"in a circle: {' > '.join(circle)}" for circle in _circles(edges(package))]


def _on_sockets(package: Path) -> Iterator[str]:
    for file in (file for files in ON_MEMORY.values() for file in files):
        path = package / file
        tree = ast.parse(path.read_text(encoding="utf-8") if path.exists() else "")
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.alias):
                name = node.attr if isinstance(node, ast.Attribute) else node.name
                if name in ON_SOCKETS:
                    yield f"{package.name}/{file}:{node.lineno} uses {name}, which is a socket's"


def may_use(room: str, other: str) -> bool:
    """Whether imports may run from `room` down to `other`."""
    floor = _floor_of()
    if room == other:
        return True
    if room not in floor or other not in floor:
        return False
    if room in BESIDE:
        return floor[other] <= floor[BESIDE[room][0]]
    if other in BESIDE:
        return floor[room] >= floor[BESIDE[other][1]]
    return floor[room] >= floor[other]


def _floor_of() -> dict[str, float]:
    floors = {room: float(number) for number, floor in enumerate(FLOORS) for room in floor}
    return floors | {room: floors[above] + 0.5 for room, (above, _) in BESIDE.items()}


def _in_file(path: Path, inside: Path) -> Iterator[Import]:
    room = inside.parts[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    where = f"{PACKAGE.name}/{inside.as_posix()}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [_written_in_full(node, alias.name) for alias in node.names]
        else:
            continue
        for name in dict.fromkeys(names):
            yield Import(room, name, where, node.lineno)


def _written_in_full(node: ast.ImportFrom, name: str) -> str:
    """`from portlab import lab` uses the room lab; `from portlab.lab import Lab` does too."""
    module = "." * node.level + (node.module or "")
    if module == PACKAGE.name and (name in _floor_of() or name in FACADE):
        return f"{module}.{name}"
    return module


def _circles(uses: dict[str, set[str]]) -> list[list[str]]:
    """One circle for each room that can reach itself by way of lower names only once."""
    circles = []
    for start in sorted(uses):
        paths = [[start]]
        seen = {start}
        while paths:
            path = paths.pop(0)
            for room in sorted(uses[path[-1]]):
                if room == start and start == min(path):
                    circles.append([*path, start])
                elif room not in seen:
                    seen.add(room)
                    paths.append([*path, room])
    return circles
