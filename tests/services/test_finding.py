"""Asking for services as learners ask: by number, by one of many names, by a word."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portlab import search, service
from portlab.errors import PortError, PortlabError, ServiceError
from portlab.services import Service, catalogue, registry


@pytest.mark.parametrize(
    "name", ["https", "HTTPS", " https ", "http/3", "encrypted web pages", "443"]
)
def test_a_service_answers_to_each_of_its_names(name: str) -> None:
    assert service(name) is service(443)


@pytest.mark.parametrize("one", catalogue(), ids=lambda one: one.name)
def test_the_registered_name_always_finds_its_own_row(one: Service) -> None:
    assert service(one.name) is one
    assert one in search(one.number).services


def test_one_transport_or_all() -> None:
    assert service(53) is service(53, "udp") is service(53, "TCP")
    assert service(514, "udp").name == "syslog"
    assert service(514, "tcp").name == "shell"
    assert [one.name for one in search(514)] == ["shell", "syslog"]
    assert [one.name for one in search(514, "udp")] == ["syslog"]


def test_what_is_ambiguous_says_so_and_how_to_choose() -> None:
    with pytest.raises(ServiceError, match=r'514 is 2 services: shell .*"tcp"\) or service\(514'):
        service(514)
    with pytest.raises(ServiceError, match=r'"dhcp" is 2 services: .*service\("bootps"\)'):
        service("dhcp")
    assert "assigned twice" in str(service(465))
    assert service("urd").number == 465
    assert service(465, "udp").name == "igmpv3lite"


@pytest.mark.parametrize(("written", "meant"), [
    ("htps", "HTTPS"), ("telent", "Telnet"), ("syslgo", "Syslog"), ("postgre", "postgres"),
])  # fmt: skip
def test_a_slip_is_answered_with_what_is_close(written: str, meant: str) -> None:
    with pytest.raises(ServiceError, match="Close to it") as caught:
        service(written)
    assert meant in str(caught.value)
    assert isinstance(caught.value, PortlabError)


@pytest.mark.parametrize(("what", "said"), [
    (70000, "a port is 16 bits"), (-1, "a port is 16 bits"), ("70000", "a port is 16 bits"),
    (True, "whole number"), (4.5, "whole number"),
])  # fmt: skip
def test_no_port_is_no_port(what: object, said: str) -> None:
    with pytest.raises(PortError, match=said):
        service(what)  # type: ignore[arg-type]


def test_what_is_not_there_says_why() -> None:
    with pytest.raises(ServiceError, match="Port 0 is reserved"):
        service(0)
    with pytest.raises(ServiceError, match="Any program may use it"):
        service(50000)
    with pytest.raises(ServiceError, match=r"Nothing is at 143 over SCTP.*it is imap"):
        service(143, "sctp")
    with pytest.raises(ServiceError, match=r"IMAP \(143\) uses TCP only; nothing of that name"):
        service("imap", "udp")
    with pytest.raises(ServiceError, match=r'search\("mail"\) finds all that has to do with mail'):
        service("qqqqqq")
    with pytest.raises(ServiceError, match="is no transport"):
        service(53, "icmp")
    with pytest.raises(ServiceError, match="nothing to search for"):
        search("  ")


def test_what_only_the_registry_knows_is_told_as_that() -> None:
    one = service(1)
    assert (one.name, one.used, one.registered) == ("tcpmux", (), ("tcp", "udp"))
    assert one.encrypted == "not known"
    assert "does not describe" in str(one)
    assert service("pcmail-srv").number == 158


def test_a_search_finds_by_name_and_by_what_it_is_for() -> None:
    mail = {one.number for one in search("mail")}
    assert {25, 110, 143, 465, 587, 993, 995} <= mail
    assert search("remote desktop")[0].number == 3389
    assert {one.number for one in search("database")} >= {1433, 1521, 3306, 5432}
    assert all("udp" in one.used for one in search("time", "udp"))
    assert len(search("mail")) == len(search("mail").services)
    assert search("mail")[0].level == "by heart"


def test_a_search_says_what_else_the_registry_has() -> None:
    found = search("mail")
    assert {one.name for one in found.registered} >= {"mailq", "pcmail-srv"}
    assert "The registry also has" in str(found)
    assert search("mailq").services == ()
    assert [one.number for one in search("mailq").registered] == [174, 174]


def test_a_search_that_finds_nothing_is_no_error() -> None:
    found = search("telent")
    assert len(found) == 0
    assert "Did you mean Telnet" in str(found)
    assert "IMAP (143) uses TCP only" in str(search("imap", "udp"))
    assert "nothing for" in str(search("qqqqq"))
    assert "Any program may use it" in str(search(50000))
    assert "asks for port 0" in str(search(0))
    assert "private or ephemeral" in str(search(50000))


def test_one_match_is_a_card_and_several_are_a_table() -> None:
    card = str(search(443))
    for said in ("system ports, 0 to 1023", "TCP and UDP really used", "HTTP on 80", "four locks"):
        assert said in card
    table = str(search(514))
    assert len([line for line in table.splitlines() if line.startswith(" 514  ")]) == 2
    for found in (service(443), search(443), search(514), search("mail"), search("qqqq")):
        shown = found._repr_mimebundle_()
        assert shown["text/plain"] == str(found)
        assert shown["text/markdown"]
        assert max(map(len, str(found).splitlines())) <= 100


def test_a_long_table_ends_with_how_many_more() -> None:
    found = search("s")
    assert len(found) > 25
    assert f"... and {len(found) - 25} more." in str(found)


def test_all_of_it_is_plain_data() -> None:
    data = json.loads(json.dumps(search("imaps").as_dict()))
    assert data["services"][0]["number"] == 993
    assert data["services"][0]["partners"] == [{"name": "imap", "kind": "implicit TLS"}]
    assert json.loads(json.dumps(search(514).as_dict()))["range"]["name"] == "system"


@settings(deadline=None)
@given(st.text(max_size=30), st.sampled_from([None, "tcp", "udp"]))
def test_whatever_is_typed_gives_an_answer_or_a_sentence(text: str, over: str | None) -> None:
    for ask in (service, search):
        try:
            said = str(ask(text, over))
        except PortlabError as error:
            said = str(error)
        assert said
        assert said == said.strip()


@settings(deadline=None)
@given(st.integers(1, 65535))
def test_every_number_has_an_answer(number: int) -> None:
    found = search(number)
    assert str(number) in str(found)
    known = {one.name for one in found} | {one.name for one in found.registered}
    assert set(registry().names_at(number)) <= known


def test_importing_the_package_reads_no_catalogue() -> None:
    script = (
        "import sys, portlab; before = set(sys.modules); "
        "assert not any(name.startswith('portlab.services') for name in before); "
        "from portlab.services import service, catalogue, registry; "
        "assert catalogue.cache_info().misses == registry.cache_info().misses == 0"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
