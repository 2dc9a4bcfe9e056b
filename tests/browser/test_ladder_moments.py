"""Going through a ladder in JupyterLab: its moments and its packets, by mouse and by keyboard."""

import re
from collections.abc import Iterator

import pytest

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.ladders import HELLO, Shown, notebook_of, shown, with_class  # noqa: E402
from tests.browser.visit import Visit, until  # noqa: E402

FRAMES = """
async (root, count) => {
  for (let frame = 0; frame < count; frame += 1) await new Promise(requestAnimationFrame);
}
"""


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    with notebook_of(chromium, course, "99-moments.ipynb", HELLO) as seen:
        yield seen


@pytest.fixture
def hello(seen: Visit) -> Shown:
    """The ladder at its last moment, nothing chosen, nothing pointed at."""
    hello = shown(seen.page)
    seen.page.mouse.move(0, 0)
    hello.to(hello.slider, "End")
    hello.to(hello.packets(), "Escape")
    expect(hello.card).to_be_hidden()
    return hello


def happened(hello: Shown) -> Locator:
    """The packets that are shown as having happened."""
    return hello.packets().locator("[role=option]:not(.portlab-future)")


def test_each_packet_has_a_name_that_says_all_of_it(hello: Shown) -> None:
    options = hello.packets().get_by_role("option")
    expect(options).to_have_count(6)
    expect(options.nth(1)).to_have_accessible_name(
        "2, SYN,ACK seq=0 ack=1 win=65535 <mss 1460, sackOK, wscale 3>, from server to client. "
        "Sent at 10.000 ms, arrives at 20.000 ms. client is now ESTABLISHED."
    )


# ---- step ----------------------------------------------------------------------------------------


def test_buttons_go_from_moment_to_moment(hello: Shown) -> None:
    hello.button("First moment").click()
    hello.expect_position(0)
    expect(hello.now).to_have_text("Before the first moment: client is CLOSED, server is LISTEN.")
    expect(happened(hello)).to_have_count(0)
    hello.keep("first-moment")
    hello.button("Next moment").click()
    hello.expect_position(1)
    expect(hello.now).to_contain_text("client sends 1: SYN")
    expect(hello.now).to_contain_text("client is now SYN-SENT")
    expect(happened(hello)).to_have_count(1)
    hello.button("Next moment").click()
    expect(hello.now).to_contain_text("1 (SYN) arrives at server. server is now SYN-RECEIVED")
    hello.keep("step")
    hello.button("Previous moment").click()
    hello.expect_position(1)
    hello.button("Last moment").click()
    expect(hello.now).to_contain_text("That is the last moment.")
    expect(hello.packets().locator(".portlab-future")).to_have_count(0)


def test_keys_press_the_buttons(hello: Shown) -> None:
    hello.to(hello.button("First moment"), "Enter")
    hello.expect_position(0)
    hello.to(hello.button("Next moment"), "Enter", "Space")
    hello.expect_position(2)
    hello.to(hello.button("Previous moment"), "Space")
    hello.expect_position(1)
    hello.to(hello.button("Last moment"), "Space")
    hello.expect_position(hello.position()[1])


def test_arrow_keys_step_while_the_packets_have_the_focus(hello: Shown) -> None:
    hello.button("First moment").click()
    hello.to(hello.packets(), "ArrowRight", "ArrowRight", "ArrowRight")
    hello.expect_position(3)
    hello.to(hello.packets(), "ArrowLeft")
    hello.expect_position(2)
    expect(hello.packets()).to_be_focused()


def test_the_panel_beside_goes_with_it(hello: Shown) -> None:
    client = hello.root.get_by_role("group", name="client", exact=True)
    hello.button("First moment").click()
    expect(client).to_contain_text("CLOSED")
    hello.button("Next moment").click()
    expect(client).to_contain_text("SYN-SENT")
    expect(client).to_contain_text("Retransmission")
    hello.button("Last moment").click()
    expect(client).not_to_contain_text("Retransmission", use_inner_text=True)


def test_an_end_says_that_it_is_one_and_keeps_the_focus(hello: Shown) -> None:
    hello.to(hello.button("First moment"), "Enter")
    expect(hello.button("Previous moment")).to_have_attribute("aria-disabled", "true")
    expect(hello.button("First moment")).to_be_focused()
    hello.to(hello.button("Previous moment"), "Enter")
    hello.expect_position(0)


# ---- play, pause, scrub --------------------------------------------------------------------------


def play_to_the_end(hello: Shown, start: str) -> None:
    length = hello.position()[1]
    hello.slider.fill(str(length - 2))
    hello.expect_position(length - 2)
    if start == "mouse":
        hello.button("Play").click()
    elif start == "button":
        hello.to(hello.button("Play"), "Enter")
    else:
        hello.to(hello.packets() if start == "packets" else hello.slider, "Space")
    expect(hello.button("Pause")).to_be_visible()
    expect(hello.now).to_have_attribute("aria-live", "off")  # nobody can listen that fast
    hello.expect_position(length)
    expect(hello.button("Play")).to_be_visible()
    expect(hello.now).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("start", ["mouse", "button", "packets", "slider"])
def test_it_plays_to_its_end_and_stops(hello: Shown, start: str) -> None:
    play_to_the_end(hello, start)


@pytest.mark.parametrize("how", ["mouse", "button", "packets"])
def test_it_pauses_where_it_is(hello: Shown, how: str) -> None:
    hello.button("Play").click()  # from the end: it begins again
    hello.expect_position(1)
    if how == "mouse":
        hello.button("Pause").click()
    elif how == "button":
        hello.to(hello.button("Pause"), "Space")
    else:
        hello.to(hello.packets(), "Space")
    expect(hello.button("Play")).to_be_visible()
    stays = hello.position()
    hello.root.evaluate(FRAMES, 60)
    assert hello.position() == stays


def test_time_flows_between_two_moments(hello: Shown) -> None:
    """An arrow grows: the cursor stands between the heights of two moments."""
    hello.button("First moment").click()
    cursor = hello.packets().locator(".portlab-cursor")
    heights = set()
    hello.button("Play").click()
    while len(heights) < 5:
        heights.add(cursor.get_attribute("y1"))
        hello.root.evaluate(FRAMES, 3)
    hello.keep("playing")
    hello.button("Pause").click()
    assert len(heights) == 5


def test_with_reduced_motion_it_goes_in_steps(seen: Visit, hello: Shown) -> None:
    seen.page.emulate_media(reduced_motion="reduce")
    try:
        hello.button("First moment").click()
        cursor = hello.packets().locator(".portlab-cursor")
        hello.button("Play").click()
        heights = set()
        while hello.position()[0] < 3:
            heights.add(cursor.get_attribute("y1"))
            hello.root.evaluate(FRAMES, 2)
        hello.button("Pause").click()
        assert len(heights) <= 4
    finally:
        seen.page.emulate_media(reduced_motion="no-preference")


def test_the_slider_is_dragged(hello: Shown) -> None:
    length = hello.position()[1]
    box = hello.slider.bounding_box()
    assert box
    mouse = hello.page.mouse
    mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
    middle = hello.position()[0]
    assert abs(middle - length / 2) <= 1
    hello.keep("scrubbed")
    mouse.move(box["x"] + 2, box["y"] + box["height"] / 2, steps=6)
    mouse.up()
    hello.expect_position(0)


def test_the_slider_hears_keys_and_says_where_it_is(hello: Shown) -> None:
    length = hello.position()[1]
    hello.to(hello.slider, "Home")
    hello.expect_position(0)
    expect(hello.slider).to_have_attribute("aria-valuetext", f"Moment 0 of {length}")
    hello.to(hello.slider, "ArrowRight", "ArrowRight", "ArrowLeft")
    hello.expect_position(1)
    expect(hello.slider).to_have_attribute("aria-valuetext", f"Moment 1 of {length}, 0.000 ms")
    hello.to(hello.slider, "End")
    hello.expect_position(length)


# ---- packets -------------------------------------------------------------------------------------


def test_pointing_at_a_packet_lights_it_and_says_what_it_is(hello: Shown) -> None:
    about = hello.root.locator(".portlab-about")
    hello.row(2).locator("text").hover()
    expect(hello.row(2)).to_have_class(with_class("portlab-lit"))
    expect(about).to_contain_text("2, SYN,ACK seq=0 ack=1")
    expect(about).to_contain_text("from server to client. Sent at 10.000 ms, arrives at 20.000 ms.")
    hello.keep("hover")
    hello.page.mouse.move(0, 0)
    expect(hello.row(2)).not_to_have_class(with_class("portlab-lit"))
    expect(about).to_contain_text("Point at a packet")


def test_keys_go_from_packet_to_packet(hello: Shown) -> None:
    packets, about = hello.packets(), hello.root.locator(".portlab-about")
    last = packets.locator("[role=option]").last.get_attribute("id")
    hello.to(packets, "Home", "ArrowDown")
    expect(hello.row(2)).to_have_class(with_class("portlab-lit"))
    active = packets.get_attribute("aria-activedescendant")
    assert active == hello.row(2).get_attribute("id")
    expect(about).to_contain_text("2, SYN,ACK")
    hello.to(packets, "ArrowUp")
    expect(about).to_contain_text("1, SYN")
    hello.to(packets, "End")
    assert packets.get_attribute("aria-activedescendant") == last
    hello.keep("packet-by-key")


def test_going_to_a_packet_that_has_not_happened_shows_it(hello: Shown) -> None:
    hello.button("First moment").click()
    hello.to(hello.packets(), "Home", "ArrowDown")
    expect(hello.row(2)).not_to_have_class(with_class("portlab-future"))
    assert hello.position()[0] == 4  # sent, and arrived


def test_a_chosen_packet_says_why_it_was_sent_and_shows_its_header(
    seen: Visit, hello: Shown
) -> None:
    hello.choose(2)
    expect(hello.row(2)).to_have_attribute("aria-selected", "true")
    expect(hello.card).to_contain_text("Why:")
    link = hello.card.get_by_role("link").first
    expect(link).to_have_text("RFC 9293, section 3.10.7.2")
    expect(link).to_have_attribute(
        "href", "https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.2"
    )
    expect(hello.card).to_contain_text("client is now ESTABLISHED")
    field = hello.header.get_by_role("button", name="Acknowledgment Number")
    field.click()
    lit = hello.header.locator("[data-byte].portlab-lit")
    expect(lit).to_have_count(4)
    hello.header.locator("[data-byte='22']").hover()
    expect(hello.header.locator("[data-field].portlab-lit")).to_have_accessible_name(
        re.compile("^Destination Port: ")
    )
    hello.keep("chosen")
    hello.button("Close").click()
    expect(hello.card).to_be_hidden()
    expect(hello.header).to_be_hidden()
    expect(hello.packets()).to_be_focused()


def test_the_same_by_keys(seen: Visit, hello: Shown) -> None:
    press = seen.page.keyboard.press
    hello.to(hello.packets(), "Home", "Enter")
    expect(hello.card.get_by_role("heading", name="Packet 1")).to_be_visible()
    expect(hello.header.locator(".portlab-header")).to_be_visible()
    hello.to(hello.packets(), "ArrowDown", "Enter")
    expect(hello.card.get_by_role("heading", name="Packet 2")).to_be_visible()
    field = hello.header.get_by_role("button", name="Sequence Number").first
    hello.to(field, "ArrowDown")
    expect(hello.header.get_by_role("button", name="Acknowledgment Number")).to_be_focused()
    expect(hello.header.locator("[data-byte].portlab-lit")).to_have_count(4)
    press("Tab")
    expect(hello.header.locator("[data-byte='28']")).to_be_focused()
    hello.to(hello.packets(), "Escape")
    expect(hello.card).to_be_hidden()


# ---- numbers and times ---------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["mouse", "key"])
def test_sequence_numbers_are_raw_or_relative(hello: Shown, by: str) -> None:
    expect(hello.row(1)).to_contain_text("seq=0")
    press(hello, "raw", by)
    expect(hello.row(1)).not_to_contain_text("seq=0")
    expect(hello.spoken).to_contain_text("those in the headers")
    raw = hello.row(1).get_attribute("aria-label")
    assert raw
    sent = int(raw.partition("seq=")[2].split()[0])
    client = hello.root.get_by_role("group", name="client", exact=True)
    hello.slider.fill("1")
    expect(client.locator("dl").first).to_contain_text(f"{sent:,}")
    if by == "mouse":
        hello.keep("raw-numbers")
    press(hello, "relative", by)
    expect(hello.row(1)).to_contain_text("seq=0")
    hello.expect_position(1)  # time did not move


@pytest.mark.parametrize("by", ["mouse", "key"])
def test_times_are_since_the_previous_moment(hello: Shown, by: str) -> None:
    times = hello.packets().locator(".portlab-time")
    from_start = times.all_text_contents()
    assert from_start[:4] == ["0.000 ms", "10.000 ms", "20.000 ms", "30.000 ms"]
    press(hello, "since the previous", by)
    until(hello.page, lambda: times.all_text_contents() != from_start)
    assert times.all_text_contents()[:3] == ["+0.000 ms", "+10.000 ms", "+10.000 ms"]
    if by == "mouse":
        hello.keep("times-since-previous")
    press(hello, "from the start", by)
    until(hello.page, lambda: times.all_text_contents() == from_start)


def press(hello: Shown, name: str, by: str) -> None:
    if by == "mouse":
        hello.button(name).click()
    else:
        hello.to(hello.button(name), "Space")
    expect(hello.button(name)).to_have_attribute("aria-pressed", "true")
