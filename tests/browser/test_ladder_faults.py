"""What if this packet were lost, late, doubled? The second ladder, by mouse and by keyboard.

And where it cannot be asked: a file, sockets, code that stops, Python that is busy or gone.
"""

import re
from collections.abc import Iterator

import pytest

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, expect  # noqa: E402

from tests.browser.ladders import HELLO, OVERLAPS, Shown, notebook_of, shown  # noqa: E402
from tests.browser.visit import Visit  # noqa: E402

FILE = """
save(run(hello, seed=1), "mine.pcapng")
ladder(load("mine.pcapng"))
"""
BY_HAND = """
with Lab() as lab:
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)
ladder(lab.trace)
"""
SOCKETS = """
def calls(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(0)
    with client.connect(server, listener.port) as connection:
        connection.send(b"hello")

ladder(run(calls, world="loopback"))
"""
FRAGILE = """
def fragile(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Echo())
    connection = client.connect(server, 80)
    connection.send(b"count me")
    seconds = lab.trace[-1].time - lab.trace[0].time
    return [10, 20, 30][seconds // 1_000_000 * 7]

ladder(run(fragile, seed=1))
"""
AS_HELLO, AS_FILE, AS_BY_HAND, AS_SOCKETS, AS_FRAGILE = range(5)


@pytest.fixture(scope="module")
def seen(chromium: Browser, course: RunningLab) -> Iterator[Visit]:
    cells = (HELLO, FILE, BY_HAND, SOCKETS, FRAGILE)
    with notebook_of(chromium, course, "99-faults.ipynb", *cells) as seen:
        yield seen


@pytest.fixture
def hello(seen: Visit) -> Shown:
    """The ladder as it was run, nothing chosen."""
    hello = shown(seen.page, AS_HELLO)
    while hello.button("Undo the fault").is_visible():
        undo(hello)
    hello.to(hello.packets(), "Escape")
    expect(hello.card).to_be_hidden()
    return hello


def undo(hello: Shown) -> None:
    button = hello.button("Undo the fault").element_handle()
    button.click()
    button.wait_for_element_state("hidden")  # another one stands there, or none


def titles(hello: Shown) -> Locator:
    return hello.root.locator(".portlab-cell > h4")


@pytest.mark.parametrize("by", ["mouse", "key"])
@pytest.mark.parametrize(
    ("word", "fault"),
    [("Drop", "drop(2)"), ("Duplicate", "duplicate(2)"), ("Delay", "delay(2, 0.75)")],
)
def test_a_fault_stands_beside_what_was(hello: Shown, by: str, word: str, fault: str) -> None:
    if by == "mouse":
        hello.choose(2)
    else:
        hello.to(hello.packets(), "Home", "ArrowDown", "Enter")
        expect(hello.header.locator(".portlab-header")).to_be_visible()
    if word == "Delay":
        seconds = hello.root.get_by_label("Seconds of delay")
        if by == "mouse":
            seconds.fill("0.75")
        else:
            hello.to(seconds, "Control+a", "0", ".", "7", "5")
    if by == "mouse":
        hello.button(word).click()
    else:
        hello.to(hello.button(word), "Space")
    expect(titles(hello)).to_have_text(["First: hello", f"Second: hello, {fault}"])
    expect(hello.differences).to_be_focused()
    expect(hello.spoken).to_contain_text(f"{fault}.")
    expect(hello.differences).to_contain_text("Marked:")
    only = hello.packets(1).locator("[role=option]", has_text="≠")
    expect(only.first).to_be_attached()
    expect(only.first).to_have_attribute("aria-label", with_words("Only in this ladder."))
    assert hello.measured(OVERLAPS) == []
    if by == "mouse":
        hello.keep(f"fault-{word.lower()}")
        undo(hello)
    else:
        hello.to(hello.button("Undo the fault"), "Enter")
    expect(hello.root.get_by_role("listbox")).to_have_count(1)
    expect(hello.packets()).to_be_focused()
    expect(hello.differences).to_be_hidden()


def test_enter_in_the_seconds_delays(hello: Shown) -> None:
    hello.choose(1)
    hello.to(hello.root.get_by_label("Seconds of delay"), "Enter")
    expect(titles(hello).nth(1)).to_have_text("Second: hello, delay(1, 0.5)")


def test_a_fault_that_makes_no_sense_is_said_to_make_none(hello: Shown) -> None:
    hello.choose(1)
    seconds = hello.root.get_by_label("Seconds of delay")
    seconds.fill("-1")
    hello.button("Delay").click()
    expect(hello.problem).to_contain_text("A delay")
    expect(hello.root.get_by_role("listbox")).to_have_count(1)
    hello.keep("no-such-delay")
    seconds.fill("2")
    hello.button("Delay").click()
    expect(titles(hello).nth(1)).to_have_text("Second: hello, delay(1, 2)")
    expect(hello.problem).to_be_hidden()


def test_a_fault_upon_a_fault_and_each_undone(hello: Shown) -> None:
    hello.choose(1)
    hello.button("Drop").click()
    expect(titles(hello).nth(1)).to_have_text("Second: hello, drop(1)")
    hello.choose(2, ladder=1)
    hello.button("Drop").click()
    expect(titles(hello)).to_have_text(["First: hello, drop(1)", "Second: hello, drop(1), drop(2)"])
    expect(hello.root.get_by_label("Line of code of the second")).to_have_value(
        "ladder(run(hello, seed=1, faults=[drop(1), drop(2)]))"
    )
    hello.keep("fault-upon-fault")
    undo(hello)
    expect(titles(hello)).to_have_text(["First: hello", "Second: hello, drop(1)"])
    undo(hello)
    expect(titles(hello)).to_have_count(0)


def test_both_ladders_go_by_one_time_and_scroll_as_one(hello: Shown) -> None:
    hello.choose(2)
    hello.button("Drop").click()
    expect(titles(hello)).to_have_count(2)
    hello.to(hello.slider, "Home", "ArrowRight", "ArrowRight")
    for ladder in (0, 1):
        expect(hello.packets(ladder).locator(".portlab-arrow:not(.portlab-future)")).to_have_count(
            1
        )
    expect(hello.now).to_contain_text("Second: 0.000 ms: client sends 1: SYN")
    heights = [
        hello.row(1, ladder).locator(".portlab-hit").get_attribute("y1") for ladder in (0, 1)
    ]
    assert heights[0] == heights[1]
    hello.to(hello.slider, "End")
    # The last moment is in view, whole: nothing below it is cut off.
    rest = hello.packets(1).evaluate("box => box.scrollHeight - box.clientHeight - box.scrollTop")
    assert rest <= 1
    hello.keep("pair-at-the-last-moment")


def with_words(text: str) -> "re.Pattern[str]":
    return re.compile(re.escape(text))


# ---- where it cannot be asked --------------------------------------------------------------------


@pytest.mark.parametrize("at", [AS_FILE, AS_BY_HAND], ids=["file", "by-hand"])
def test_without_an_experiment_a_sentence_stands_for_the_buttons(seen: Visit, at: int) -> None:
    ladder = shown(seen.page, at)
    ladder.choose(2)
    expect(ladder.card).to_contain_text("This trace came from a file or from a lab played by hand")
    why = (
        "It agrees to the connection. It acknowledges the SYN"
        if at == AS_FILE
        else "Agrees, and expects byte 1"
    )
    expect(ladder.card).to_contain_text(f"Why: {why}")
    expect(ladder.card.get_by_role("button")).to_have_text(["Close"])
    expect(ladder.root.get_by_label("Line of code")).to_have_count(0)
    ladder.to(ladder.slider, "Home", "ArrowRight")
    ladder.expect_position(1)
    ladder.keep("from-a-file" if at == AS_FILE else "played-by-hand")


def test_socket_calls_are_gone_through_like_packets(seen: Visit) -> None:
    ladder = shown(seen.page, AS_SOCKETS)
    expect(ladder.root).to_contain_text("no packet seen")
    ladder.to(ladder.packets(), "Home", "Enter")
    expect(ladder.card.get_by_role("heading")).to_contain_text("At client: connect -> 127.0.0.1:")
    expect(ladder.card.get_by_role("button")).to_have_text(["Close"])
    ladder.to(ladder.slider, "Home", "ArrowRight", "ArrowRight")
    expect(ladder.now).to_contain_text("client: send 5 bytes")
    ladder.keep("of-socket-calls")


def test_an_experiment_that_stops_with_a_fault_leaves_what_is_shown(seen: Visit) -> None:
    ladder = shown(seen.page, AS_FRAGILE)
    ladder.root.scroll_into_view_if_needed()
    ladder.choose(1)
    ladder.button("Drop").click()
    expect(ladder.problem).to_contain_text(
        "With this fault the experiment's own code stopped. IndexError: list index out of range."
    )
    expect(ladder.problem).to_contain_text("What is shown stays as it was")
    expect(ladder.root.get_by_role("listbox")).to_have_count(1)
    assert ladder.root.get_attribute("aria-busy") is None
    ladder.keep("experiment-stopped")
    ladder.button("Duplicate").click()  # it is not stuck
    expect(titles(ladder)).to_have_count(2)
    expect(ladder.problem).to_be_hidden()
