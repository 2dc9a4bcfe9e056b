"""Windows neighbours: names and dialects, as nmap, scapy and the documents have them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import Lab, apps, ask_neighbours, smb_dialect
from portlab.apps import netbios, smb
from portlab.errors import LabError, TimedOut
from portlab.worlds.kernel.host import KernelHost
from tests.requires import needs

LOCAL, PEER = ("10.0.0.1", 137), ("10.0.0.2", 137)
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=15)


def answer(message: bytes, app: apps.App, local: apps.Address = LOCAL) -> bytes | None:
    actions = list(app.session(local, PEER).handle(apps.Datagram(message, PEER)))
    assert len(actions) <= 1
    return actions[0].data if actions and isinstance(actions[0], apps.Send) else None


# ---- names


@given(NAMES, st.integers(0, 255))
def test_names_come_back(name: str, suffix: int) -> None:
    assert netbios.decoded(netbios.encoded(name, suffix)) == (name, suffix)


@given(st.binary(max_size=40))
def test_any_bytes_are_a_name_or_none(data: bytes) -> None:
    found = netbios.decoded(data)
    assert found is None or len(found[0]) <= 15


def test_a_name_is_written_as_in_the_rfc() -> None:
    """RFC 1001 14.1: FRED, filled up with spaces."""
    assert netbios.encoded("FRED", 0x20) == b" EGFCEFEECACACACACACACACACACACACA\0"


def test_who_is_asked_for_answers_and_nobody_else() -> None:
    files = apps.NetbiosNames("Files")
    said = answer(netbios.question("files", 7), files)
    assert said is not None
    assert netbios.answered(said, 7) == "10.0.0.1"
    assert netbios.answered(said, 8) is None
    assert answer(netbios.question("OTHER", 7), files) is None
    assert answer(said, files) is None, "an answer is never answered"
    assert answer(netbios.question("files", 7), files, ("fd00::1", 137)) is None


def test_scapy_reads_both() -> None:
    from scapy.layers.netbios import NBNSHeader, NBNSQueryRequest, NBNSQueryResponse

    asked = NBNSHeader(netbios.question("FILES", 7))
    assert (asked.NAME_TRN_ID, asked.NM_FLAGS & 1) == (7, 1), "asked of everybody"
    assert asked[NBNSQueryRequest].QUESTION_NAME.strip() == b"FILES"
    said = answer(netbios.question("FILES", 7), apps.NetbiosNames("FILES"))
    found = NBNSHeader(said)
    assert found[NBNSQueryResponse].RR_NAME.strip() == b"FILES"
    assert found[NBNSQueryResponse].ADDR_ENTRY[0].NB_ADDRESS == "10.0.0.1"


@pytest.mark.parametrize("name", ["", "sixteen characters", "Grüße", "*"])
def test_what_is_no_name_is_said_to_be_none(name: str) -> None:
    with pytest.raises(LabError, match="no NetBIOS name"):
        apps.NetbiosNames(name)


def test_everybody_is_asked_and_one_answers() -> None:
    with Lab(seed=1) as lab:
        asking, *others = lab.hosts("asking", "files", "printer")
        for host in others:
            host.udp(137, apps.NetbiosNames(host.name))
        assert ask_neighbours(asking, "files") == others[0].addresses[0]
        assert [record.dst for record in lab.trace].count("255.255.255.255") >= 1
        with pytest.raises(TimedOut):
            ask_neighbours(asking, "nobody")


# ---- dialects


@pytest.mark.parametrize(
    ("speaks", "offered", "dialect"),
    [
        (["2.0.2", "2.1"], ["2.1", "3.0"], "2.1"),
        (["2.0.2", "2.1", "3.0", "3.0.2", "3.1.1"], ["3.1.1", "2.0.2"], "3.1.1"),
        (["3.0"], ["2.0.2", "2.1"], None),
    ],
)
@pytest.mark.parametrize("world", ["model", "loopback", "kernel"])
def test_the_newest_in_common_is_taken(
    world: str, speaks: Sequence[str], offered: Sequence[str], dialect: str | None
) -> None:
    if world == "kernel":
        needs("kernel")
    with Lab(world) as lab:
        server, client = lab.hosts("server", "client")
        port = server.listen(app=apps.SmbGreeting(speaks)).port
        assert smb_dialect(client, server, offered, port=port) == dialect


def test_the_old_protocol_is_hung_up_on() -> None:
    with Lab() as lab:
        server, client = lab.hosts("server", "client")
        server.listen(445, apps.SmbGreeting())
        with client.connect(server, 445) as connection:
            connection.send(smb.framed(b"\xffSMB" + bytes(60) + b"\2NT LM 0.12\0"))
            assert connection.receive_all() == b""


def test_what_is_no_dialect_is_said_to_be_none() -> None:
    for dialects in (["1.0"], []):
        with pytest.raises(LabError, match="no dialect"):
            smb.request(dialects)


def test_nmap_finds_names_and_dialects() -> None:
    needs("kernel")
    needs("nmap")
    with Lab("kernel") as lab:
        server, client = lab.hosts("server", "client")
        address = server.addresses[0]
        server.listen(445, apps.SmbGreeting(["2.1", "3.0", "3.1.1"]))
        server.udp(137, apps.NetbiosNames("FILES", address))
        assert isinstance(client, KernelHost)
        scan = ["nmap", "-Pn", "-n", "-sSU", "-pT:445,U:137", "--script"]
        scripts = "smb-protocols,smb2-capabilities,nbstat"
        shown = client.run([*scan, scripts, address], timeout=120).raw.decode()
    dialects = shown.partition("smb-protocols")[2].partition("smb2-capabilities")[0]
    assert all(one in dialects for one in ("210", "300", "311"))
    assert not any(one in dialects for one in ("202", "302", "NT LM"))
    assert "Encryption" in shown
    assert "FILES<20>" in shown
