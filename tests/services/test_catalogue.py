"""Every fact of the catalogue is held against something that does not come from it."""

import re
import subprocess
from importlib import import_module

import pytest

from portlab.ports import port_range
from portlab.services import Service, catalogue, registry, service
from tests.requires import needs
from tests.services import facts

ROWS = catalogue()


def named(one: Service) -> str:
    return one.name


def numbers_of(level: str) -> set[int]:
    return {one.number for one in ROWS if one.level == level}


def test_there_are_enough_and_each_has_its_own_name() -> None:
    assert len(ROWS) >= 130
    assert len({one.name for one in ROWS}) == len(ROWS)
    assert [one.number for one in ROWS] == sorted(one.number for one in ROWS)


def test_what_is_to_be_known_is_what_the_course_asks_for() -> None:
    assert numbers_of("by heart") == facts.BY_HEART
    assert numbers_of("recognise") == facts.RECOGNISE
    assert {one.number for one in ROWS if one.legacy} >= facts.LEGACY
    current = {one.number for one in ROWS if one.level != "look up" and not one.legacy}
    assert current == (facts.BY_HEART | facts.RECOGNISE) - facts.LEGACY


def test_the_transports_are_those_really_used() -> None:
    for one in ROWS:
        if one.level == "look up":
            continue
        if one.number in facts.UDP_ONLY | facts.UDP_TOO:
            assert set(one.used) == {"udp"}, one.name
        elif one.number in facts.BOTH:
            assert set(one.used) == {"tcp", "udp"}, one.name
        else:
            assert set(one.used) == {"tcp"}, one.name


@pytest.mark.parametrize("one", ROWS, ids=named)
def test_a_row_agrees_with_the_registry_or_says_that_it_is_by_convention(one: Service) -> None:
    here = registry().transports(one.number, one.name)
    if one.name in facts.ASSIGNED_BESIDE:
        rfc = facts.ASSIGNED_BESIDE[one.name]
        assert f"RFC {rfc}" in one.note
        assert rfc in one.rfc
        assert registry().names_at(one.number)[0] in one.note
    elif one.status == "assigned":
        assert set(one.registered) == set(here), here
        assert set(one.used) <= set(here)
    else:
        assert not here
        assert not one.registered
        assert not registry().named(one.name), "the registry has this name for another number"


@pytest.mark.parametrize("one", ROWS, ids=named)
def test_a_number_with_two_services_says_so_in_both(one: Service) -> None:
    """Where the registry has another name for the other transport, a row tells of it if asked."""
    others = [other for other in ROWS if other.number == one.number and other is not one]
    for other in others:
        assert not set(one.used) & set(other.used)
        assert other.name in one.note


@pytest.mark.parametrize("one", ROWS, ids=named)
def test_a_row_is_written_out(one: Service) -> None:
    assert re.match(r"^[A-Z`].*\.$", one.purpose)
    assert len(one.purpose) > 20
    for text in (one.purpose, one.hook, one.note):
        assert not text or text.endswith((".", "!"))
        assert "  " not in text
        assert "!" not in text or one.name == "ssh"
    assert one.used, "what is really used must be known"
    assert one.everyday[-1] != "."


def test_memory_hooks_and_purposes_are_not_used_twice() -> None:
    hooks = [one.hook for one in ROWS if one.hook]
    assert len(set(hooks)) == len(hooks) >= 130
    purposes = [one.purpose for one in ROWS]
    assert len(set(purposes)) == len(purposes)
    for one in ROWS:
        if one.level != "look up":
            assert one.hook


def test_a_memory_hook_speaks_of_its_digits() -> None:
    """Of those to be known by heart: the number, or its digits, or its halves, are in it."""
    for one in ROWS:
        if one.level == "by heart":
            said = set(re.findall(r"\d+", one.hook))
            digits = str(one.number)
            halves = {digits[:2], digits[2:], digits, *digits, str(one.number - 1)}
            assert said & halves or one.number in (53, 995), one.hook


@pytest.mark.parametrize("one", ROWS, ids=named)
def test_the_partner_of_a_partner_is_oneself(one: Service) -> None:
    for partner in one.partners:
        other = service(partner.name)
        assert partner.kind != "STARTTLS" or other is one
        back = {(mine.name, mine.kind) for mine in other.partners}
        assert (one.name, partner.kind) in back
        if partner.kind == "implicit TLS":
            assert {one.encrypted == "always", other.encrypted == "always"} == {True, False}
        if partner.kind == "STARTTLS":
            assert one.encrypted == "can be"


def test_the_encrypted_partners_are_those_of_the_course() -> None:
    pairs = {
        (one.number, service(partner.name).number, partner.kind)
        for one in ROWS
        for partner in one.partners
    }
    for plain, locked in facts.IMPLICIT_TLS:
        assert (plain, locked, "implicit TLS") in pairs
        assert [one.encrypted for one in ROWS if one.number == locked] == ["always"]
    for number in facts.STARTTLS:
        assert (number, number, "STARTTLS") in pairs
    for number, other in facts.ANOTHER_PROTOCOL:
        assert (number, other, "another protocol") in pairs


@pytest.mark.parametrize("one", ROWS, ids=named)
def test_what_replaces_a_service_is_current(one: Service) -> None:
    for name in one.replaced_by:
        other = service(name)
        assert other is not one
        assert not other.legacy


@pytest.mark.parametrize(("name", "home"), facts.CLIENTS.items())
def test_the_standard_library_goes_to_the_same_port(name: str, home: tuple[str, str]) -> None:
    module, constant = home
    assert service(name).number == getattr(import_module(module), constant)


def test_wireshark_expects_the_same_transports() -> None:
    """Its table of dissectors has an entry for each port and transport that a learner must know."""
    needs("tshark")
    said = subprocess.run(
        ["tshark", "-G", "decodes"], capture_output=True, text=True, check=True, timeout=120
    ).stdout
    known = {
        (int(line.split("\t")[1]), line[:3])
        for line in said.splitlines()
        if line.startswith(("tcp.port\t", "udp.port\t"))
    }
    learned = {
        (one.number, transport) for one in ROWS if one.level != "look up" for transport in one.used
    }
    assert learned - known == facts.WITHOUT_DISSECTOR


def test_the_rfcs_of_what_is_known_by_heart_are_those_that_define_it() -> None:
    known = {one.number: set(one.rfc) for one in ROWS if one.level == "by heart"}
    assert known == facts.RFCS


def test_rfcs_can_be_numbers_of_rfcs_and_none_comes_twice() -> None:
    for one in ROWS:
        assert all(500 < number < 9950 for number in one.rfc), one.name
        assert len(set(one.rfc)) == len(one.rfc)


def test_exam_topics_are_those_of_the_exam() -> None:
    """CCNA 200-301 v1.1 has six domains; a topic is a domain and a number."""
    topics = {topic for one in ROWS for topic in one.exam}
    assert topics
    assert all(re.fullmatch(r"[1-6]\.\d{1,2}", topic) for topic in topics)
    assert all(one.exam for one in ROWS if one.level == "by heart")


def test_conventions_and_everyday_names_that_learners_meet() -> None:
    assert service(1521).status == service(8443).status == "by convention"
    assert [service(number).everyday for number in (3389, 5900)] == [
        "the desktop of a Windows computer",
        "anybody's desktop from afar",
    ]
    assert service("rfb") is service("VNC") is service(5900)
    assert service("microsoft-ds") is service("smb") is service(445)
    assert {service("ttc").number, service("ttc-ssl").number} == {2483, 2484}
    assert all(port_range(one.number) is one.range for one in ROWS)
