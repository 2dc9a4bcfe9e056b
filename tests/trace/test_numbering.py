"""What counts as sent again, and what only looks like it."""

from portlab import Lab, drop, ladder, run


def both_call(lab: Lab) -> None:
    anna, ben = lab.hosts("anna", "ben")
    anna.start_connect(ben, 5000, source_port=5000)
    ben.start_connect(anna, 5000, source_port=5000)


def test_the_answer_to_a_syn_that_crossed_ours_is_no_repetition() -> None:
    """RFC 9293 figure 7: it has the number of our SYN, and says something that the SYN did not."""
    assert "retransmission" not in str(ladder(run(both_call)))


def test_but_that_answer_can_be_repeated() -> None:
    def unanswered(lab: Lab) -> None:
        anna, ben = lab.hosts("anna", "ben")
        ben.start_connect(anna, 5000, source_port=5000)
        anna.start_connect(ben, 5000, source_port=5000)

    text = str(ladder(run(unanswered, faults=[drop(3), drop(4)])))
    assert "retransmission of 3*" in text
    assert "retransmission of 4*" in text


def test_a_ping_over_ipv6_is_called_by_its_name() -> None:
    def ping(lab: Lab) -> float:
        _, client = lab.hosts("server", "client")
        return client.ping("fd00::1")

    text = str(ladder(run(ping)))
    assert "ICMPv6, 2 packets, modelled" in text
    assert "icmpv6" not in text
