"""The post of a domain, as a learner looks into it."""

import pytest

from portlab import apps
from portlab.errors import LabError


def test_what_lies_in_a_mailbox_is_shown() -> None:
    box = apps.Post("school.example").mailbox("student")
    assert repr(box) == "student@school.example: 0 mails"
    box.add(b"Subject: one\n\n")
    box.add(b"Subject: two\n\n", flags=["\\Seen"])
    assert repr(box) == ("student@school.example: 2 mails\n  1: 16 bytes\n  2: 16 bytes (\\Seen)")


def test_a_mail_keeps_its_number_and_gives_it_to_no_other() -> None:
    box = apps.Post().mailbox("student")
    for text in (b"one", b"two"):
        box.add(text)
    box.remove([2])
    assert box.add(b"three").uid == 3
    assert [message.uid for message in box.messages] == [1, 3]
    box.mark(2, ["\\Seen"])
    assert box.get(2) is None, "what is gone is not marked back into life"


@pytest.mark.parametrize(
    ("address", "there"),
    [
        *(("student@school.example", True), ("STUDENT@School.Example", True)),
        *(("postmaster", True), ('"student"@school.example', True)),
        *(("nobody@school.example", False), ("student@college.example", False), ("", False)),
    ],
)
def test_whose_address_it_is(address: str, there: bool) -> None:
    assert (apps.Post("School.example").box_at(address) is not None) is there


def test_who_may_log_in() -> None:
    post = apps.Post("school.example", {"Student": "sesame"})
    for name in ("student", "STUDENT", "student@school.example"):
        assert post.login(name, "sesame") is post.mailbox("student")
    for name, password in [("student", ""), ("nobody", ""), ("postmaster", ""), ("", "sesame")]:
        assert post.login(name, password) is None


def test_there_is_room_for_so_much_in_all_mailboxes_together() -> None:
    post = apps.Post(room=100)
    post.mailbox("student").add(b"x" * 58)
    assert post.room() == 40, "a line that had no end got one"
    assert post.takes(b"x" * 38)
    assert not post.takes(b"x" * 39), "with the end of its line it has 41"
    assert post.takes(b"x" * 18, copies=2)
    assert not post.takes(b"x" * 19, copies=2)
    post.mailbox("teacher").add(b"x" * 38)
    assert not post.takes(b""), "a mailbox that is full takes no empty mail either"
    post.mailbox("student").remove([1])
    assert post.room() == 60


def test_there_are_no_more_than_ten_thousand_mails() -> None:
    post = apps.Post()
    for _ in range(9_999):
        post.mailbox("student").add(b"")
    assert post.takes(b"one more")
    post.mailbox("teacher").add(b"")
    assert not post.takes(b"")


@pytest.mark.parametrize("name", ["", "a b", "a@b", "grün", "a\r\nb"])
def test_not_every_name_can_be_a_users(name: str) -> None:
    with pytest.raises(LabError, match="cannot be a user"):
        apps.Post(users={name: "sesame"})


def test_a_mailbox_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(LabError, match="student, teacher, postmaster"):
        apps.Post().mailbox("nobody")
