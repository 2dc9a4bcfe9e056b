"""`portlab port`, as it is typed."""

import json

import pytest

from tests.test_cli import portlab, refusal


def said(*arguments: str) -> str:
    done = portlab("port", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def found(*arguments: str) -> dict[str, object]:
    return json.loads(said(*arguments, "--json"))


def test_a_number_tells_all_there_is_to_know() -> None:
    text = said("443")
    for part in (
        "443 (TCP, UDP): HTTPS",
        "system ports, 0 to 1023",
        "well-known",
        "https in the registry",
        "TCP and UDP really used",
        "HTTP on 80",
        "four locks",
    ):
        assert part in " ".join(text.split())


def test_a_name_finds_its_number_and_its_partner() -> None:
    text = said("imaps")
    assert text.startswith("993 (TCP): IMAPS")
    assert "IMAP on 143" in text
    assert said("remote", "desktop").startswith("3389 ")
    assert said("urd").startswith("465 ")


def test_a_word_gives_a_short_table_of_several() -> None:
    lines = said("mail").splitlines()
    assert "services" in lines[0]
    numbers = {line.split()[0] for line in lines if line[:5].strip().isdecimal()}
    assert {"25", "110", "143", "465", "587", "993", "995"} <= numbers
    assert len(lines) < 30


def test_one_number_with_two_services_shows_both_or_the_one_asked_for() -> None:
    both = said("514")
    assert "rsh" in both
    assert "Syslog" in both
    assert said("514", "--over", "udp").startswith("514 (UDP): Syslog")
    assert [one["name"] for one in found("dhcp")["services"]] == ["bootps", "bootpc"]


def test_a_number_without_a_service_still_has_its_range() -> None:
    text = " ".join(said("50000").split())
    assert "dynamic ports, 49152 to 65535; also called private or ephemeral ports" in text
    assert "No service is assigned to it" in text
    assert found("50000")["services"] == []


def test_json_says_the_same() -> None:
    data = found("443")
    (one,) = data["services"]
    assert (one["number"], one["name"], one["used"]) == (443, "https", ["tcp", "udp"])
    assert data["range"] == {"name": "system", "also": ["well-known"], "first": 0, "last": 1023}
    assert one["partners"] == [{"name": "http", "kind": "implicit TLS"}]
    assert found("imaps")["services"][0]["number"] == 993
    assert len(found("mail")["services"]) > 5


@pytest.mark.parametrize(("arguments", "why"), [
    (["70000"], "a port is 16 bits, so 0 to 65535"),
    (["-1"], "a port is 16 bits"),
    (["htps"], "Close to it: HTTPS"),
    (["qqqqqq"], "Nothing is close to it"),
    (["htps"], "`portlab port mail` shows all that has to do with mail."),
    ([" "], "nothing to look up. Give a number, a name or a word: `portlab port 53`."),
    ([], "WHAT"),
    (["53", "--over", "icmp"], "tcp"),
])  # fmt: skip
def test_what_cannot_be_answered_is_a_sentence(arguments: list[str], why: str) -> None:
    said_so = refusal("port", *arguments)
    assert why in said_so
    assert not any(python in said_so for python in ("search(", "service(", "free for anybody"))


@pytest.mark.parametrize(("arguments", "first"), [
    (("22", "--over", "udp"), "Registered for UDP, but really used over TCP only:"),
    (("smb", "--over", "udp"), "Registered for UDP, but really used over TCP only:"),
    (("1812", "--over", "tcp"), "Registered for TCP, but really used over UDP only:"),
    (("22", "--over", "tcp"), "22 (TCP): SSH, secure remote login"),
    (("53", "--over", "udp"), "53 (UDP, TCP): DNS"),
    (("1", "--over", "udp"), "1 (TCP, UDP): tcpmux"),
])  # fmt: skip
def test_a_card_of_another_transport_says_so_first(arguments: tuple[str, ...], first: str) -> None:
    assert said(*arguments).splitlines()[0].startswith(first)
    assert found(*arguments)["remark"] == (first if first.endswith(":") else "")


def test_a_number_that_is_something_else_over_the_other_transport_says_what() -> None:
    assert "Not registered for UDP, and not used over it; it is IMAP over TCP." in said(
        "143", "--over", "udp"
    )
    assert "Any program may use it" in said("50000", "--over", "udp")


def test_a_miss_is_a_sentence_for_people_and_data_for_programs() -> None:
    only = "IMAP (143) uses TCP only; nothing of that name is used over UDP."
    assert refusal("port", "imap", "--over", "udp") == f"portlab: {only}\n"
    for asked, close in ((["imap", "--over", "udp"], []), (["htps"], ["HTTPS"])):
        done = portlab("port", *asked, "--json")
        data = json.loads(done.stdout)
        assert done.returncode == 2
        assert done.stderr.startswith("portlab: ")
        assert (data["services"], data["registered"]) == ([], [])
        assert data["close"][:1] == close
