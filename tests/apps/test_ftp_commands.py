"""The file server's answers to plain commands: who may do what, to which files and ports."""

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps.ftp.addresses import from_extended, from_six_numbers, six_numbers
from tests.apps.ftp_talking import LOCAL, PEER, actions, codes, logged_in, replies, session


def test_nothing_is_done_for_whom_it_does_not_know() -> None:
    talk = session()
    assert codes(talk, "NOOP", "SYST", "FEAT") == [200, 215, 211]
    assert codes(talk, "PWD", "LIST", "PASV", "DELE a.txt") == [530] * 4
    assert codes(talk, "PASS x", "USER student", "PASS wrong", "PWD") == [503, 331, 530, 530]
    assert codes(talk, "PASS sesame", "PWD") == [230, 257]
    assert codes(talk, "USER student", "PWD") == [331, 530], "a new name begins anew"


def test_who_guesses_three_times_is_hung_up_on() -> None:
    """RFC 2577 section 5: the last word is 421, which no client has asked for."""
    done = actions(session(), "USER student", *["PASS guess"] * 3, "NOOP")
    assert done[-1] == apps.Close()
    assert [action for action in done if isinstance(action, apps.Send)][-1].data.startswith(b"421")


def test_folders_are_walked_and_nothing_leads_out() -> None:
    talk = logged_in()
    assert replies(talk, "PWD") == ['257 "/" is the folder.']
    assert codes(talk, "CWD deep/er", "CWD nothing", "CWD /a.txt") == [250, 550, 550]
    assert replies(talk, "PWD") == ['257 "/deep/er" is the folder.']
    assert codes(talk, "CDUP", "CWD ../../../..") == [250, 250]
    assert replies(talk, "PWD") == ['257 "/" is the folder.']
    assert codes(talk, "SIZE ../../../etc/passwd", "RETR /etc/passwd") == [550, 550]


def test_a_mark_in_a_name_is_doubled() -> None:
    """RFC 959, appendix II."""
    talk = apps.Ftp({'/a "b"/c': ""}).session(LOCAL, PEER)
    said = replies(talk, "USER student", "PASS sesame", 'CWD a "b"', "PWD")
    assert said[-1].startswith('257 "/a ""b""" ')


def test_size_is_what_would_travel() -> None:
    """RFC 3659 section 4: in text each line has one byte more."""
    talk = logged_in()
    assert replies(talk, "SIZE a.txt", "TYPE I", "SIZE a.txt")[::2] == ["213 10", "213 8"]
    assert codes(talk, "TYPE E", "MODE S", "MODE B", "STRU F", "STRU R") == [
        504,
        200,
        504,
        200,
        504,
    ]


def test_anonymous_reads_and_no_more() -> None:
    talk = logged_in("anonymous", "me@example")
    assert codes(talk, "SIZE a.txt", "DELE a.txt", "STOR new") == [213, 550, 550]
    assert codes(logged_in(), "DELE a.txt", "SIZE a.txt") == [250, 550]


def test_what_it_does_not_know_it_says() -> None:
    talk = logged_in()
    assert codes(talk, "SITE EXEC x", "", "RETR a\x07b", "AUTH TLS") == [502, 502, 501, 502]
    assert codes(talk, "x" * 600) == [500]
    assert codes(talk, "RETR a.txt") == [425], "no way was chosen"
    assert actions(talk, "QUIT")[-1] == apps.Close()
    assert actions(talk, "NOOP") == []


def test_it_calls_nobody_but_its_client() -> None:
    """RFC 2577 section 3: a server that did would attack others for anybody who asks."""
    talk = logged_in()
    assert codes(talk, "PORT 10,0,0,3,195,80", "EPRT |1|10.0.0.3|50000|") == [504, 504]
    assert codes(talk, "PORT 10,0,0,2,0,25", "EPRT |1|10.0.0.2|80|") == [504, 504]
    assert codes(talk, "PORT 10,0,0,2,195", "EPRT |2|10.0.0.2|50000|", "PORT") == [501] * 3
    *_, begin, call = actions(talk, "PORT 10,0,0,2,195,80", "RETR a.txt")
    assert isinstance(begin, apps.Tell)
    assert isinstance(call, apps.Connect)
    assert (call.peer, call.source_port) == (("10.0.0.2", 50_000), 20)


def test_from_another_port_than_21_it_calls_from_any() -> None:
    talk = logged_in(local=("10.0.0.1", 2121))
    call = actions(talk, "PORT 10,0,0,2,195,80", "RETR a.txt")[-1]
    assert isinstance(call, apps.Connect)
    assert call.source_port == 0


def test_over_ipv6_only_the_longer_commands_work() -> None:
    """RFC 2428: PORT and PASV have no room for its addresses."""
    talk = logged_in(local=("fd00::1", 21), peer=("fd00::2", 50_000))
    assert codes(talk, "PASV", "EPSV 1", "PORT 10,0,0,2,195,80") == [522, 522, 504]
    assert codes(talk, "EPRT |2|fd00::2|50000|") == [200]
    (listen,) = actions(talk, "EPSV 2")
    assert listen == apps.Listen(0, listen.app, once=True)  # type: ignore[union-attr]
    (said,) = talk.handle(apps.Listening(("fd00::1", 40_001)))
    assert said == apps.Send(b"229 Entering Extended Passive Mode (|||40001|).\r\n")
    assert codes(talk, "EPSV ALL", "EPRT |2|fd00::2|50000|", "PASV") == [200, 501, 522]


def test_ten_thousand_times_passive_is_one_port() -> None:
    talk = logged_in()
    (listen,) = actions(talk, "PASV")
    assert isinstance(listen, apps.Listen)
    assert actions(talk, "PASV", "NOOP") == [], "commands wait until the port is open"
    done = list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    done += actions(talk, *["PASV"] * 10_000)
    assert done.count(apps.Send(b"200 Nothing done.\r\n")) == 1
    assert done.count(apps.Send(b"227 Entering Passive Mode (10,0,0,1,156,65).\r\n")) == 10_002


def test_a_stranger_at_the_open_port_gets_nothing() -> None:
    """RFC 2577 section 5: who finds the port first must at least be the same computer."""
    talk = logged_in()
    (listen,) = actions(talk, "PASV")
    assert isinstance(listen, apps.Listen)
    list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    stranger = listen.app.session((LOCAL[0], 40_001), ("10.0.0.3", 4000))
    assert list(stranger.handle(apps.Opened())) == [apps.Abort()]
    assert listen.app.session((LOCAL[0], 40_001), (PEER[0], 4000)) is listen.app


def test_a_port_that_a_stranger_has_used_up_is_named_to_nobody() -> None:
    talk = logged_in()
    (listen,) = actions(talk, "PASV")
    assert isinstance(listen, apps.Listen)
    list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    listen.app.session((LOCAL[0], 40_001), ("10.0.0.3", 4000))
    (another,) = actions(talk, "PASV")
    assert isinstance(another, apps.Listen)
    assert another.app is not listen.app


def test_whoever_does_not_come_is_not_waited_for_for_ever() -> None:
    talk = logged_in()
    actions(talk, "PASV")
    list(talk.handle(apps.Listening((LOCAL[0], 40_001))))
    _, begin = actions(talk, "RETR a.txt", "NOOP")
    assert isinstance(begin, apps.Tell)
    assert [type(one) for one in talk.handle(apps.Woken(30_000_000))] == [apps.Wake], "just begun"
    said = list(talk.handle(apps.Woken(60_000_000)))
    assert [action.data[:3] for action in said if isinstance(action, apps.Send)] == [b"425", b"200"]
    assert list(begin.session.handle(apps.Opened())) == [apps.Abort()], "too late"


def test_too_many_commands_behind_a_transfer_are_not_kept() -> None:
    talk = logged_in()
    actions(talk, "PASV")
    done = actions(talk, *["NOOP"] * 30_000)
    assert [type(action) for action in done] == [apps.Send, apps.Close]


# ---- how addresses are written


@given(st.ip_addresses(v=4).map(str), st.integers(0, 65_535))
def test_six_numbers_come_back(host: str, port: int) -> None:
    assert from_six_numbers(six_numbers((host, port))) == (host, port)


@given(st.ip_addresses().map(str), st.integers(0, 65_535), st.sampled_from("|!:-"))
def test_the_longer_form_comes_back(host: str, port: int, mark: str) -> None:
    version = ip_address(host).version
    text = mark.join(["", "1" if version == 4 else "2", host, str(port), ""])
    assert from_extended(text) in [(host, port), None]
    if mark not in ":-" or version == 4:
        assert from_extended(text) == (host, port)


@given(st.text(max_size=60))
def test_any_other_text_is_no_address(text: str) -> None:
    for found in (from_six_numbers(text), from_extended(text)):
        assert found is None or (0 <= found[1] <= 65_535 and ip_address(found[0]))
