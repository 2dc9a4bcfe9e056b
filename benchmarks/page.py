"""How fast ladder, port map and quiz are in the page: from a key or click until that is drawn.

Measured where learners meet it: in Chromium, in JupyterLab, against a real kernel. The clock is the
page's own. It starts with the time that the browser gives the key or click, and stops behind the
first frame that shows what was asked for.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks import Row, median
from tests.requires import browser

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

STEPS = 40
DROPS = 15
ANSWERS = 15
CELLS = (
    """
from portlab import apps, ladder, run

def hello(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
        return connection.receive_until(b"\\r\\n\\r\\n")

def upload(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Discard())
    with client.connect(server, 80) as connection:
        connection.send(bytes(10_000_000))
""",
    "ladder(run(hello, seed=1))",
    "trace = run(upload, seed=1)\nassert len(trace) > 10_000\nladder(trace)",
    "from portlab import port_map\nport_map(range(0, 65536, 64))",
    "from portlab import practice\npractice('range-of-port', count=20)",
)
"""The last of them is seen by itself: the page keeps alive what is near."""

STOPWATCH = """
root => {
  const stopwatch = { times: [] };
  // A frame is drawn behind its callbacks, and before the next message is.
  const afterDrawing = (then) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    port2.postMessage(null);
  });
  const start = (event) => {
    const { what } = stopwatch;
    if (!what) return;
    stopwatch.what = null;
    const before = what();
    const look = () => {
      if (what() === before) requestAnimationFrame(look);
      else afterDrawing(() => stopwatch.times.push(performance.now() - event.timeStamp));
    };
    requestAnimationFrame(look);
  };
  root.addEventListener("click", start, { capture: true });
  root.addEventListener("keydown", start, { capture: true });
  const looks = {
    step: () => root.querySelector(".portlab-now").textContent,
    drop: () => root.querySelectorAll("[role=listbox]")[1]?.querySelector("[role=option] text")
      ? "two" : "one",
    port: () => root.querySelector("[role=gridcell]").dataset.port,
    answer: () => root.querySelector("[role=status]").textContent,
  };
  // Measure the next key or click, until something else is to be seen.
  stopwatch.wind = (name) => { stopwatch.what = looks[name]; };
  root.stopwatch = stopwatch;
}
"""


def measure() -> list[Row]:
    """(what, value, "<=" or ">=", target), in milliseconds; None where there is no browser."""
    names = (
        ("a step by its button, until drawn, ms", 50),
        ("a step by key, until drawn, ms", 50),
        ("a step by its button in 10,000 segments, until drawn, ms", 50),
        ("a step by key in 10,000 segments, until drawn, ms", 50),
        ("a drop, until the second ladder is drawn, ms", 300),
        ("a step on the port map with 1,024 signs, until drawn, ms", 50),
        ("an answer graded and written down, until it is told, ms", 100),
    )
    values: list[float | None] = [None] * len(names)
    if browser() is not None:
        with _page(*CELLS[:-1]) as page:
            values[:-1] = _values(page)
        with _page(CELLS[-1]) as page:
            values[-1] = _answers(page.locator(".portlab-questions"))
    return [(what, value, "<=", most) for (what, most), value in zip(names, values, strict=True)]


def _values(page: "Page") -> Iterator[float]:
    ladders = page.locator(".portlab-ladder")
    for ladder in ladders.all():
        ladder.evaluate(STOPWATCH)
        yield _steps(ladder, by_key=False)
        yield _steps(ladder, by_key=True)
    yield _drops(ladders.first)
    ports = page.locator(".portlab-ports")
    ports.evaluate(STOPWATCH)
    yield _ports(ports)


def _steps(ladder: "Locator", *, by_key: bool) -> float:
    """The median of many steps to and fro in the middle."""
    slider = ladder.get_by_role("slider", name="Moment")
    slider.fill(str(int(slider.get_attribute("max") or 0) // 2))
    packets = ladder.get_by_role("listbox")
    buttons = [_button(ladder, f"{way} moment") for way in ("Next", "Previous")]

    def step(turn: int) -> None:
        back = turn // 4 % 2  # some steps on, as many back: no end is reached
        if by_key:
            packets.press(("ArrowRight", "ArrowLeft")[back])
        else:
            buttons[back].click()

    return _median(ladder, "step", STEPS, step)


def _drops(ladder: "Locator") -> float:
    """The median of drops of one packet, each undone again."""
    from playwright.sync_api import expect

    def choose() -> None:
        ladder.locator("[data-number='2'] text").click()
        ladder.get_by_role("region", name="Header of the packet").locator("h3").wait_for()

    def drop(_: int) -> None:
        _button(ladder, "Drop").click()
        expect(ladder.get_by_role("listbox")).to_have_count(2)

    def undo() -> None:
        _button(ladder, "Undo the fault").click()
        expect(ladder.get_by_role("listbox")).to_have_count(1)

    return _median(ladder, "drop", DROPS, drop, before=choose, after=undo)


def _ports(ports: "Locator") -> float:
    """The median of steps to and fro where each cell is large enough for its number."""
    grid = ports.get_by_role("grid")
    for _ in range(4):
        grid.press("+")
    return _median(
        ports, "port", STEPS, lambda turn: grid.press(("ArrowDown", "ArrowUp")[turn % 2])
    )


def _answers(quiz: "Locator") -> float:
    """The median of answers, first and second tries, right and wrong as they come."""
    quiz.evaluate(STOPWATCH)
    forward, status = _button(quiz, "Next question"), quiz.get_by_role("status")

    def choose() -> None:
        second = status.inner_text().startswith("✘")
        quiz.get_by_role("radio").nth(int(second)).check()

    def go_on() -> None:
        if forward.count():
            forward.click()
            status.get_by_text("Reference").wait_for(state="detached")

    return _median(
        quiz,
        "answer",
        ANSWERS,
        lambda _: _button(quiz, "Answer").click(),
        before=choose,
        after=go_on,
    )


def _button(ladder: "Locator", name: str) -> "Locator":
    return ladder.get_by_role("button", name=name, exact=True)


def _median(
    ladder: "Locator",
    what: str,
    turns: int,
    act: Callable[[int], None],
    *,
    before: Callable[[], None] = lambda: None,
    after: Callable[[], None] = lambda: None,
) -> float:
    """The median of so many turns, after two that are not counted."""
    ladder.evaluate("root => { root.stopwatch.times = []; }")
    for turn in range(turns + 2):
        before()
        ladder.evaluate("(root, what) => root.stopwatch.wind(what)", what)
        act(turn)
        ladder.page.wait_for_function(
            "([root, count]) => root.stopwatch.times.length === count",
            arg=[ladder.element_handle(), turn + 1],
        )
        after()
    times: list[float] = ladder.evaluate("root => root.stopwatch.times")
    return median(times[2:])


@contextmanager
def _page(*cells: str) -> "Iterator[Page]":
    from playwright.sync_api import expect, sync_playwright

    from tests.browser.cells import cell
    from tests.browser.conftest import QUIET
    from tests.browser.visit import notebook, visit
    from tests.course.running import running_lab

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, sync_playwright() as playwright:
        home = Path(folder)
        file = notebook(home, "99-speed.ipynb", *cells)
        chromium = playwright.chromium.launch(executable_path=browser(), args=list(QUIET))
        with running_lab(home, "--port", "0") as lab, visit(chromium, lab) as seen:
            seen.open(file.name)
            seen.run_all()
            expect(cell(seen, len(cells) - 1).locator(".portlab")).to_have_count(1)
            yield seen.page
        chromium.close()
