# ruff: noqa: RUF001 (look-alikes are what is tested)
"""Nothing leaves this computer: the guard against everything that looks like an address."""

import ipaddress
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps
from portlab.errors import AddressError, AppError, PortlabError
from portlab.host import Host
from portlab.worlds.guard import check_address

ODD_SPELLINGS = [
    *["0", "127.1", "127.0.1", "0x7f.1", "0x7f000001", "0x7f.0.0.1", "2130706433", "0177.0.0.1"],
    *["017700000001", "127.0.0.01", "127.0.0.1.", ".127.0.0.1", "127.0.0.1.0", "127.0.0.256"],
    *["127.0.0.-1", "127.0.0.1 ", " 127.0.0.1", "127.0.0.1\n", "127.0.0.1\x00", "127.0.0.1:80"],
    *["127.0.0.1/8", "１２７.0.0.1", "127。0。0。1", "127.0.0.١", "[::1]", "::1%lo", "::1%1"],
    *["::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "0:0:0:0:0:0:0:1", "::01", "::1/128"],
    *["::2", "LOCALHOST", "localhost.", "localhost.localdomain", "lo", "", " ", "ⅼocalhost"],
]
WILDCARDS = ["0.0.0.0", "::", "*"]
OUTSIDE = [
    *["10.0.0.1", "192.168.1.1", "169.254.1.1", "224.0.0.1", "255.255.255.255", "128.0.0.1"],
    *["126.255.255.255", "8.8.8.8", "fe80::1", "fe80::1%eth0", "fd00::1", "2001:db8::1", "ff02::1"],
    *["64:ff9b::7f00:1", "2002:7f00:1::"],
]
NAMES = ["example.com", "router", "localtest.me", "127.0.0.1.nip.io", "xn--nxasmq6b", "a" * 300]
NOT_TEXT = [None, 0, 1, 2130706433, 127.1, True, b"127.0.0.1", ("127.0.0.1", 80), ["::1"]]
NOT_TEXT += [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("8.8.8.8")]
REFUSED = [*ODD_SPELLINGS, *WILDCARDS, *OUTSIDE, *NAMES, *NOT_TEXT]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.255.255.255", "127.255.255.255"),
        ("127.0.0.0", "127.0.0.0"),
        ("::1", "::1"),
        ("localhost", "127.0.0.1"),
    ],
)
def test_loopback_passes(text: str, canonical: str) -> None:
    assert check_address(text) == canonical


@pytest.mark.parametrize("text", REFUSED)
def test_everything_else_is_refused_with_a_reason(text: object) -> None:
    with pytest.raises(AddressError) as refused:
        check_address(text)
    message = str(refused.value)
    assert message.endswith(
        "Use '127.0.0.1', '::1', 'localhost' or the name of a host of this lab."
    )
    assert len(message) > 110


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("192.0.2.1", "not this computer"),
        ("0.0.0.0", "every address"),
        ("::", "every address"),
        ("::1%lo", "interface"),
        ("::ffff:127.0.0.1", "IPv4 address in IPv6"),
        ("2001:db8::1", "::1"),
        ("127.1", "odd spelling"),
        ("0177.0.0.1", "odd spelling"),
        ("2130706433", "odd spelling"),
        ("example.com", "not looked up"),
        (2130706433, "is text"),
    ],
)
def test_the_reason_fits(text: object, reason: str) -> None:
    with pytest.raises(AddressError, match=reason):
        check_address(text)


@given(st.ip_addresses(v=4))
def test_of_all_ipv4_addresses_the_loopback_ones_pass(address: ipaddress.IPv4Address) -> None:
    if address.is_loopback:
        assert check_address(str(address)) == str(address)
    else:
        with pytest.raises(AddressError):
            check_address(str(address))


@given(st.ip_addresses(v=6))
def test_of_all_ipv6_addresses_one_passes(address: ipaddress.IPv6Address) -> None:
    if address.is_loopback:
        assert check_address(str(address)) == "::1"
    else:
        with pytest.raises(AddressError):
            check_address(str(address))


_PIECES = st.sampled_from([*"0123456789abcfx.:% \t\n/[]-", "127", "0x7f", "localhost", "::1", "１"])


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=12).map("".join)))
def test_what_passes_is_loopback_for_everybody(text: str) -> None:
    """Whatever spelling passes, the strict parser of Python and the system's agree on it."""
    try:
        passed = check_address(text)
    except AddressError:
        return
    assert text in (passed, "localhost")
    assert ipaddress.ip_address(passed).is_loopback
    family = socket.AF_INET6 if ":" in passed else socket.AF_INET
    assert socket.inet_ntop(family, socket.inet_pton(family, passed)) == passed


class Sly(str):
    """Text that claims to be other text."""

    def __str__(self) -> str:
        return "8.8.8.8"

    def __format__(self, spec: str) -> str:
        return "8.8.8.8"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash("127.0.0.1")


def test_sly_text_does_not_get_through() -> None:
    for wanted in ("8.8.8.8", "127.0.0.1"):
        try:
            passed = check_address(Sly(wanted))
        except AddressError:
            continue
        assert type(passed) is str
        assert ipaddress.ip_address(passed).is_loopback


# ---- the same through every door that leads to a socket ---------------------------------------


@pytest.fixture
def no_questions(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every look-up of a name; there must be none."""
    asked: list[object] = []

    def note(*args: object, **kwargs: object) -> None:
        asked.append(args)
        raise AssertionError(f"a name server would be asked about {args[0]!r}")

    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr", "getfqdn"):
        monkeypatch.setattr(socket, name, note)
    return asked


@pytest.mark.parametrize("peer", REFUSED)
def test_no_door_is_open(peer: object, no_questions: list[object]) -> None:
    with Lab("loopback") as lab:
        host: Host = lab.host("client")
        with pytest.raises(AddressError):
            host.connect(peer, 9, timeout=0.1)  # type: ignore[arg-type]
        if peer is not None:
            with pytest.raises(AddressError):
                host.listen(address=peer)  # type: ignore[arg-type]
            with pytest.raises(AddressError):
                host.udp(address=peer)  # type: ignore[arg-type]
        with host.udp() as sock:
            with pytest.raises(AddressError):
                sock.send_to(b"", peer, 9)  # type: ignore[arg-type]
            with pytest.raises(AddressError):
                sock.connect(peer, 9)  # type: ignore[arg-type]
        assert [record for record in lab.trace if record.call and record.call.length] == []
    assert no_questions == []


class Traitor:
    """An app that tries to get out, one action at a time."""

    name = "Traitor"

    def __init__(self, action: apps.Action) -> None:
        self._action = action

    def session(self, local: apps.Address, peer: apps.Address) -> "Traitor":
        return self

    def handle(self, event: apps.Event) -> list[apps.Action]:
        return [self._action] if isinstance(event, apps.Data | apps.Datagram) else []


@pytest.mark.parametrize("peer", REFUSED)
def test_no_app_gets_out(peer: object, no_questions: list[object]) -> None:
    way_out = (peer, 9)
    attempts: list[apps.Action] = [
        apps.SendTo(b"secret", way_out),  # type: ignore[arg-type]
        apps.SendTo(b"secret", way_out, new_port=True),  # type: ignore[arg-type]
        apps.Connect(way_out, apps.Echo()),  # type: ignore[arg-type]
    ]
    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        for attempt in attempts:
            port = server.udp(app=Traitor(attempt)).port
            with client.udp() as sock:
                sock.send_to(b"go", server, port)
                with pytest.raises(AppError) as heard:
                    lab.run()
                assert isinstance(heard.value.__cause__, PortlabError)
        connection = client.connect(server, server.listen(app=Traitor(attempts[0])).port)
        connection.send(b"go")
        with pytest.raises(AppError):
            connection.receive()
    assert no_questions == []


def test_a_host_called_like_an_address_cannot_be_made() -> None:
    with Lab("loopback") as lab:
        for name in ("8.8.8.8", "::2", "example.com"):
            with pytest.raises(PortlabError):
                lab.host(name)


def test_what_listens_cannot_be_reached_from_the_network() -> None:
    """Every socket of a lab is bound to loopback, as the system itself tells it."""
    import psutil

    with Lab("loopback") as lab:
        server, client = lab.hosts("server", "client")
        listener = server.listen(app=apps.Echo())
        server.udp(app=apps.Echo())
        client.udp()
        client.connect(server, listener.port)
        process = psutil.Process()
        tell = getattr(process, "net_connections", None) or process.connections
        ports = {listener.port} | {
            row.local[1] for host in (server, client) for row in host.sockets()
        }
        seen = [one for one in tell("inet") if one.laddr.port in ports]
        assert len(seen) >= 5
        assert {one.laddr.ip for one in seen} == {"127.0.0.1"}
