"""The port map: where each number stands, what the registry says, and what is laid on it.

The oracle is the registry's file itself, read here line by line and counted by hand.
"""

import csv
import socket
import struct
from collections import Counter
from pathlib import Path

import pytest

from portlab import listening_ports, material, port_map, search, service
from portlab.errors import PortError, PortlabError
from portlab.trace.trace import Trace
from portlab.views.port_map import PortMap
from portlab.views.ports.layout import layout, name_of
from portlab.views.ports.shapes import KINDS, SIGNS, Kind, PortSet, place, port_at
from tests.requires import needs
from tests.views import stories


@pytest.fixture(scope="module")
def transports() -> dict[int, set[str]]:
    """Straight from the file: for each assigned number its transports."""
    found: dict[int, set[str]] = {}
    with (material.data() / "registry.csv").open(newline="") as file:
        for line in csv.DictReader(file):
            found.setdefault(int(line["port"]), set()).add(line["transport"])
    return found


# ---- where a number stands -----------------------------------------------------------------------


def test_every_number_has_a_place_of_its_own_which_is_its_two_bytes() -> None:
    places = [place(port) for port in range(65536)]
    assert len(set(places)) == 65536
    for port, at in enumerate(places):
        assert struct.pack("!H", port) == bytes(at)
        assert port_at(*at) == port


def test_ranges_begin_and_end_with_a_row() -> None:
    for band in layout().bands:
        assert place(band.range.first)[1] == 0
        assert place(band.range.last)[1] == 255


@pytest.mark.parametrize("wrong", [70000, -1, 65536, "http", 1.5, True])
def test_what_is_no_port_has_no_place(wrong: object) -> None:
    with pytest.raises(PortError, match="is not a port"):
        place(wrong)  # type: ignore[arg-type]


# ---- what the registry says ----------------------------------------------------------------------


def test_kinds_are_those_of_the_registry(transports: dict[int, set[str]]) -> None:
    expected: dict[frozenset[str], Kind] = {
        frozenset(): "none",
        frozenset({"tcp"}): "tcp",
        frozenset({"udp"}): "udp",
        frozenset({"tcp", "udp"}): "both",
    }
    shown = layout()
    for port in range(65536):
        has = transports.get(port, set())
        main = frozenset(has & {"tcp", "udp"})
        assert shown.kind(port) == ("other" if has and not main else expected[main]), port


def test_counts_of_the_ranges_are_those_of_the_file(transports: dict[int, set[str]]) -> None:
    text = str(port_map())
    for first, last in ((0, 1023), (1024, 49151)):
        inside = [has for port, has in transports.items() if first <= port <= last]
        kinds = Counter(frozenset(has & {"tcp", "udp"}) for has in inside)
        total = last - first + 1
        line = one_line(text, f"{first} to {last}")
        assert f"{len(inside):,} of {total:,} assigned" in line
        assert f"{kinds[frozenset({'tcp', 'udp'})]:,} for TCP and UDP" in line
        assert f"{kinds[frozenset({'tcp'})]:,} for TCP only" in line
        assert f"{kinds[frozenset({'udp'})]:,} for UDP only" in line
        assert f"{total - len(inside):,} free" in line
    assert "never assigned, 16,384 numbers" in one_line(text, "49152 to 65535")
    assert f"All together: {len(transports):,} of 65,536" in text


def one_line(text: str, containing: str) -> str:
    """The sentence with these words, its line breaks undone."""
    lines = text.replace("\n", " ").replace("System ports", "\nSystem ports")
    lines = lines.replace("User ports", "\nUser ports").replace(
        "Dynamic ports,", "\nDynamic ports,"
    )
    return next(line for line in lines.split("\n") if containing in line)


def test_stretches_are_whole_and_the_longest(transports: dict[int, set[str]]) -> None:
    shown = layout()
    for stretches, assigned in ((shown.full, True), (shown.gaps, False)):
        lengths = [len(one) for one in stretches]
        assert lengths == sorted(lengths, reverse=True)
        for one in stretches:
            assert all((p in transports) is assigned for p in range(one.first, one.last + 1))
            assert (one.first - 1 in transports) is not assigned
            assert (one.last + 1 in transports) is not assigned
    run = longest = 0
    for port in range(49152):
        run = run + 1 if port in transports else 0
        longest = max(longest, run)
    assert len(shown.full[0]) == longest


def test_half_and_nine_tenths_are_counted(transports: dict[int, set[str]]) -> None:
    shown = layout()
    for at, part in ((shown.half, 0.5), (shown.most, 0.9)):
        below = sum(port <= at for port in transports)
        assert at in transports
        assert abs(below / len(transports) - part) < 0.001


def test_the_numbers_for_clients_are_linuxs_own() -> None:
    needs("usual-ports")
    assert [layout().clients.first, layout().clients.last] == [32768, 60999]


# ---- names ---------------------------------------------------------------------------------------


def test_names_are_the_catalogues_and_else_the_registrys() -> None:
    for what in ("https", "ssh", "dns"):
        one = service(what)
        assert name_of(one.number) == f"{one.short}, {one.everyday}"
    assert name_of(1) == "tcpmux"
    assert name_of(50000) == ""


def test_zero_is_told_to_be_reserved_and_counts_as_free() -> None:
    assert "      0  system  reserved: it asks a system to choose a port" in str(port_map({0}))
    assert layout().kind(0) == "none"


def test_a_number_with_two_services_names_both() -> None:
    assert "rsh" in name_of(514)
    assert "Syslog" in name_of(514)


# ---- what is laid on it --------------------------------------------------------------------------


def spots(shown: PortMap) -> dict[str, list[int]]:
    return {laid.name: [spot.port for spot in laid.spots] for laid in shown.layout.laid}


def test_numbers_are_told_with_name_and_range() -> None:
    text = str(port_map({443, 22, 60000, 61000}, "this computer listens"))
    assert text.endswith("""\
this computer listens: 4 ports, marked with a circle; 2 system and 2 dynamic.
     22  system   SSH, secure remote login
    443  system   HTTPS, encrypted web pages
  60000  dynamic  not assigned, among Linux's for clients
  61000  dynamic  not assigned""")


def test_everything_that_is_a_set_of_ports_can_be_laid_on_it() -> None:
    assert spots(port_map()) == {}
    assert spots(port_map(443)) == {"chosen": [443]}
    assert spots(port_map(service("https"))) == {"chosen": [443]}
    assert spots(port_map(range(5, 2, -1), "few")) == {"few": [3, 4, 5]}
    assert spots(port_map([0, 0])) == {"chosen": [0]}
    mail = [one.number for one in search("mail")]
    assert spots(port_map(search("mail"), "mail")) == {"mail": sorted(mail)}
    both = {"mine": {1}, "yours": PortSet("theirs", frozenset({2}))}
    assert spots(port_map(both)) == {"mine": [1], "yours": [2]}
    assert spots(port_map(PortSet("own name", frozenset({2})))) == {"own name": [2]}


def test_a_trace_shows_its_servers_and_its_clients() -> None:
    trace = stories.handshake()
    client, server = trace[0].sport, trace[0].dport
    shown = port_map(trace)
    assert spots(shown) == {"servers' ports": [server], "clients' ports": [client]}
    assert "who spoke first" not in str(shown)
    assert "who spoke first" in str(port_map(stories.udp_refused()))


def test_a_long_name_goes_on_below_itself() -> None:
    *_, first, second = str(port_map({514})).splitlines()
    assert first.startswith("    514  system  rsh, ")
    assert len(second) - len(second.lstrip()) == len("    514  system  ")


def test_each_set_has_a_sign_of_its_own() -> None:
    shown = port_map({f"set {n}": {n} for n in range(6)})
    assert [laid.sign for laid in shown.layout.laid] == list(SIGNS)


def test_a_long_set_is_cut_in_the_list_and_counted_whole() -> None:
    shown = port_map(range(1000, 2000), "a scan")
    assert "a scan: 1,000 ports" in str(shown)
    assert str(shown).endswith("... and 960 more.")
    assert len(shown.text(limit=None).splitlines()) > 1000
    with pytest.raises(PortlabError, match="limit=1 or more"):
        shown.text(limit=0)


def test_a_name_from_outside_stays_on_its_line_and_plain_terminals_are_spared() -> None:
    text = port_map({22}, "red \x1b[31m\nnaïve").text(ascii=True)
    assert r"red \x1b[31m\nna\xefve: 1 port" in text
    assert text.isascii()


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        (70000, PortError, "70000 is not a port"),
        ({22, -1}, PortError, "-1 is not a port"),
        ("https", PortError, "give the number itself"),
        (["https"], PortError, "give the number itself"),
        ({"web": {80, "https"}}, PortError, "give the number itself"),
        ([None], PortError, "is not a port"),
        (set(), PortlabError, "'chosen' is empty"),
        ({"a": {1}, "b": ()}, PortlabError, "'b' is empty"),
        ({}, PortlabError, "no sets here"),
        ({"a": {"b": {1}}}, PortlabError, "no set of ports"),
        ({str(n): {n} for n in range(7)}, PortlabError, "tells 6 sets apart, and here are 7"),
        (Trace(), PortlabError, "no ports to show"),
    ],
)
def test_what_cannot_be_laid_on_it_is_refused_with_a_remedy(
    wrong: object, error: type[PortlabError], said: str
) -> None:
    with pytest.raises(error, match=said):
        port_map(wrong)  # type: ignore[call-overload]


def test_a_name_names_one_set() -> None:
    with pytest.raises(PortlabError, match="have names of their own"):
        port_map({"a": {1}}, "b")
    with pytest.raises(PortlabError, match="no set of ports"):
        port_map(None, "b")


# ---- this computer -------------------------------------------------------------------------------


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_this_computers_listeners_are_those_that_listen(
    transport: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(type=kind) as listener, socket.socket(type=kind) as other:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        if transport == "tcp":
            listener.listen()
        other.connect(("127.0.0.1", port))
        found = listening_ports(transport)
        assert port in found
        assert other.getsockname()[1] not in found
        assert port in spots(port_map(found))[found.name]
    assert port not in listening_ports(transport)


def test_stored_outputs_show_an_example_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTLAB_STATIC", "1")
    for transport in ("tcp", "udp"):
        text = str(port_map(listening_ports(transport)))
        assert (
            f"an example of what this computer {'listens' if transport == 'tcp' else 'has'}" in text
        )
        assert "This is an example." in text


def test_where_only_ones_own_programs_can_be_seen_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on macOS: the whole list is for root, one's own programs can be asked one by one."""
    import psutil

    def refused(kind: str) -> None:
        raise psutil.AccessDenied

    monkeypatch.delenv("PORTLAB_STATIC", raising=False)
    monkeypatch.setattr(psutil, "net_connections", refused)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        found = listening_ports()
    assert listener.fileno() == -1
    assert found.ports
    assert "Only your own programs" in str(port_map(found))


def test_there_is_no_other_transport() -> None:
    with pytest.raises(PortlabError, match="TCP or UDP"):
        listening_ports("sctp")


# ---- as it is shown ------------------------------------------------------------------------------


def test_a_notebook_gets_text_and_picture() -> None:
    shown = port_map({22})
    data, sizes = shown._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"}
    assert data["text/plain"] == shown.text(ascii=False)
    assert sizes["image/png"]["width"] == 920


def test_it_is_saved_in_every_form_and_refused_in_others(tmp_path: Path) -> None:
    shown = port_map({22}, "chosen")
    for suffix, begins in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        shown.save(tmp_path / f"map{suffix}")
        assert (tmp_path / f"map{suffix}").read_bytes().startswith(begins)
    shown.save(tmp_path / "map.txt")
    assert (tmp_path / "map.txt").read_text() == f"{shown.text(ascii=False)}\n"
    with pytest.raises(PortlabError, match="End its name"):
        shown.save(tmp_path / "map.docx")


def test_its_repr_names_what_lies_on_it() -> None:
    assert repr(port_map()) == "<PortMap of 65,536 ports>"
    assert repr(port_map({1}, "one")) == "<PortMap of 65,536 ports and one>"
    assert KINDS[-1] == "none"


@pytest.mark.parametrize(
    ("port", "said"),
    [
        (0, "system ports, 0 to 1023, the first of them; reserved"),
        (1020, "system ports, 0 to 1023, 3 below the last; not assigned"),
        (1024, "user ports, 1024 to 49151, the first of them; "),
        (5432, "user ports, 1024 to 49151; PostgreSQL"),
        (49153, "dynamic ports, 49152 to 65535, 1 above the first; not assigned"),
        (65535, "dynamic ports, 49152 to 65535, the last of them; not assigned"),
    ],
)
def test_where_a_number_lies_is_said_and_marked_in_one_line(port: int, said: str) -> None:
    shown = port_map({port}, "mine").located()
    head, strip, arrow, *sentence = shown.splitlines()
    assert head.startswith("On the map")
    assert " ".join(" ".join(sentence).split()).startswith(f"mine: {port}, one of the {said}")
    assert strip.strip() == "s" * 1 + "u" * 47 + "d" * 16  # 1,024 numbers each
    assert arrow[3:] == " " * (port // 1024) + "^"
