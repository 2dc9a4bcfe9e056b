"""Ladders with much in them: 10,000 segments, several conversations, two traces side by side."""

import re
from collections.abc import Iterator

import pytest

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.ladders import OVERLAPS, Shown, notebook_of, shown, with_class  # noqa: E402
from tests.browser.visit import Visit, until  # noqa: E402

LONG = """
def upload(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Discard())
    with client.connect(server, 80) as connection:
        connection.send(bytes(10_000_000))

trace = run(upload, seed=1)
assert len(trace) > 10_000
ladder(trace)
"""
SEVERAL = """
def several(lab, size=20_000):
    server, client = lab.hosts("server", "client")
    server.listen(9, apps.Discard())
    server.udp(7, apps.Echo())
    for _ in range(2):
        with client.connect(server, 9) as connection:
            connection.send(bytes(size))
    question = client.udp()
    question.send_to(b"where?", server, 7)
    question.receive()

ladder(run(several, seed=1))
"""
SHORT = "ladder(run(lambda lab: several(lab, 20), seed=1))"
UDP_ALONE = """
def questions(lab):
    server, client = lab.hosts("server", "client")
    server.udp(7, apps.Echo())
    for _ in range(2):
        question = client.udp()
        question.send_to(b"where?", server, 7)
        question.receive()

ladder(run(questions, seed=1))
"""
UDP_BESIDE_TCP = "ladder(run(handshake, seed=1), run(ask, seed=1))"
WITH_LOSS = "ladder(run(hello, seed=1), run(hello, seed=1, faults=[drop(4)]))"
MIDDLING = """
def letter(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Discard())
    with client.connect(server, 80) as connection:
        connection.send(bytes(60_000))

ladder(run(letter, seed=1), run(letter, seed=1, faults=[drop(9)]))
"""
AS_LONG, AS_SEVERAL, AS_UDP, AS_LOSS, AS_MIDDLING, AS_SHORT, AS_UDP_ALONE = range(7)
NODES = "root => root.querySelectorAll('*').length"
DRAWN = "root => root.querySelectorAll('.portlab-picture *').length"

DRAWN_TO_THE_END = """
box => box.querySelector("svg").getBoundingClientRect().bottom
  >= box.getBoundingClientRect().bottom
"""
CURSOR_IN_VIEW = """
box => {
  const { top, bottom } = box.getBoundingClientRect();
  const { y } = box.querySelector(".portlab-cursor").getBoundingClientRect();
  return y > top && y < bottom;
}
"""


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    cells = (LONG, SEVERAL, UDP_BESIDE_TCP, WITH_LOSS, MIDDLING, SHORT, UDP_ALONE)
    with notebook_of(chromium, course, "99-large.ipynb", *cells) as seen:
        yield seen


def ladder_at(seen: Visit, at: int) -> Shown:
    found = shown(seen.page, at)
    found.root.scroll_into_view_if_needed()
    return found


# ---- 10,000 segments -----------------------------------------------------------------------------


@pytest.fixture
def long(seen: Visit) -> Shown:
    return ladder_at(seen, AS_LONG)


def in_view(long: Shown) -> list[int]:
    """The places of the rows whose labels are between the edges of the scroll area, from 1."""
    return long.packets().evaluate(
        """box => {
          const { top, bottom } = box.getBoundingClientRect();
          return [...box.querySelectorAll("[role=option] text")].filter((text) => {
            const { y, height } = text.getBoundingClientRect();
            return y > top && y + height < bottom
              && getComputedStyle(text).visibility === "visible";
          }).map((text) => Number(text.closest("[role=option]").getAttribute("aria-posinset")));
        }"""
    )


def test_only_what_is_in_view_is_drawn(long: Shown) -> None:
    assert long.position()[1] > 20_000
    for key in ("Home", "End", "Home"):
        long.to(long.slider, key)
        assert long.measured(NODES) < 2_500
        assert 5 < long.packets().get_by_role("option").count() < 150


def test_the_last_moment_is_a_key_away(long: Shown) -> None:
    long.to(long.slider, "Home", "ArrowRight")
    until(long.page, lambda: 1 in in_view(long))
    long.to(long.button("Last moment"), "Enter")
    expect(long.now).to_contain_text("That is the last moment.")
    last = long.packets().get_by_role("option").last
    expect(last).to_have_attribute("aria-posinset", re.compile(r"^1\d{4}$"))
    assert last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize")
    rows = int(last.get_attribute("aria-setsize") or 0)
    until(long.page, lambda: rows in in_view(long))
    long.keep("ten-thousand-at-the-end")
    long.to(long.packets(), "Home")
    until(long.page, lambda: 1 in in_view(long))


def test_it_is_scrolled_and_stepped_through(long: Shown) -> None:
    packets = long.packets()
    packets.evaluate("box => { box.scrollTop = box.scrollHeight / 2; }")
    expect(long.row(1)).to_have_count(0)
    middle = in_view(long)
    assert len(middle) > 5
    assert 3_000 < middle[0] < middle[-1] < 8_000
    assert long.measured(NODES) < 2_500
    long.slider.fill("9000")
    for position in range(9001, 9011):
        long.to(packets, "ArrowRight")
        long.expect_position(position)
        assert packets.evaluate(CURSOR_IN_VIEW)
    assert long.measured(OVERLAPS) == []
    long.keep("ten-thousand-in-the-middle")


def test_a_packet_of_it_is_chosen_and_dropped(long: Shown) -> None:
    long.to(long.packets(), "End", *["ArrowUp"] * 5, "Enter")
    expect(long.card.get_by_role("heading", name=re.compile(r"Packet 1\d{4}"))).to_be_visible()
    long.button("Drop").click()
    expect(long.root.get_by_role("listbox")).to_have_count(2)
    expect(long.differences).to_contain_text("Lost packets: none in the first, 1 in the second.")
    assert long.measured(DRAWN) < 5_000
    long.button("Undo the fault").click()
    expect(long.root.get_by_role("listbox")).to_have_count(1)


def test_a_higher_window_shows_more_of_it(long: Shown) -> None:
    usual = long.page.viewport_size
    assert usual
    box = long.packets()
    long.page.set_viewport_size({**usual, "height": 400})
    until(long.page, lambda: box.evaluate("box => box.clientHeight") < 350)
    box.evaluate("box => { box.scrollTop = box.scrollHeight / 2; }")
    until(long.page, lambda: min(in_view(long), default=0) > 3_000)
    long.page.set_viewport_size({**usual, "height": 1400})
    until(long.page, lambda: box.evaluate("box => box.clientHeight") > 850)
    until(long.page, lambda: box.evaluate(DRAWN_TO_THE_END))
    long.page.set_viewport_size(usual)


# ---- what is not in view -------------------------------------------------------------------------

HIDDEN = "box => box.scrollHeight - box.clientHeight"


@pytest.mark.parametrize("at", [AS_UDP, AS_LOSS])
def test_a_short_ladder_is_seen_whole(seen: Visit, at: int) -> None:
    """Also where the window is lower than it: the page scrolls, and nothing within the page."""
    usual = seen.page.viewport_size
    assert usual
    both = ladder_at(seen, at)
    seen.page.set_viewport_size({**usual, "height": 500})
    for ladder in (0, 1):
        box = both.packets(ladder)
        assert box.evaluate(HIDDEN) <= 0
        last = box.get_by_role("option").last
        both.to(box, "Home", "End")
        assert last.get_attribute("aria-posinset") == last.get_attribute("aria-setsize")
        expect(last).to_be_in_viewport()
    expect(both.root.get_by_role("button", name="below")).to_have_count(0)
    seen.page.set_viewport_size(usual)


def test_a_longer_one_says_how_much_of_it_is_below_and_goes_there(seen: Visit) -> None:
    both = ladder_at(seen, AS_MIDDLING)
    box = both.packets()
    assert box.evaluate(HIDDEN) > 1_000
    both.to(box, "Home")
    below = re.compile(r"^▾ (\d+) more packets below$")
    more = both.root.locator(".portlab-more").first
    expect(more).to_have_text(below)
    rows = int(box.get_by_role("option").first.get_attribute("aria-setsize") or 0)
    before = numbers(more)
    assert 0 < before < rows
    both.keep("more-below")
    more.click()
    until(both.page, lambda: numbers(more) < before)
    until(both.page, lambda: 1 not in in_view(both))
    while more.is_visible():
        more.click()
        both.page.wait_for_timeout(100)
    until(both.page, lambda: rows in in_view(both))
    # The two ladders scroll as one.
    assert both.packets(1).evaluate("box => box.scrollTop") == box.evaluate("box => box.scrollTop")


def numbers(more: Locator) -> int:
    return int(re.findall(r"\d+", more.text_content() or "")[0])


# ---- several conversations -----------------------------------------------------------------------


@pytest.mark.parametrize("by", ["mouse", "key"])
def test_long_conversations_are_folded_but_for_the_first(seen: Visit, by: str) -> None:
    several = ladder_at(seen, AS_SEVERAL)
    folds = several.root.locator("[aria-expanded]")
    expect(folds).to_have_count(3)

    def turn(at: int, to: str) -> None:
        if by == "mouse":
            folds.nth(at).click()
        else:
            several.to(folds.nth(at), "Space" if at else "Enter")
        expect(folds.nth(at)).to_have_attribute("aria-expanded", to)

    expect(several.root.get_by_role("listbox")).to_have_count(1)
    expect(folds.nth(2)).to_contain_text("UDP")
    length = several.position()[1]
    several.keep("folded")
    turn(2, "true")
    expect(several.root.get_by_role("listbox")).to_have_count(2)
    assert several.position()[1] == length + 4  # one time line for all that is open
    several.to(several.slider, "End")
    expect(several.now).to_contain_text("That is the last moment.")
    several.keep("unfolded")
    turn(0, "false")
    expect(several.root.get_by_role("listbox")).to_have_count(1)
    assert several.position()[1] == 4
    turn(0, "true")
    turn(2, "false")
    assert several.position()[1] == length


def test_conversations_that_are_short_together_are_all_open(seen: Visit) -> None:
    """What a lesson points at is mostly in the second one: the new port, the answer, the reply."""
    short = ladder_at(seen, AS_SHORT)
    folds = short.root.locator("[aria-expanded]")
    expect(folds).to_have_count(3)
    for at in range(3):
        expect(folds.nth(at)).to_have_attribute("aria-expanded", "true")
        expect(short.packets(at)).to_be_visible()
    short.to(short.slider, "End")
    expect(short.now).to_contain_text("That is the last moment.")
    short.keep("short-together")
    length = short.position()[1]
    folds.nth(2).click()  # and each can be folded away
    expect(short.root.get_by_role("listbox")).to_have_count(2)
    assert short.position()[1] == length - 4


def test_a_ladder_without_tcp_has_no_word_about_insides(seen: Visit) -> None:
    alone = ladder_at(seen, AS_UDP_ALONE)
    expect(alone.root.get_by_role("listbox")).to_have_count(2)
    expect(alone.button("Hide the insides")).to_have_count(0)
    for panel in alone.root.locator(".portlab-panel").all():
        expect(panel).to_be_hidden()
    expect(alone.root).not_to_contain_text("states, windows")
    alone.keep("udp-alone")
    expect(ladder_at(seen, AS_SHORT).button("Hide the insides")).to_be_visible()


# ---- two traces ----------------------------------------------------------------------------------


def heading(ladder: Shown, at: int) -> Locator:
    return ladder.root.locator(".portlab-cell > h4").nth(at)


def test_tcp_beside_udp(seen: Visit) -> None:
    both = ladder_at(seen, AS_UDP)
    expect(heading(both, 0)).to_have_text("First: handshake")
    expect(heading(both, 1)).to_have_text("Second: ask")
    expect(both.differences).to_contain_text("Packets: 3 in the first, 2 in the second.")
    expect(both.differences).to_contain_text("Nothing is alike in both")
    expect(both.button("Undo the fault")).to_have_count(0)
    assert both.measured(OVERLAPS) == []
    both.to(both.slider, "Home", "ArrowRight", "ArrowRight")
    expect(both.now).to_contain_text("Second: 0.000 ms: client sends 1: UDP")
    both.keep("tcp-beside-udp")


def test_with_and_without_loss_and_a_fault_in_either(seen: Visit) -> None:
    both = ladder_at(seen, AS_LOSS)
    expect(heading(both, 1)).to_have_text("Second: hello, drop(4)")
    lost = both.row(4, ladder=1)
    expect(lost).to_contain_text("≠")
    expect(lost).to_have_class(with_class("portlab-fate-lost"))
    both.keep("with-and-without-loss")
    both.choose(2, ladder=0)
    both.button("Duplicate").click()
    expect(heading(both, 0)).to_have_text("First: hello")
    expect(heading(both, 1)).to_have_text("Second: hello, duplicate(2)")
    both.button("Undo the fault").click()
    expect(heading(both, 1)).to_have_text("Second: hello, drop(4)")
