"""The ladder widget as those meet it who use it: its parts by the names that are read out.

What the tests of the ladder share: experiments to show, and `Shown`, one ladder on the page. A
`key` in a test means the keyboard alone: `to` puts the focus where Tab would, and nothing clicks.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.course.running import RunningLab
from tests.requires import needs

needs("browser")

from playwright.sync_api import Browser, Locator, Page, expect  # noqa: E402

from tests.browser.visit import ARTIFACTS, Visit, notebook, visit  # noqa: E402

EXPERIMENTS = """
from portlab import Lab, apps, drop, ladder, load, run, save

def hello(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80, apps.Http())
    with client.connect(server, 80) as connection:
        connection.send(b"GET / HTTP/1.1\\r\\nHost: server\\r\\n\\r\\n")
        return connection.receive_until(b"\\r\\n\\r\\n")

def handshake(lab):
    server, client = lab.hosts("server", "client")
    server.listen(80)
    client.connect(server, 80)

def ask(lab):
    server, client = lab.hosts("server", "client")
    server.udp(53, apps.Echo())
    question = client.udp()
    question.send_to(b"where?", server, 53)
    question.receive()
"""
HELLO = "ladder(run(hello, seed=1))"
OVERLAPS = """
root => {
  // Written words and lines as they are drawn, turned: four corners, or two ends.
  const corners = (node) => {
    const { x, y, width, height } = node.getBBox();
    const thin = height > 9 ? 3 : 0; // a line's height has room above and below its letters
    const matrix = node.getScreenCTM();
    return [[x + 1, y + thin], [x + width - 1, y + thin], [x + width - 1, y + height - thin],
      [x + 1, y + height - thin]].map(([a, b]) => new DOMPoint(a, b).matrixTransform(matrix));
  };
  const apart = (one, other) => [one, other].some((shape) => shape.some((from, at) => {
    const to = shape[(at + 1) % shape.length];
    const [nx, ny] = [to.y - from.y, from.x - to.x];
    const reach = (points) => points.map((point) => point.x * nx + point.y * ny);
    const [a, b] = [reach(one), reach(other)];
    return Math.max(...a) <= Math.min(...b) || Math.max(...b) <= Math.min(...a);
  }));
  const found = [];
  for (const picture of root.querySelectorAll(".portlab-picture")) {
    const words = [...picture.querySelectorAll("text")]
      .filter((node) => getComputedStyle(node).visibility === "visible")
      .flatMap((node) => {
        const lines = [...node.querySelectorAll("tspan[y]")];
        return lines.length ? lines : [node];
      })
      .filter((node) => node.textContent.trim())
      .map((node) => {
        if (node.localName === "text") return { text: node.textContent, shape: corners(node) };
        // A line of a label has no box of its own: its letters do.
        const last = node.getNumberOfChars() - 1;
        const [a, b] = [node.getStartPositionOfChar(0), node.getEndPositionOfChar(last)];
        const matrix = node.getScreenCTM();
        const shape = [[a.x, a.y - 8], [b.x, b.y - 8], [b.x, b.y + 1], [a.x, a.y + 1]]
          .map(([x, y]) => new DOMPoint(x, y).matrixTransform(matrix));
        return { text: node.textContent, shape };
      });
    words.forEach((one, at) => words.slice(at + 1).forEach((other) => {
      if (!apart(one.shape, other.shape)) found.push(`${one.text} | ${other.text}`);
    }));
  }
  return found;
}
"""
"""Texts of the picture that lie upon each other, measured as they are turned."""

CUT_OFF = """
root => {
  const edge = root.getBoundingClientRect();
  return [...root.querySelectorAll("*")].filter((node) => {
    if (node.closest(".portlab-spoken, defs, .portlab-cursor")) return false;
    if (!node.checkVisibility({ visibilityProperty: true })) return false;
    const style = getComputedStyle(node);
    const { left, right, width } = node.getBoundingClientRect();
    if (!width) return false;
    const wide = node.scrollWidth > node.clientWidth + 1 && style.overflowX !== "visible"
      && node.clientWidth > 0;
    return left < edge.left - 1 || right > edge.right + 1 || wide;
  }).map((node) => node.outerHTML.slice(0, 160));
}
"""
"""Elements that reach out of the widget, or hold more than they show."""


class Shown:
    """One ladder widget."""

    def __init__(self, root: Locator) -> None:
        self.root = root
        self.page: Page = root.page

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    @property
    def slider(self) -> Locator:
        return self.root.get_by_role("slider", name="Moment")

    @property
    def now(self) -> Locator:
        return self.root.locator(".portlab-now")

    @property
    def card(self) -> Locator:
        return self.root.get_by_role("region", name="Chosen packet")

    @property
    def header(self) -> Locator:
        return self.root.get_by_role("region", name="Header of the packet")

    @property
    def problem(self) -> Locator:
        return self.root.get_by_role("alert")

    @property
    def spoken(self) -> Locator:
        return self.root.locator(".portlab-spoken[role='status']").first

    @property
    def differences(self) -> Locator:
        return self.root.get_by_role("region", name="Differences")

    def packets(self, ladder: int = 0) -> Locator:
        return self.root.get_by_role("listbox").nth(ladder)

    def row(self, number: int, ladder: int = 0) -> Locator:
        return self.packets(ladder).locator(f"[data-number='{number}']")

    def position(self) -> tuple[int, int]:
        """How many moments have happened, and of how many."""
        count = self.root.locator(".portlab-count")
        expect(count).to_have_text(re.compile(" of [1-9]"))
        text = (count.text_content() or "").replace(",", "")
        position, length = map(int, text.split(" of "))
        return position, length

    def expect_position(self, position: int) -> None:
        expect(self.root.locator(".portlab-count")).to_have_text(re.compile(rf"^{position:,} of "))

    def to(self, node: Locator, *keys: str) -> None:
        """Press keys at a node that has the focus, and has it from Tab or a script only."""
        node.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def choose(self, number: int, ladder: int = 0) -> None:
        """By mouse; what is asked of Python has come."""
        self.row(number, ladder).locator(".portlab-word-number").click()
        expect(self.card.get_by_role("heading", name=f"Packet {number}")).to_be_visible()
        expect(self.header.locator(".portlab-header")).to_be_visible()

    def keep(self, name: str) -> None:
        """A picture of the whole widget, to be looked at."""
        ARTIFACTS.mkdir(exist_ok=True)
        usual = self.page.viewport_size
        assert usual
        for _ in range(2):  # a higher window makes the ladder higher too
            high = self.root.evaluate("root => root.offsetHeight")
            self.page.set_viewport_size({**usual, "height": high + 400})
        self.root.scroll_into_view_if_needed()
        self.root.screenshot(path=ARTIFACTS / f"ladder-{name}.png")
        self.page.set_viewport_size(usual)

    def measured(self, script: str) -> Any:
        return self.root.evaluate(script)


@contextmanager
def notebook_of(
    chromium: Browser, course: RunningLab, name: str, *cells: str, **options: Any
) -> Iterator[Visit]:
    """A notebook of these cells behind the experiments, open, and run until its ladders stand.

    At the end nothing has left the server, and no page has failed.
    """
    file = notebook(course.runtime.parent, name, EXPERIMENTS, *cells)
    with visit(chromium, course, **options) as seen:
        failed: list[str] = []
        seen.page.on("pageerror", lambda error: failed.append(str(error)))
        seen.open(file.name)
        seen.run_all()
        expect(ladders(seen.page)).to_have_count(sum("ladder(" in cell for cell in cells))
        yield seen
        assert failed == []
        assert seen.left_the_server() == []


def ladders(page: Page) -> Locator:
    """All ladder widgets of the notebook that is shown."""
    return page.locator(".jp-NotebookPanel:visible .portlab-ladder")


def shown(page: Page, at: int = 0) -> Shown:
    found = Shown(ladders(page).nth(at))
    expect(found.packets()).to_be_attached()
    return found


def with_class(name: str) -> "re.Pattern[str]":
    """For `to_have_class`: this class among others."""
    return re.compile(rf"(^|\s){name}(\s|$)")
