"""The keys once more, by another route than the definitions take: arithmetic, bytes, the standards.

Each function here works an exercise out as somebody would with paper and pencil, from what is
given to the student, and must come to the same answers.
"""

import binascii
import re
import struct
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import pytest

from portlab import ladder
from portlab.course.exercises.fields import Valued
from portlab.course.exercises.finding import exercises, find
from portlab.services import catalogue
from tests.course.tasks import task

STUDENTS = ["", *map(str, range(1, 40))]


def read_a_ladder(given: Mapping[str, Any]) -> dict[str, object]:
    """From the text of the ladder, as the learner reads it."""
    text = ladder(given["trace"]).text()
    arrows = re.findall(r"(?:─|X)  *(\d+)  (?:.*)", text)
    lost = re.search(r" (\d+)  [^\n]*\n[^\n]*lost on the link", text)
    assert lost
    ports = re.findall(r"10\.0\.0\.1:(\d+)", text)
    return {"packets": len(arrows), "lost_packet": int(lost[1]), "server_port": int(ports[0])}


def change_an_experiment(given: Mapping[str, Any]) -> dict[str, object]:
    return {"bytes_back": len("hello") + len(given["message"])}


def own_settings(given: Mapping[str, Any]) -> dict[str, object]:
    """Bit by bit."""
    _, own, way, name_server = (line.split() for line in given["report"])
    address, _, bits = own[1].partition("/")
    ones = "1" * int(bits) + "0" * (32 - int(bits))
    mask = ".".join(str(int(ones[at : at + 8], 2)) for at in (0, 8, 16, 24))
    same = in_bits(address)[: int(bits)] == in_bits(given["other"])[: int(bits)]
    return {
        "address": address,
        "mask": mask,
        "gateway": way[2],
        "name_server": name_server[1],
        "way": "straight" if same else "gateway",
    }


def in_bits(address: str) -> str:
    return "".join(f"{int(part):08b}" for part in address.split("."))


def reply(given: Mapping[str, Any]) -> dict[str, object]:
    return {
        "protocol": given["protocol"],
        "from_address": given["to_address"],
        "from_port": given["to_port"],
        "to_address": given["from_address"],
        "to_port": given["from_port"],
    }


def two_conversations(given: Mapping[str, Any]) -> dict[str, object]:
    """The same two computers, the same service: only the end that the client chose is new."""
    return {"differ": {"client port"}}


def two_doors(given: Mapping[str, Any]) -> dict[str, object]:
    """From the bytes: protocol 17 in the IPv4 header, and the third and fourth byte of UDP's."""
    raw = {record.number: record.packet.raw for record in given["trace"]}
    doors = {n for n, data in raw.items() if data[9] == 17 and data[22:24] == b"\x00\x35"}
    return {"for_udp_53": doors, "only_udp_open": "refused"}


def three_ranges(given: Mapping[str, Any]) -> dict[str, object]:
    """By the bits: six zeros begin a system port, two ones a dynamic one."""
    bits = {port: f"{port:016b}" for port in given["ports"]}
    system = {port for port, written in bits.items() if written.startswith("000000")}
    dynamic = {port for port, written in bits.items() if written.startswith("11")}
    return {"system": system, "user": set(bits) - system - dynamic, "dynamic": dynamic}


def whose_port(given: Mapping[str, Any]) -> dict[str, object]:
    """From the bytes of the SYNs: flags 2, behind 20 bytes of IPv4, ports in the first four."""
    raw = [record.packet.raw for record in given["trace"]]
    ends = [struct.unpack("!HH", data[20:24]) for data in raw if data[33] == 2]
    (called,) = {port for _, port in ends if port > 1023}
    names = {3306: "MySQL", 3389: "RDP", 5432: "PostgreSQL", 5900: "VNC", 8080: "HTTP-alt"}
    windows = min(own for own, _ in ends) >= 49152
    return {
        "clients_own": {own for own, _ in ends},
        "called": called,
        "meant_for": names[called],
        "system_of_client": "Windows or macOS" if windows else "Linux",
    }


def numbers(given: Mapping[str, Any]) -> dict[str, object]:
    x, y = given["client_isn"], given["server_isn"]
    after = {"syn_ack_ack": x + 1, "ack_seq": x + 1, "ack_ack": y + 1}
    return {"syn_ack_seq": y, **{name: number % 2**32 for name, number in after.items()}}


def slow_start(given: Mapping[str, Any]) -> dict[str, object]:
    """RFC 6298: the first wait is one second (2.1), and each further one twice the last (5.5)."""
    waited, wait, lost = 0, 1, 0
    while waited < given["seconds"]:
        waited, wait, lost = waited + wait, 2 * wait, lost + 1
    assert waited == given["seconds"]
    return {"syns": lost + 1}


STATES_OF_FIGURE_6 = (
    ("SYN-SENT", "SYN-RECEIVED"),
    ("ESTABLISHED", "SYN-RECEIVED"),
    ("ESTABLISHED", "ESTABLISHED"),
)
"""RFC 9293 3.5: client and server after the first, the second and the third segment."""


def shuffled_segments(given: Mapping[str, Any]) -> dict[str, object]:
    """The exchange by what each segment is, never mind its numbers."""
    what = {letter: (s.sender, s.flags, s.length > 0) for letter, s in given["segments"].items()}
    acks = [one for one in what if what[one] == ("client", "ACK", False)]
    data = given["segments"][one_like(what, ("client", "PSH,ACK", True))]
    # The ACK of the handshake stands before the data: it has the number the data begin with.
    first, last = sorted(acks, key=lambda one: given["segments"][one].seq != data.seq)
    order = [
        one_like(what, ("client", "SYN", False)),
        one_like(what, ("server", "SYN,ACK", False)),
        first,
        one_like(what, ("client", "PSH,ACK", True)),
        one_like(what, ("server", "PSH,ACK", True)),
        last,
    ]
    client, server = STATES_OF_FIGURE_6[order.index(given["arrived"])]
    return {"order": order, "client_state": client, "server_state": server}


def six(given: Mapping[str, Any]) -> dict[str, object]:
    """Bit by bit. PORT is said by who waits, and 227 by who waits too."""

    def port(text: str) -> int:
        *_, high, low = re.findall(r"\d+", text)
        return int(f"{int(high):08b}{int(low):08b}", 2)

    return {
        "active_port": port(given["client_says"]),
        "active_opener": "server",
        "passive_port": port(given["server_says"]),
        "passive_opener": "client",
    }


def on_the_line(given: Mapping[str, Any]) -> dict[str, object]:
    """From the bytes of the packets, with another decoder for the base64."""
    raw = [record.packet.raw for record in given["trace"]]
    said = b"".join(data[40:] for data in raw)
    token = re.search(rb"AUTH PLAIN ([A-Za-z0-9+/=]{8,})\r\n", said)
    plain = re.search(rb"PASS (\S+)\r\n|LOGIN \S+ \"(\S+)\"\r\n", said)
    subject = re.search(rb"Subject: (.+)\r\n", said)
    assert token
    assert plain
    assert subject
    # The second SYN's destination port, at the third and fourth byte of TCP's header.
    _, syn = (data for data in raw if data[33] == 2)
    return {
        "sender_password": binascii.a2b_base64(token[1]).split(b"\0")[2].decode(),
        "reader_password": (plain[1] or plain[2]).decode(),
        "subject": subject[1].decode(),
        "fetched_from": int.from_bytes(syn[22:24], "big"),
        "still_there": "no" if b"DELE 1" in said or b"EXPUNGE" in said else "yes",
    }


def let_it_call(given: Mapping[str, Any]) -> dict[str, object]:
    """An experiment has no key: what it must show is tried in test_exercises.py."""
    return {}


LOCKED = {
    "DNS": (853, "no"),  # RFC 7858
    "HTTP": (443, "no"),  # RFC 9110 4.2.2
    "POP3": (995, "yes"),  # RFC 2595, RFC 8314
    "IMAP": (993, "yes"),
    "Submission": (465, "yes"),  # RFC 3207, RFC 8314
    "LDAP": (636, "yes"),  # RFC 4511 4.14
    "Syslog": (6514, "no"),  # RFC 5425
    "Global Catalog": (3269, "no"),
    "SIP": (5061, "no"),  # RFC 3261 19.1.2
}
"""Where each is spoken inside TLS, and whether it can be upgraded on its own port."""


def with_the_lock(given: Mapping[str, Any]) -> dict[str, object]:
    found: dict[str, object] = {}
    for letter in "ab":
        name = given[letter].partition(",")[0]
        found[f"{letter}_port"], found[f"{letter}_upgrades"] = LOCKED[name]
    return found


def one_like(what: Mapping[str, object], kind: object) -> str:
    (letter,) = (letter for letter, it in what.items() if it == kind)
    return letter


def price(given: Mapping[str, Any]) -> dict[str, object]:
    """With paper and pencil: an arrow crosses the line once, a datagram has 28 bytes more."""
    return {
        "udp_ms": sum([given["one_way"]] * len(["question", "answer"])),
        "tcp_ms": sum([given["one_way"]] * len(["SYN", "SYN-ACK", "question", "answer"])),
        "udp_bytes": sum(20 + 8 + given[one] for one in ("question", "answer")),
        "tcp_packets": len(["SYN", "SYN-ACK", "ACK", "question", "answer"]),
    }


def misleading_check(given: Mapping[str, Any]) -> dict[str, object]:
    """TCP and UDP have separate ports (RFC 6335 section 6), whichever number they share."""
    return {"proves": "nothing"}


def late_or_lost(given: Mapping[str, Any]) -> dict[str, object]:
    """From the sentences that the learner reads."""
    answers: dict[str, object] = {}
    for letter in "AB":
        missed = set()
        for number, sound in given[letter].items():
            spoken, *came = map(int, re.findall(r"(\d+) ms", str(sound)))
            if not came or came[0] - spoken > given["wait"]:
                missed.add(number)
        answers[f"not_heard_{letter.lower()}"] = missed
        if "never came" not in " ".join(map(str, given[letter].values())):
            answers["tcp_was"] = letter
    return answers


def nights_log(given: Mapping[str, Any]) -> dict[str, object]:
    """Bit by bit: the last three of a priority are the severity, the others the facility."""
    bits = {n: f"{int(re.findall('[0-9]+', line)[0]):08b}" for n, line in given["lines"].items()}
    severity = {number: int(one[-3:], 2) for number, one in bits.items()}
    ranked = sorted(severity, key=lambda number: severity[number])
    return {
        "facility": int(bits[1][:-3], 2),
        "severity": severity[1],
        "worst": ranked[0],
        "kept": {number for number in ranked if severity[number] in range(given["level"] + 1)},
    }


def two_ways(given: Mapping[str, Any]) -> dict[str, object]:
    """RFC 2865 5.2 hides the User-Password, RFC 8907 4.5 the whole body."""
    return {"in_the_clear": {"name over RADIUS"}}


def set_the_clock(given: Mapping[str, Any]) -> dict[str, object]:
    """One way is half of what is left without the server's time; then came is asked and one way."""
    there_and_back = given["heard"] - given["asked"] - (given["left"] - given["came"])
    arrived = given["asked"] + there_and_back // 2  # by the router's clock
    return {
        "behind_by": given["came"] - arrived,
        "on_the_line": there_and_back,
        "own_stratum": sum([given["stratum"], 1]),
    }


BY_HEART = {
    "FTP data": 20, "FTP": 21, "SSH": 22, "Telnet": 23, "SMTP": 25, "TACACS+": 49, "DNS": 53,
    "DHCP server": 67, "DHCP client": 68, "TFTP": 69, "HTTP": 80, "POP3": 110, "NTP": 123,
    "IMAP": 143, "SNMP": 161, "SNMP trap": 162, "LDAP": 389, "HTTPS": 443, "SMB": 445,
    "SMTPS": 465, "Syslog": 514, "Submission": 587, "LDAPS": 636, "IMAPS": 993, "POP3S": 995,
    "RADIUS": 1812, "RADIUS accounting": 1813, "RDP": 3389,
}  # fmt: skip
"""Written down from memory, as the exercise asks for."""


def both_ways(given: Mapping[str, Any]) -> dict[str, object]:
    meant = {one.everyday: one.short for one in catalogue() if one.short in BY_HEART}
    numbers = {letter: BY_HEART[meant[what]] for letter, what in given["services"].items()}
    (behind,) = (one for one in given["choices"] if BY_HEART[one] == given["number"])
    return {**numbers, "is_behind": behind}


def two_servers(given: Mapping[str, Any]) -> dict[str, object]:
    """The laptop's second message names its server, whose last message acknowledges."""
    lines = {letter: str(message) for letter, message in given["messages"].items()}
    (chosen,) = (
        line.partition("server ")[2]
        for line in lines.values()
        if line.startswith("0.") and "ser" in line
    )
    spoke = [one for one, line in lines.items() if not line.startswith("0.0.0.0")]
    of_chosen = [one for one in spoke if f"server {chosen}," in lines[one]]
    return {
        "offers": set(spoke) - {of_chosen[-1]},
        "server": chosen,
        "address": lines[of_chosen[0]].partition("address ")[2],
        "client_port": 68,  # RFC 2131 section 4.1
    }


def by_hand(given: Mapping[str, Any]) -> dict[str, object]:
    return {"status": HTTPStatus.NOT_FOUND.value}


def which_page(given: Mapping[str, Any]) -> dict[str, object]:
    """By size: what the server sends when it has been asked, with up to 300 bytes around it."""
    heard = given["heard"]
    sent = [
        int(number.replace(",", "")) for number in re.findall(r"server  .*?([\d,]+) bytes", heard)
    ]
    fits = [path for path, size in given["pages"].items() if 0 < sent[-1] - size < 300]
    (page,) = fits
    (site,) = re.findall(r"ClientHello for (\S+)\]", heard)
    return {"site": site, "page": page, "in_the_clear": {"server name", "server port"}}


ROUTES = {
    "00.1": read_a_ladder,
    "00.2": change_an_experiment,
    "00.3": own_settings,
    "01.1": reply,
    "01.2": two_conversations,
    "01.3": two_doors,
    "02.1": three_ranges,
    "02.2": lambda given: {},
    "02.3": whose_port,
    "05.1": numbers,
    "05.2": slow_start,
    "05.3": shuffled_segments,
    "10.1": price,
    "10.2": misleading_check,
    "10.3": late_or_lost,
    "12.1": six,
    "12.2": on_the_line,
    "12.3": let_it_call,
    "12.4": with_the_lock,
    "13.1": nights_log,
    "13.2": two_ways,
    "13.3": set_the_clock,
    "13.4": both_ways,
    "11.1": two_servers,
    "11.2": by_hand,
    "11.3": which_page,
}


@pytest.mark.parametrize("id", ROUTES)
def test_another_route_leads_to_the_same_key(id: str) -> None:
    for student in STUDENTS:
        its = task(find(id), student)
        fields = [field for field in its.fields if isinstance(field, Valued)]
        answers = ROUTES[id](its.given)
        assert answers.keys() == {field.name for field in fields}
        for field in fields:
            judged = field.judge(answers[field.name])
            assert judged.mark == "right", (student, field.name, answers, field.key)


def test_no_exercise_is_without_another_route() -> None:
    assert set(ROUTES) == {exercise.id for exercise in exercises()}
