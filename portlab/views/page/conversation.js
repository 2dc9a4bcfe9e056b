// One conversation on the page: its two hosts, its picture in a scroll area, a line about what is
// pointed at. Keys and pointer choose among its packets; the time comes from outside.

import { button, fill, freshId, html } from "./dom.js";
import { Drawing } from "./drawing.js";
import { endOf } from "./scene.js";
import { rowInWords } from "./wording.js";

const AHEAD = 150; // pixels drawn beyond what is in view
const ROWS_AT_ONCE = 16; // a longer ladder scrolls in an area of its own
const HINT = "Point at a packet, or go through them with the ↑ and ↓ keys.";

export class ConversationView {
  // `on` has choose(view, row), leave(), step(by), play(), reveal(view, count) and scroll(view).
  constructor(conversation, { name, only, on, signal }) {
    Object.assign(this, { conversation, name, only, on });
    this.active = null;
    this.chosen = null;
    this.tall = html("div", { class: "portlab-tall", role: "presentation" });
    this.scroll = html("div", {
      class: "portlab-scroll", role: "listbox", tabindex: 0, "aria-label": `Packets of ${name}`,
    }, this.tall);
    this.heads = html("div", { class: "portlab-heads" });
    this.more = button("", () => this.scroll.scrollBy(0, this.scroll.clientHeight - 90));
    this.more.classList.add("portlab-more");
    this.about = html("p", { class: "portlab-about portlab-faint" }, HINT);
    this.node = html("div", { class: "portlab-conversation" },
      this.heads, this.scroll, this.more, this.about);
    this.drawing = null;
    this.now = { count: 0, y: null };
    const listen = (what, hear) => this.scroll.addEventListener(what, hear, { signal });
    listen("scroll", () => {
      this.redraw();
      on.scroll(this);
    });
    listen("keydown", (event) => this.key(event));
    listen("pointerover", (event) => this.point(this.rowUnder(event)));
    listen("pointerleave", () => this.point(null));
    listen("click", (event) => {
      const at = this.rowUnder(event);
      if (at !== null) this.choose(at);
    });
    listen("focus", () => this.light());
    listen("blur", () => this.light());
  }

  get moments() {
    return this.drawing.moments;
  }

  // Called when the view is on the page for the first time, and knows its fonts.
  begin() {
    if (this.drawing) return;
    const family = getComputedStyle(this.scroll).fontFamily || "sans-serif";
    this.drawing = new Drawing(this.conversation, { only: this.only, id: freshId("row"), family });
    fill(this.tall, this.drawing.node);
  }

  get isShort() {
    return this.conversation.rows.length <= ROWS_AT_ONCE;
  }

  // Show all of it at once, or an area of a window's height to scroll in.
  showWhole(whole) {
    this.whole = whole;
    this.scroll.classList.toggle("portlab-whole", whole);
    this.more.hidden = whole;
  }

  // What placing.js needs to know for the width there is now.
  measure(options) {
    return this.drawing.measureFor(this.scroll.clientWidth, options);
  }

  // Take the places that it found.
  arrange(placing) {
    this.drawing.arrange(placing);
    this.tall.style.height = `${placing.height}px`;
    this.drawHeads();
    this.moveTo(this.now.count);
    this.redraw();
  }

  drawHeads() {
    const { lanes, before } = this.conversation;
    const room = 2 * this.drawing.left;
    const texts = lanes.slice(0, 2).flatMap((lane) => [lane.name, endOf(lane)]);
    const fits = texts.every((text) => this.drawing.measure(text, 14, true) < room);
    // Over its own lane, or where that is too narrow at the edge.
    this.heads.classList.toggle("portlab-apart", !fits);
    this.heads.style.setProperty("--pl-lane", `${this.drawing.left}px`);
    fill(this.heads, lanes.slice(0, 2).map((lane, at) => {
      const end = endOf(lane);
      return html("div", { class: "portlab-head-of-lane" },
        html("strong", {}, lane.name === lane.address ? end : lane.name),
        lane.name === lane.address ? null : html("span", { class: "portlab-faint" }, end),
        before[at] ? html("span", { class: "portlab-before" }, before[at]) : null);
    }));
  }

  redraw() {
    if (!this.drawing?.placing) return;
    const top = this.scroll.scrollTop - AHEAD;
    const bottom = this.scroll.scrollTop + this.scroll.clientHeight + AHEAD;
    const { node, placing } = this.drawing;
    const from = Math.max(0, top);
    const high = Math.min(bottom, placing.height) - from;
    node.setAttribute("viewBox", `0 ${from} ${this.drawing.width} ${high}`);
    node.style.top = `${from}px`;
    node.style.height = `${high}px`;
    this.drawing.draw(top, bottom);
    this.light();
    this.tellMore();
  }

  // How much of it is below what is in view. The button keeps its place where there is no more.
  tellMore() {
    if (this.whole) return;
    const bottom = this.scroll.scrollTop + this.scroll.clientHeight;
    const below = this.conversation.rows.filter((_, at) => this.drawing.placing.ends[at] > bottom);
    const packets = below.filter((row) => !row.mark).length;
    const what = packets === 1 ? "1 more packet" : `${packets.toLocaleString("en")} more packets`;
    fill(this.more, `▾ ${packets ? what : "More"} below`);
    this.more.classList.toggle("portlab-none", below.length === 0);
  }

  // `count` of its moments have happened; `y` is a height between two of them, while time flows.
  moveTo(count, y = this.drawing.heightAt(count)) {
    this.now = { count, y };
    if (!this.drawing.placing) return;
    this.drawing.moveTo(count, y);
  }

  // Scroll so that the cursor, or the given height, is in view.
  follow(y = this.now.y) {
    if (y === null) return;
    const { scrollTop, clientHeight } = this.scroll;
    const room = Math.min(90, clientHeight / 4);
    if (y < scrollTop + room) this.scroll.scrollTop = y - room;
    else if (y > scrollTop + clientHeight - room) this.scroll.scrollTop = y - clientHeight + room;
  }

  rowUnder(event) {
    const option = event.target.closest?.("[data-at]");
    return option ? Number(option.dataset.at) : null;
  }

  point(at) {
    this.pointed = at;
    this.light();
    this.say(at ?? this.active);
  }

  say(at) {
    const row = at === null ? null : this.conversation.rows[at];
    fill(this.about, row ? rowInWords(row, this.conversation.lanes, this.only.has(row.number)) : HINT);
  }

  // Make the row `at` the one that Enter opens, and bring it into view.
  activate(at) {
    this.active = at;
    const { starts, ends } = this.drawing.placing;
    this.follow(starts[at]);
    this.follow(Math.min(ends[at], starts[at] + this.scroll.clientHeight / 2));
    this.redraw();
    if (this.whole) this.drawing.drawn.get(at)?.option.scrollIntoView({ block: "nearest" });
    this.say(at);
    if (this.drawing.sentAt[at] >= this.now.count) this.on.reveal(this, this.drawing.doneAt[at] + 1);
  }

  choose(at) {
    this.scroll.focus({ preventScroll: true });
    this.activate(at);
    const row = this.conversation.rows[at];
    this.chosen = at;
    this.light();
    this.on.choose(this, row);
  }

  // Nothing of this conversation is chosen any more.
  unchoose() {
    this.chosen = null;
    this.light();
  }

  light() {
    if (!this.drawing) return;
    const focused = document.activeElement === this.scroll;
    for (const [at, { option, live }] of this.drawing.drawn) {
      const lit = at === this.pointed || (focused && at === this.active);
      for (const part of [option, live]) {
        part?.classList.toggle("portlab-lit", lit);
        part?.classList.toggle("portlab-chosen-row", at === this.chosen);
      }
      option.setAttribute("aria-selected", String(at === this.chosen));
    }
    const shown = this.drawing.drawn.get(this.active)?.option;
    if (shown) this.scroll.setAttribute("aria-activedescendant", shown.id);
    else this.scroll.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const last = this.conversation.rows.length - 1;
    const go = (at) => () => last >= 0 && this.activate(Math.min(Math.max(at, 0), last));
    const act = {
      ArrowDown: go(this.active === null ? 0 : this.active + 1),
      ArrowUp: go(this.active === null ? last : this.active - 1),
      Home: go(0),
      End: go(last),
      ArrowRight: () => this.on.step(1),
      ArrowLeft: () => this.on.step(-1),
      " ": () => this.on.play(),
      Enter: () => this.active !== null && this.choose(this.active),
      Escape: () => this.on.leave(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
