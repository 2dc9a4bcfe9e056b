"""A catalogue as somebody edits it at night: each slip has its file, its line and its remedy."""

from pathlib import Path

import pytest

from portlab import material
from portlab.errors import CatalogueError, PortlabError
from portlab.services import catalogue as all_services
from portlab.services import registry as whole_registry
from portlab.services.catalogue import COLUMNS, read
from portlab.services.registry import read as read_registry

GOOD = {
    "number": "80", "name": "http", "short": "HTTP", "long": "Hypertext", "everyday": "pages",
    "also": "web; www", "registered": "tcp; udp", "used": "tcp", "status": "assigned",
    "standing": "current", "level": "by heart", "purpose": "Pages are fetched.",
    "encrypted": "never", "partners": "", "replaced_by": "", "rfc": "9110; 9112", "exam": "2.8",
    "hook": "80 looks like glasses.", "note": "",
}  # fmt: skip


def line(**changed: str) -> str:
    return ",".join({**GOOD, **changed}.values())


def written(folder: Path, *lines: str, name: str = "services.csv") -> Path:
    file = folder / name
    file.write_text("\n".join([",".join(COLUMNS), *lines, ""]), encoding="utf-8")
    return file


def test_a_row_becomes_a_service(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, line()))
    assert (one.number, one.also, one.registered) == (80, ("web", "www"), ("tcp", "udp"))
    assert (one.rfc, one.exam, one.partners, one.note) == ((9110, 9112), ("2.8",), (), "")


@pytest.mark.parametrize(("column", "value", "said"), [
    ("number", "eighty", "write a whole number from 1 to 65535"),
    ("number", "70000", "'70000' is no port"),
    ("number", "0", "'0' is no port"),
    ("number", "\N{SUPERSCRIPT TWO}", "is no port"),
    ("name", "", "it is empty"),
    ("purpose", " ", "it is empty"),
    ("used", "", "it is empty"),
    ("used", "tcp udp", "write tcp, udp, sctp or dccp"),
    ("registered", "tcp; tcp", "or one twice"),
    ("also", "web;;www", "empty part"),
    ("status", "by custom", "write assigned or by convention"),
    ("standing", "old", "write current or legacy"),
    ("level", "by head", "write by heart, recognise or look up"),
    ("encrypted", "yes", "write always, can be or never"),
    ("partners", "https", "names no kind"),
    ("partners", "https by magic", "write implicit TLS, STARTTLS or another protocol"),
    ("partners", "https by implicit TLS", "points to 'https', which is not in the catalogue"),
    ("replaced_by", "https", "points to 'https'"),
    ("rfc", "RFC 9110", "is no number of an RFC"),
    ("hook", "", "needs one"),
])  # fmt: skip
def test_a_slip_in_a_row(tmp_path: Path, column: str, value: str, said: str) -> None:
    file = written(tmp_path, line(name="first", number="1"), line(**{column: value}))
    with pytest.raises(CatalogueError) as caught:
        read(file)
    assert str(caught.value).startswith("services.csv, line 3: ")
    assert said in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("services.csv", 3)
    assert isinstance(caught.value, PortlabError)
    if "points to" not in said:
        assert f"Column {column}" in str(caught.value)


def test_a_hook_may_be_missing_where_nothing_is_to_be_learned(tmp_path: Path) -> None:
    (one,) = read(written(tmp_path, line(level="look up", hook="")))
    assert one.hook == ""


def test_a_name_twice_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"line 3: .*'http' is in line 2 as well"):
        read(written(tmp_path, line(), line(number="81")))


def test_a_comma_without_quotes_is_found(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"line 2: The line has 20 values.*double quotes"):
        read(written(tmp_path, line(purpose="Pages, and more.")))
    (one,) = read(written(tmp_path, line(purpose='"Pages, and more."')))
    assert one.purpose == "Pages, and more."


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """A text in quotes may go over several lines."""
    file = written(tmp_path, line(purpose='"Pages,\nand more."'), line(name="b", number="x"))
    with pytest.raises(CatalogueError, match="line 4"):
        read(file)


def test_columns_in_another_order_are_not_guessed_at(tmp_path: Path) -> None:
    file = tmp_path / "services.csv"
    for text in ("", ",".join(reversed(COLUMNS)) + "\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(CatalogueError, match="line 1: The columns must be `number,name,"):
            read(file)


@pytest.mark.parametrize(("row", "said"), [
    ("1,tcp", "A line has 3 values"),
    ("1,tcp,", "Write all of them"),
    ("x,tcp,echo", "'x' is no port number"),
    ("70000,tcp,echo", "'70000' is no port number"),
    ("7,icmp,echo", "'icmp' is no transport"),
])  # fmt: skip
def test_a_slip_in_the_registry(tmp_path: Path, row: str, said: str) -> None:
    file = tmp_path / "registry.csv"
    file.write_text(f"port,transport,service\n7,tcp,echo\n{row}\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"^registry\.csv, line 3: ") as caught:
        read_registry(file)
    assert said in str(caught.value)


def test_a_registry_without_its_heading_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "registry.csv"
    file.write_text("7,tcp,echo\n", encoding="utf-8")
    with pytest.raises(CatalogueError, match="line 1: The first line must be"):
        read_registry(file)


def test_the_registry_is_whole() -> None:
    """As many lines as the file has, each for another port and transport; none is dynamic."""
    lines = (material.data() / "registry.csv").read_text(encoding="utf-8").splitlines()
    registry = whole_registry()
    assert len(registry.assignments) == len(lines) - 1 > 11_000
    assert len({(one.number, one.transport) for one in registry.assignments}) == len(lines) - 1
    assert 0 < min(registry.numbers) <= max(registry.numbers) < 49152
    assert [one.name for one in registry.at(514)] == ["shell", "syslog"]
    assert registry.at(514, "udp")[0].name == "syslog"
    assert {one.number for one in registry.named("http-alt")} == {591, 8008, 8080}
    assert "http" in registry.names


def test_both_files_are_read_once() -> None:
    assert all_services() is all_services()
    assert whole_registry() is whole_registry()
