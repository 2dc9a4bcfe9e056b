"""The DHCP server and its relay agent: sessions on their own, asked by scapy."""

from typing import Any

import pytest
from scapy.layers.dhcp import BOOTP, DHCP

from portlab import apps
from portlab.apps.dhcp_message import DhcpMessage
from portlab.errors import AddressError, LabError

LOCAL, NOBODY = ("::", 67), ("0.0.0.0", 68)
OWN = "10.0.0.1"
TO_ALL = ("255.255.255.255", 68)
SECOND = 1_000_000


class Story:
    """One server, and what its clients say to it, second by second."""

    def __init__(self, *, last: str = "10.0.0.102", **told: Any) -> None:
        self.server = apps.Dhcp(OWN, "10.0.0.100", last, seconds=60, **told)
        self.session = self.server.session(LOCAL, NOBODY)
        self.now = 0

    def say(self, number: int, kind: str, ciaddr: str = "0.0.0.0", **more: Any) -> Any:
        """What client `number` hears: kind, address, options and where it was sent, or None."""
        giaddr = more.pop("giaddr", "0.0.0.0")
        options = [("message-type", kind), *more.items(), "end"]
        asked = BOOTP(
            chaddr=bytes([2, 0, 0, 0, 0, number]), xid=number, ciaddr=ciaddr, giaddr=giaddr
        ) / DHCP(options=options)
        actions = list(self.session.handle(apps.Datagram(bytes(asked), NOBODY, self.now * SECOND)))
        if not actions:
            return None
        [action] = actions
        heard = BOOTP(action.data)
        assert (heard.op, heard.xid, heard.chaddr[5]) == (2, number, number)
        options = dict(one[:2] for one in heard[DHCP].options if isinstance(one, tuple))
        kinds = {2: "offer", 5: "ack", 6: "nak"}
        return kinds[options.pop("message-type")], heard.yiaddr, options, action.peer

    def take(self, number: int, address: str) -> Any:
        return self.say(number, "request", server_id=OWN, requested_addr=address)

    @property
    def lent(self) -> list[str]:
        return [one.address for one in self.server.bindings if one.lent]


def test_discover_offer_request_acknowledge() -> None:
    story = Story(router="10.0.0.254", name_servers=["10.0.0.2"])
    told = {
        "server_id": OWN,
        "lease_time": 60,
        "subnet_mask": "255.255.0.0",
        "router": "10.0.0.254",
        "name_server": "10.0.0.2",
    }
    assert story.say(1, "discover") == ("offer", "10.0.0.100", told, TO_ALL)
    assert story.lent == []
    assert story.take(1, "10.0.0.100") == ("ack", "10.0.0.100", told, TO_ALL)
    assert story.lent == ["10.0.0.100"]


def test_each_client_gets_one_of_its_own_and_the_same_again() -> None:
    story = Story()
    assert [story.say(n, "discover")[1] for n in (1, 2, 1)] == [
        "10.0.0.100",
        "10.0.0.101",
        "10.0.0.100",
    ]
    story.take(1, "10.0.0.100")
    assert story.say(1, "discover")[:2] == ("offer", "10.0.0.100")
    assert story.lent == ["10.0.0.100"], "a new question does not end what was lent"


def test_a_client_is_known_by_the_name_it_gives_itself() -> None:
    story = Story()
    one = story.say(1, "discover", client_id=b"\0laptop")
    same = story.say(2, "discover", client_id=b"\0laptop")
    other = story.say(1, "discover")
    assert one[1] == same[1] != other[1]


def test_the_name_it_gives_itself_comes_back_in_each_answer() -> None:
    """RFC 6842 section 3: unaltered, in offers, acknowledgments and refusals; and only then."""
    story = Story()
    mine = {"client_id": b"\0laptop"}
    answers = [
        story.say(1, "discover", **mine),
        story.say(1, "request", server_id=OWN, requested_addr="10.0.0.100", **mine),
        story.say(1, "request", server_id=OWN, requested_addr="10.0.0.101", **mine),
        story.say(1, "inform", "10.0.0.100", **mine),
    ]
    assert [kind for kind, *_ in answers] == ["offer", "ack", "nak", "ack"]
    assert [told["client_id"] for _, _, told, _ in answers] == [b"\0laptop"] * 4
    assert "client_id" not in story.say(2, "discover")[2]


def test_a_wish_is_granted_if_it_is_free() -> None:
    story = Story()
    assert story.say(1, "discover", requested_addr="10.0.0.102")[1] == "10.0.0.102"
    assert story.say(2, "discover", requested_addr="10.0.0.102")[1] == "10.0.0.100"
    assert story.say(3, "discover", requested_addr="192.0.2.1")[1] == "10.0.0.101"


def test_nobody_answers_when_all_is_lent() -> None:
    story = Story(last="10.0.0.100")
    story.say(1, "discover")
    assert story.say(2, "discover") is None
    story.take(1, "10.0.0.100")
    story.now = 60
    assert story.say(2, "discover")[1] == "10.0.0.100", "its hour is over"


def test_an_offer_that_nobody_takes_is_free_again() -> None:
    story = Story(last="10.0.0.100")
    story.say(1, "discover")
    story.now = 121
    assert story.say(2, "discover")[1] == "10.0.0.100"
    assert story.take(1, "10.0.0.100")[0] == "nak", "the first comes too late"


def test_what_was_not_offered_is_refused() -> None:
    story = Story()
    story.say(1, "discover")
    kind, address, told, to = story.take(1, "10.0.0.102")
    assert (kind, address, told, to) == ("nak", "0.0.0.0", {"server_id": OWN}, TO_ALL)


def test_who_takes_another_servers_offer_leaves_this_one_free() -> None:
    story = Story(last="10.0.0.100")
    story.say(1, "discover")
    assert story.say(1, "request", server_id="10.0.0.9", requested_addr="10.0.9.9") is None
    assert story.say(2, "discover")[1] == "10.0.0.100"


def test_a_computer_switched_on_again_asks_for_what_it_had() -> None:
    """RFC 2131 3.2: no server is named, so all may answer, and who knows nothing is silent."""
    story = Story()
    assert story.say(1, "request", requested_addr="10.0.0.100") is None
    story.say(1, "discover")
    story.take(1, "10.0.0.100")
    assert story.say(1, "request", requested_addr="10.0.0.100")[0] == "ack"
    assert story.say(1, "request", requested_addr="10.0.0.55")[0] == "nak"


def test_renewing_goes_from_address_to_address() -> None:
    story = Story()
    story.say(1, "discover")
    story.take(1, "10.0.0.100")
    story.now = 30
    kind, address, _, to = story.say(1, "request", ciaddr="10.0.0.100")
    assert (kind, address, to) == ("ack", "10.0.0.100", ("10.0.0.100", 68))
    [binding] = story.server.bindings
    assert binding.until == 90 * SECOND
    assert str(binding) == "10.0.0.100 lent to 01:02:00:00:00:00:01"


def test_what_is_given_back_is_free() -> None:
    story = Story(last="10.0.0.100")
    story.say(1, "discover")
    story.take(1, "10.0.0.100")
    assert story.say(2, "release", ciaddr="10.0.0.100") is None
    assert story.lent == ["10.0.0.100"], "only its holder can give it back"
    assert story.say(1, "release", ciaddr="10.0.0.100") is None
    assert story.lent == []
    assert story.say(2, "discover")[1] == "10.0.0.100"


def test_an_address_that_somebody_has_is_not_offered_again() -> None:
    story = Story()
    story.say(1, "discover")
    assert story.say(1, "decline", server_id=OWN, requested_addr="10.0.0.100") is None
    assert [story.say(n, "discover")[1] for n in (1, 2)] == ["10.0.0.101", "10.0.0.102"]


def test_who_has_an_address_may_ask_for_the_rest() -> None:
    story = Story(router="10.0.0.254")
    kind, address, told, to = story.say(1, "inform", ciaddr="10.0.0.7")
    assert (kind, address, to) == ("ack", "0.0.0.0", ("10.0.0.7", 68))
    assert "lease_time" not in told
    assert told["router"] == "10.0.0.254"


def test_through_a_relay_agent() -> None:
    """The server answers the agent, and the agent answers all."""
    story, relay = Story(), apps.DhcpRelay("10.0.0.9", OWN).session(LOCAL, NOBODY)
    asked = DhcpMessage(1, 5, bytes([2, 0, 0, 0, 0, 5]), options={53: b"\1"})
    [sent] = relay.handle(apps.Datagram(asked.encode(), NOBODY))
    assert sent.peer == (OWN, 67)
    relayed = DhcpMessage.decode(sent.data)
    assert (relayed.giaddr, relayed.hops) == ("10.0.0.9", 1)
    [answer] = story.session.handle(apps.Datagram(sent.data, ("10.0.0.9", 67)))
    assert answer.peer == ("10.0.0.9", 67)
    [last] = relay.handle(apps.Datagram(answer.data, (OWN, 67)))
    assert (last.peer, last.data) == (TO_ALL, answer.data)


def test_a_relay_agent_leaves_alone_what_is_not_for_it() -> None:
    relay = apps.DhcpRelay("10.0.0.9", OWN).session(LOCAL, NOBODY)
    others = DhcpMessage(2, 5, bytes(6), giaddr="10.0.0.8", options={53: b"\2"})
    in_a_circle = DhcpMessage(1, 5, bytes(6), hops=16, options={53: b"\1"})
    for message in (others, in_a_circle):
        assert list(relay.handle(apps.Datagram(message.encode(), NOBODY))) == []
    second = DhcpMessage(1, 5, bytes(6), hops=1, giaddr="10.0.0.8", options={53: b"\1"})
    [sent] = relay.handle(apps.Datagram(second.encode(), NOBODY))
    assert DhcpMessage.decode(sent.data).giaddr == "10.0.0.8", "the answer goes to the first"


def test_a_long_option_passes_a_relay_agent() -> None:
    relay = apps.DhcpRelay("10.0.0.9", OWN).session(LOCAL, NOBODY)
    asked = BOOTP() / DHCP(options=[("message-type", "discover"), *[(55, b"1" * 200)] * 2, "end"])
    [sent] = relay.handle(apps.Datagram(bytes(asked), NOBODY))
    assert DhcpMessage.decode(sent.data).options[55] == b"1" * 400


def test_a_refusal_through_a_relay_agent_is_to_be_said_to_all() -> None:
    story = Story()
    story.say(1, "discover", giaddr="10.0.0.9")
    asked = BOOTP(chaddr=bytes([2, 0, 0, 0, 0, 1]), giaddr="10.0.0.9") / DHCP(
        options=[("message-type", "request"), ("requested_addr", "10.0.0.55"), "end"]
    )
    [action] = story.session.handle(apps.Datagram(bytes(asked), NOBODY))
    assert action.peer == ("10.0.0.9", 67)
    assert DhcpMessage.decode(action.data).flags == 0x8000


@pytest.mark.parametrize(
    ("first", "last"), [("10.0.0.9", "10.0.0.1"), ("10.0.0.0", "10.9.0.0"), ("0.0.0.0", "9.9.9.9")]
)
def test_what_is_no_pool(first: str, last: str) -> None:
    with pytest.raises(LabError, match="no pool"):
        apps.Dhcp(OWN, first, last)


def test_addresses_are_of_ipv4() -> None:
    with pytest.raises(AddressError, match="IPv6"):
        apps.Dhcp(OWN, "fd00::1", "fd00::9")
    with pytest.raises(AddressError, match="not an address"):
        apps.Dhcp("server", "10.0.0.1", "10.0.0.2")
