"""Faults name one transmission each, and do exactly that to it."""

import pytest

from portlab import Lab, delay, drop, duplicate, run
from portlab.errors import LabError
from portlab.network.faults import check_faults, with_fault
from tests.network.story import told


def handshake(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)
    lab.run(5)
    return lab.trace


def seen(*faults):
    with Lab(seed=1, faults=faults) as lab:
        return told(handshake(lab))


PLAIN = ["0 ms client > server SYN", "10 ms server > client SYN,ACK", "20 ms client > server ACK"]


def test_without_faults():
    assert seen() == PLAIN


def test_a_dropped_syn_is_sent_again_after_a_second():
    assert seen(drop(1)) == [
        "0 ms client > server SYN, lost",
        "1000 ms client > server SYN",
        "1010 ms server > client SYN,ACK",
        "1020 ms client > server ACK",
    ]


def test_numbers_count_both_directions():
    assert seen(drop(2))[:3] == [
        "0 ms client > server SYN",
        "10 ms server > client SYN,ACK, lost",
        "1000 ms client > server SYN",
    ]


def test_dropping_the_last_ack_makes_the_server_say_it_again():
    assert seen(drop(3)) == [
        "0 ms client > server SYN",
        "10 ms server > client SYN,ACK",
        "20 ms client > server ACK, lost",
        "1010 ms server > client SYN,ACK",
        "1020 ms client > server ACK",
    ]


def test_a_delayed_packet_arrives_late_and_says_why():
    with Lab(seed=1, faults=[delay(2, 0.5)]) as lab:
        late = handshake(lab)[1]
    assert (late.time, late.arrival) == (10_000, 520_000)
    assert late.fate == "delivered"
    assert late.cause == "delayed on request: delay(2, 0.5)"


def test_a_copy_has_a_number_of_its_own_and_can_be_dropped_too():
    with Lab(seed=1, faults=[duplicate(1)]) as lab:
        trace = handshake(lab)
    assert [record.fate for record in trace[:2]] == ["delivered", "duplicate"]
    assert [record.number for record in trace] == list(range(1, len(trace) + 1))
    assert trace[0].packet == trace[1].packet
    assert trace[1].cause == "doubled on request: duplicate(1)"
    only_the_first_arrives = seen(duplicate(1), drop(2))
    assert only_the_first_arrives == [
        PLAIN[0],
        "0 ms client > server SYN, lost",
        *PLAIN[1:],
    ]


def test_everything_before_a_fault_stays_as_it_was():
    def chat(lab):
        server, client = lab.hosts("server", "client")
        listener = server.listen(80)
        with client.connect(server, 80) as one:
            other = listener.accept()
            for _ in range(5):
                one.send(b"ping")
                other.send(other.receive())
                one.receive()

    plain = run(chat, seed=3)
    for number in range(1, len(plain) + 1):
        broken = plain.rerun([drop(number)])
        assert broken[: number - 1].records == plain[: number - 1].records
        assert broken[number - 1].fate == "lost"
        assert broken[number - 1].packet == plain[number - 1].packet


def test_earlier_faults_are_applied_before_later_ones_are_counted():
    assert seen(drop(1), drop(3))[:4] == [
        "0 ms client > server SYN, lost",
        "1000 ms client > server SYN",
        "1010 ms server > client SYN,ACK, lost",
        "2010 ms server > client SYN,ACK",
    ]


def test_a_fault_that_met_nothing_is_told():
    trace = run(handshake, faults=[drop(1), drop(999)])
    assert trace.unused_faults == (drop(999),)
    assert trace[:2].unused_faults == (drop(999),)


def test_a_new_fault_clears_those_on_its_number_and_after():
    faults = (drop(2), delay(4, 1), drop(4), drop(9))
    assert with_fault(faults, duplicate(4)) == (drop(2), duplicate(4))
    assert with_fault((), drop(1)) == (drop(1),)


@pytest.mark.parametrize("number", [0, -1, 1.0, "2", True, None])
def test_transmissions_are_numbered_from_one(number):
    for make in (drop, duplicate, lambda n: delay(n, 1)):
        with pytest.raises(LabError):
            make(number)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf"), "soon"])
def test_a_delay_is_a_time(seconds):
    with pytest.raises(LabError):
        delay(1, seconds)


@pytest.mark.parametrize("faults", [2, [2], ["drop(2)"], None])
def test_what_is_no_fault_is_refused(faults):
    with pytest.raises(LabError):
        Lab(faults=faults)


def test_one_fault_alone_will_do():
    assert check_faults(drop(3)) == (drop(3),)
