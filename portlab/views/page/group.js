// Conversations that belong together: one, or the one of each ladder that stand beside each other.
// Where there are several groups, each can be folded away; those that are short together begin open.

import { ConversationView } from "./conversation.js";
import { button, fill, freshId, html } from "./dom.js";
import { hasInsides } from "./knowing.js";
import { hostPanel } from "./panel.js";
import { placeTracks } from "./placing.js";
import { WHICH } from "./scene.js";

const ROWS_OPEN = 40; // of all groups together
const GROUPS_OPEN = 6;
const ROWS_OF_EACH = 12; // where no more groups than that are opened

// Are the groups that `places` name short enough to be read one below the other?
export function standOpen(scene, groups) {
  const rows = groups.map((places) => Math.max(...talksAt(scene, places).map((talk) => talk?.rows.length ?? 0)));
  const together = rows.reduce((sum, one) => sum + one, 0);
  return together <= ROWS_OPEN
    || (rows.length <= GROUPS_OPEN && rows.every((one) => one <= ROWS_OF_EACH));
}

function talksAt(scene, places) {
  return places.map((place, at) => (
    place === null || place === undefined ? null : scene.ladders[at].conversations[place]
  ));
}

export class GroupView {
  // `places` are the conversation's places, one for each ladder; null where it has none.
  constructor(scene, places, { number, open, insides, states, on }) {
    Object.assign(this, { scene, places, insides, states, on, number });
    this.open = open || number === null;
    // Where nothing is known of the hosts, the panel is one sentence or none, and needs no column.
    this.flat = !this.conversations().some((one) => one && hasInsides(one));
    this.ending = new AbortController();
    this.views = [];
    const id = freshId("group");
    this.inside = html("div", { class: "portlab-group-inside", id });
    this.inside.hidden = !this.open;
    this.toggle = number === null ? null : button("", () => this.turn());
    this.node = html("section", { class: "portlab-group", "aria-label": this.heading() },
      this.toggle ?? html("p", { class: "portlab-faint portlab-heading" }, this.heading()), this.inside);
    if (this.toggle) {
      this.toggle.classList.add("portlab-fold");
      this.toggle.setAttribute("aria-controls", id);
      fill(this.toggle, this.heading());
      this.toggle.setAttribute("aria-expanded", String(this.open));
    }
  }

  heading() {
    const headings = this.conversations().filter(Boolean).map((one) => one.heading);
    return [...new Set(headings)].join(" | ");
  }

  conversations() {
    return talksAt(this.scene, this.places);
  }

  // Make what is inside, if it is open and not yet made; it must be on the page.
  begin() {
    if (!this.open || this.views.length) return;
    const two = this.places.length > 1;
    const cells = this.conversations().map((conversation, at) => {
      if (!conversation) return html("p", { class: "portlab-faint" }, `Not in the ${WHICH[at]}.`);
      const view = this.viewOf(conversation, at, two);
      return html("div", { class: "portlab-cell" },
        two ? html("h4", {}, this.ladderTitle(at)) : null, view.node);
    });
    this.side = html("div", { class: "portlab-side" }, this.panels.map((panel) => panel.node));
    this.chosen = html("div", { class: "portlab-chosen" });
    this.body = html("div", { class: `portlab-body${two ? " portlab-two" : ""}` },
      html("div", { class: "portlab-main-part" },
        html("div", { class: "portlab-ladders" }, cells), this.chosen),
      this.side);
    this.showInsides(this.insides);
    fill(this.inside, this.body);
    for (const view of this.views) view.begin();
  }

  // Show or hide what the hosts' TCP holds.
  showInsides(shown) {
    this.insides = shown;
    if (!this.side) return;
    const empty = this.panels.every(({ node }) => node.hidden);
    this.side.hidden = empty || (!shown && !this.flat);
    this.body.classList.toggle("portlab-flat", this.flat || !shown);
  }

  viewOf(conversation, ladder, two) {
    const only = new Set(this.scene.differences?.only[ladder] ?? []);
    const view = new ConversationView(conversation, {
      name: two ? `the ${WHICH[ladder]} ladder, ${conversation.heading}` : conversation.heading,
      only,
      signal: this.ending.signal,
      on: {
        ...this.on,
        choose: (one, row) => this.on.choose(this, one, row, ladder),
        scroll: (one) => this.scrollWith(one),
      },
    });
    this.views.push(view);
    const panel = hostPanel(this.states, conversation);
    panel.node.setAttribute("aria-label", `Inside both hosts of ${view.name}`);
    (this.panels ??= []).push(panel);
    return view;
  }

  // Give everything its place; the same time has the same height in ladders side by side.
  arrange(options) {
    const [one, other] = this.views;
    const short = this.views.every((view) => view.isShort);
    for (const view of this.views) view.showWhole(short);
    const apart = !other || other.scroll.getBoundingClientRect().left
      < one.scroll.getBoundingClientRect().right;
    const tracks = this.views.map((view) => view.measure(options));
    const usual = Math.min(...this.views.map((view) => view.drawing.usual));
    const placed = apart ? tracks.map((track) => placeTracks([track], usual)[0]) : placeTracks(tracks, usual);
    this.views.forEach((view, at) => {
      view.heads.style.minHeight = "";
      view.arrange(placed[at]);
    });
    this.together = !apart;
    if (apart) return;
    const highest = Math.max(...this.views.map((view) => view.heads.offsetHeight));
    for (const view of this.views) view.heads.style.minHeight = `${highest}px`;
  }

  scrollWith(view) {
    if (!this.together) return;
    for (const other of this.views) {
      if (other !== view && other.scroll.scrollTop !== view.scroll.scrollTop) {
        other.scroll.scrollTop = view.scroll.scrollTop;
      }
    }
  }

  ladderTitle(at) {
    const { title, faults } = this.scene.ladders[at];
    const name = at === 0 ? "First" : "Second";
    return `${name}: ${[title, ...faults].filter(Boolean).join(", ") || "no fault"}`;
  }

  turn() {
    this.open = !this.open;
    this.inside.hidden = !this.open;
    this.toggle.setAttribute("aria-expanded", String(this.open));
    this.on.toggle();
  }

  // Take in what is shown of a chosen packet.
  hold(card, header) {
    this.chosen.append(card, header);
  }

  show(time) {
    for (const panel of this.panels) panel.show(time);
  }

  end() {
    this.ending.abort();
  }
}
