"""Echo, Discard and Daytime: sessions on their own, without a world."""

import locale
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portlab import apps
from portlab.apps.daytime import daytime

LOCAL, PEER = ("10.0.0.1", 7), ("10.0.0.2", 50000)
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def actions(app: apps.App, *events: apps.Event) -> list[apps.Action]:
    session = app.session(LOCAL, PEER)
    return [action for event in events for action in session.handle(event)]


@given(st.lists(st.binary()))
def test_echo_gives_back_every_byte_in_order(pieces: list[bytes]) -> None:
    sent = actions(apps.Echo(), apps.Opened(), *map(apps.Data, pieces), apps.PeerClosed())
    assert sent == [*map(apps.Send, pieces), apps.Close()]


@given(st.binary())
def test_echo_gives_back_datagrams_whole(data: bytes) -> None:
    assert actions(apps.Echo(), apps.Datagram(data, PEER)) == [apps.Send(data)]


def test_discard_answers_nothing_and_hangs_up_last() -> None:
    events = [apps.Opened(), apps.Data(b"x"), apps.Datagram(b"y", PEER)]
    assert actions(apps.Discard(), *events) == []
    assert actions(apps.Discard(), apps.PeerClosed()) == [apps.Close()]


def test_daytime_tells_the_worlds_time_and_hangs_up() -> None:
    first = apps.Send(b"Thursday, January 1, 2026 00:00:01-UTC\r\n")
    assert actions(apps.Daytime(), apps.Opened(1_000_000)) == [first, apps.Close()]
    assert actions(apps.Daytime(), apps.Datagram(b"?", PEER, 1_000_000)) == [first]
    assert actions(apps.Daytime(), apps.Data(b"ignored"), apps.PeerClosed()) == []


@given(st.integers(min_value=0, max_value=4 * 10**15))
def test_daytime_is_the_calendars(now: int) -> None:
    at = EPOCH + timedelta(microseconds=now)
    assert datetime.strptime(daytime(now), "%A, %B %d, %Y %H:%M:%S-UTC") == at.replace(
        microsecond=0, tzinfo=None
    )


def test_daytime_speaks_english_everywhere() -> None:
    here = locale.setlocale(locale.LC_TIME)
    try:
        for language in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8", "C"):
            try:
                locale.setlocale(locale.LC_TIME, language)
            except locale.Error:
                continue
            assert daytime(0) == "Thursday, January 1, 2026 00:00:00-UTC"
    finally:
        locale.setlocale(locale.LC_TIME, here)


@pytest.mark.parametrize("app", [apps.Echo(), apps.Discard(), apps.Daytime(), apps.Http()])
def test_every_app_lets_go_when_it_is_reset(app: apps.App) -> None:
    assert actions(app, apps.Reset()) == []


def test_every_name_that_is_promised_can_be_had() -> None:
    assert set(apps.__all__) <= set(dir(apps))
    assert all(getattr(apps, name) is not None for name in apps.__all__)
    with pytest.raises(AttributeError, match="Nothing"):
        apps.Nothing  # type: ignore[attr-defined]  # noqa: B018
