// All 65,536 port numbers: a canvas to look at, and over it a grid of one cell for the keyboard and
// for screen readers, which hear the number, its name and its range as with any table.

import { button, fill, focusable, freshId, html } from "./dom.js";
import { PORTS_SIDE } from "./ports_data.js";
import { cellImage, drawPorts, middleOf, portInks } from "./ports_drawing.js";
import { portSearch } from "./ports_search.js";
import { PortsView, READABLE } from "./ports_view.js";
import { portCard, portKeys, portLegend, portSentence } from "./ports_words.js";

const LARGEST_SIDE = 640; // pixels
const LARGEST_SMALL_SIDE = PORTS_SIDE;
const SNAP_PIXELS = 7; // pixels around a sign that count as it
const ZOOM_STEP = 2; // of a zoom by button or key
const WHEEL_STEP = 1.25; // and by the wheel
const ROWS_OF_PAGE = 16; // rows

export class PortsMap {
  // A `small` one stands beneath something else that is to be read, and has no search.
  constructor(data, { small = false } = {}) {
    this.data = data;
    this.small = small;
    this.view = new PortsView();
    this.port = data.laid[0]?.ports[0] ?? 443;
    this.pointed = null;
    this.hits = [];
    this.marked = [...new Set(data.laid.flatMap(({ ports }) => ports))].sort((a, b) => a - b);
    this.build();
    this.listen();
    this.sizes = new ResizeObserver(() => this.layOut());
    this.sizes.observe(this.holder);
    this.theme = new MutationObserver(() => this.dress());
    this.theme.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light", "class"] });
  }

  build() {
    const hint = freshId("ports");
    this.canvas = html("canvas", { "aria-hidden": "true" });
    this.grid = focusable(html("div", {
      class: "portlab-ports-grid", role: "grid", tabindex: 0, "aria-label": "All 65,536 port numbers",
      "aria-rowcount": PORTS_SIDE, "aria-colcount": PORTS_SIDE, "aria-describedby": hint,
    }));
    this.gutter = html("div", { class: "portlab-ports-gutter", "aria-hidden": "true" },
      this.data.ranges.map(({ name, first, last }) => (
        html("span", {}, html("strong", {}, name), html("br"), `${first} to`, html("br"), last))));
    this.holder = html("div", { class: "portlab-ports-holder" },
      html("div", { class: "portlab-ports-square" }, this.canvas, this.grid));
    this.zoomIn = button("+", () => this.zoomBy(ZOOM_STEP), { title: "Zoom in" });
    this.zoomOut = button("−", () => this.zoomBy(1 / ZOOM_STEP), { title: "Zoom out" });
    this.zoomIn.setAttribute("aria-label", "Zoom in");
    this.zoomOut.setAttribute("aria-label", "Zoom out");
    this.card = html("section", { class: "portlab-ports-card", "aria-label": "The number" });
    this.spoken = html("p", { class: "portlab-spoken", role: "status" });
    this.search = this.small ? null : portSearch(this.data, {
      found: (ports) => { this.hits = ports; this.draw(); },
      go: (port) => this.jump(port),
      say: (text) => this.say(text),
    });
    this.node = html("section", { class: `portlab-ports${this.small ? " portlab-ports-small" : ""}`, "aria-label": "Port map" },
      html("div", { class: "portlab-ports-seen" },
        html("div", { class: "portlab-ports-tools", role: "group", "aria-label": "Zoom" },
          this.zoomIn, this.zoomOut, button("All ports", () => this.showAll())),
        html("div", { class: "portlab-ports-plan" }, this.gutter, this.holder),
        html("p", { class: "portlab-faint", id: hint },
          "A number is two bytes: its row is the high one, its column the low one. Arrow keys move "
          + "from number to number."),
        portKeys({ search: !this.small })),
      html("div", { class: "portlab-ports-side" }, this.search?.node, this.card,
        portLegend(this.data, (set) => this.follow(set.ports, 1))),
      this.spoken);
  }

  end() {
    this.sizes.disconnect();
    this.theme.disconnect();
  }

  // ---- drawing --------------------------------------------------------------------------------

  // The square is as many whole pixels wide that all cells can be alike.
  layOut() {
    const room = Math.min(this.holder.clientWidth, this.small ? LARGEST_SMALL_SIDE : LARGEST_SIDE);
    if (!room) return;
    const dots = window.devicePixelRatio || 1;
    const perCell = Math.floor((room * dots) / PORTS_SIDE);
    const side = perCell ? (perCell * PORTS_SIDE) / dots : room;
    this.holder.firstChild.style.width = this.holder.firstChild.style.height = `${side}px`;
    this.canvas.width = this.canvas.height = Math.round(side * dots);
    this.view.resize(side);
    if (this.inks) this.draw();
    else this.dress();
  }

  dress() {
    this.inks = portInks(this.node);
    this.image = cellImage(this.data, this.inks);
    this.draw();
  }

  draw() {
    if (!this.inks) return;
    const context = this.canvas.getContext("2d");
    const dots = this.canvas.width / this.view.side;
    context.setTransform(dots, 0, 0, dots, 0, 0);
    const { view, inks, image, hits } = this;
    drawPorts(context, this.data, { image, inks, view, hits });
    this.placeCell();
    this.placeGutter();
    this.explain();
    this.grid.classList.toggle("portlab-ports-near", !view.isWhole);
    this.zoomIn.setAttribute("aria-disabled", String(view.isLargest));
    this.zoomOut.setAttribute("aria-disabled", String(view.isWhole));
  }

  // The cell of the chosen number: a frame on the canvas, and what a screen reader has.
  placeCell() {
    const { view, port } = this;
    if (this.cell?.dataset.port !== String(port)) {
      this.cell = html("div", {
        class: "portlab-ports-cell", role: "gridcell", id: freshId("port"), "data-port": port,
        "aria-colindex": port % PORTS_SIDE + 1, "aria-label": portSentence(this.data, port),
      });
      const row = html("div", { role: "row", "aria-rowindex": Math.floor(port / PORTS_SIDE) + 1 }, this.cell);
      fill(this.grid, row);
      this.grid.setAttribute("aria-activedescendant", this.cell.id);
    }
    const [x, y] = middleOf(view, port);
    const side = Math.max(view.scale, 12);
    Object.assign(this.cell.style, {
      left: `${x - side / 2}px`, top: `${y - side / 2}px`, width: `${side}px`, height: `${side}px`,
    });
    const seen = x >= 0 && y >= 0 && x <= view.side && y <= view.side;
    this.cell.classList.toggle("portlab-ports-outside", !seen);
  }

  // The names of the ranges beside their rows, or as near to them as there is room.
  placeGutter() {
    const { side, scale, top } = this.view;
    let free = 0;
    this.data.ranges.forEach(({ first, last }, at) => {
      const label = this.gutter.children[at];
      const begin = (first / PORTS_SIDE - top) * scale;
      const end = ((last + 1) / PORTS_SIDE - top) * scale;
      label.hidden = end <= 0 || begin >= side;
      if (label.hidden) return;
      const y = Math.max(free, begin);
      label.style.top = `${y}px`;
      // While JupyterLab changes its theme nothing has a height.
      this.labelHeight = label.offsetHeight || this.labelHeight || 0;
      free = y + this.labelHeight + 4;
    });
  }

  explain() {
    const pointed = this.pointed !== null && this.pointed !== this.port;
    const shown = pointed ? this.pointed : this.port;
    const key = `${shown} ${pointed}`;
    if (this.explained === key) return;
    this.explained = key;
    fill(this.card, portCard(this.data, shown, pointed ? "Under the pointer" : "Chosen"));
  }

  say(text) {
    fill(this.spoken, text);
  }

  // ---- moving ---------------------------------------------------------------------------------

  choose(port) {
    this.port = Math.max(0, Math.min(PORTS_SIDE * PORTS_SIDE - 1, port));
    this.pointed = null;
    this.view.reveal(this.port);
    this.draw();
  }

  // To a number from elsewhere: near enough to read, in the middle, and told.
  jump(port) {
    const { view } = this;
    if (view.scale < READABLE) view.zoom(READABLE / view.scale, 0, 0);
    view.centre(port % PORTS_SIDE + 0.5, Math.floor(port / PORTS_SIDE) + 0.5);
    this.choose(port);
    this.say(portSentence(this.data, port));
  }

  // The next of these numbers, or the one before; behind the last comes the first.
  follow(ports, step) {
    if (!ports.length) return;
    const next = step > 0
      ? ports.find((port) => port > this.port) ?? ports[0]
      : ports.findLast((port) => port < this.port) ?? ports.at(-1);
    this.jump(next);
  }

  zoomBy(factor) {
    const [x, y] = middleOf(this.view, this.port);
    const seen = x >= 0 && y >= 0 && x <= this.view.side && y <= this.view.side;
    this.view.zoom(factor, ...(seen ? [x, y] : [this.view.side / 2, this.view.side / 2]));
    if (seen) this.view.reveal(this.port);
    this.draw();
    this.say(`${Math.round(this.view.side / this.view.scale)} numbers in a row are seen.`);
  }

  zoomAt(factor, x, y) {
    this.view.zoom(factor, x, y);
    this.draw();
  }

  showAll() {
    this.view.scale = this.view.whole;
    this.view.clamp();
    this.draw();
    this.say("All numbers are seen.");
  }

  // ---- keys and pointer -----------------------------------------------------------------------

  listen() {
    this.grid.addEventListener("keydown", (event) => this.key(event));
    this.grid.addEventListener("pointerdown", (event) => this.press(event));
    this.grid.addEventListener("pointermove", (event) => this.point(event));
    this.grid.addEventListener("pointerup", (event) => this.release(event));
    this.grid.addEventListener("pointercancel", () => { this.held = null; });
    this.grid.addEventListener("pointerleave", () => { this.pointed = null; this.draw(); });
    this.grid.addEventListener("dblclick", (event) => this.zoomAt(ZOOM_STEP * ZOOM_STEP, ...pointerAt(event)));
    this.grid.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const { port } = this;
    const column = port % PORTS_SIDE;
    const to = (next) => () => this.choose(next);
    const does = {
      ArrowRight: to(port + 1),
      ArrowLeft: to(port - 1),
      ArrowDown: to(port + PORTS_SIDE < PORTS_SIDE ** 2 ? port + PORTS_SIDE : port),
      ArrowUp: to(port >= PORTS_SIDE ? port - PORTS_SIDE : port),
      PageDown: to(Math.min(port + ROWS_OF_PAGE * PORTS_SIDE, PORTS_SIDE * (PORTS_SIDE - 1) + column)),
      PageUp: to(Math.max(port - ROWS_OF_PAGE * PORTS_SIDE, column)),
      Home: to(port - column),
      End: to(port - column + PORTS_SIDE - 1),
      "+": () => this.zoomBy(ZOOM_STEP),
      "=": () => this.zoomBy(ZOOM_STEP),
      "-": () => this.zoomBy(1 / ZOOM_STEP),
      0: () => this.showAll(),
      n: () => this.follow(this.marked, 1),
      p: () => this.follow(this.marked, -1),
      ...(this.search && { "/": () => this.search.field.focus() }),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  // The number at the pointer; a sign that is very near counts as its number.
  portUnder(event) {
    const [x, y] = pointerAt(event);
    const exact = this.view.portAt(x, y);
    if (this.view.scale > 2 * SNAP_PIXELS || this.marked.includes(exact)) return exact;
    let nearest = exact;
    let least = SNAP_PIXELS;
    for (const port of [...this.marked, ...this.hits]) {
      const [across, down] = middleOf(this.view, port);
      const far = Math.hypot(across - x, down - y);
      if (far < least) [nearest, least] = [port, far];
    }
    return nearest;
  }

  press(event) {
    if (event.button !== 0) return;
    this.grid.focus({ preventScroll: true });
    this.held = { x: event.clientX, y: event.clientY, moved: false };
  }

  point(event) {
    if (!this.held) {
      this.pointed = this.portUnder(event);
      this.explain();
      return;
    }
    const { held } = this;
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    if (!held.moved) this.grid.setPointerCapture(event.pointerId);
    Object.assign(held, { x: event.clientX, y: event.clientY, moved: true });
    this.view.move(dx, dy);
    this.draw();
  }

  release(event) {
    const { held } = this;
    this.held = null;
    if (held && !held.moved) this.choose(this.portUnder(event));
  }

  // Only with the focus or with Ctrl: else whoever scrolls through the notebook would be stuck here.
  wheel(event) {
    if (!event.ctrlKey && document.activeElement !== this.grid) return;
    const further = event.deltaY > 0;
    if (further && this.view.isWhole) return; // and whoever scrolls on goes on in the notebook
    event.preventDefault();
    this.zoomAt(further ? 1 / WHEEL_STEP : WHEEL_STEP, ...pointerAt(event));
  }
}

// Where the pointer is on the grid; not the event's own offset, which may be that of the cell.
function pointerAt(event) {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}
