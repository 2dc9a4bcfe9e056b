// One packet's headers: each field a box as wide as its bits, its bytes beside it, and what the
// chosen one means in words. A field lights its bytes, a byte lights its fields.
//
// Fields and bytes are two groups of buttons; each group is one stop of the Tab key, and the arrow
// keys move within it. Tab goes from a field to its first byte, and back to the byte's field.

import { bytesOf } from "./bits.js";
import { fill, html } from "./dom.js";
import {
  besides, boxes, byteButton, byteWords, fieldButton, fieldWords, gridClass, hidden, isPlain,
  offsets, partNode,
} from "./header_nodes.js";

const WIDE = 560; // pixels from which a row has 32 bits
const MIDDLE = 260; // and from which it has 16, not 8
const ASIDE = 290; // pixels that the meaning takes up where it stands beside the fields
const BYTE = 26; // pixels that a byte takes up beside its row
const OFFSET = 30; // and the number of the row's first byte before it
const INVITATION =
  "Point at a field or a byte, or move with the arrow keys: here it says what it means.";

// `data` is portlab.views.header.as_data(packet). With `heading: false` the packet's own title is
// left out, for who says it already.
export function headerView(data, { heading = true } = {}) {
  const view = new HeaderView(data, heading);
  return view.node;
}

class HeaderView {
  constructor(data, heading) {
    this.data = data;
    this.bytes = data.bytes.match(/../g) ?? [];
    this.fields = data.parts.flatMap((part) => part.fields.map((field) => ({ ...field, part })));
    this.chosen = null;
    this.fieldNodes = this.fields.map((field, at) => fieldButton(field, at));
    this.byteNodes = this.bytes.map((hex, at) => byteButton(hex, at, this.plain(at)));
    this.parts = data.parts.map((part) => {
      const grid = html("div", { class: gridClass(part) });
      return { part, grid, node: partNode(part, grid) };
    });
    this.meaning = html("div", { class: "portlab-header-meaning" });
    this.spoken = html("p", { class: "portlab-spoken", role: "status" });
    this.body = html(
      "div",
      { class: "portlab-header-body" },
      this.parts.map(({ node }) => node),
      data.more > 0 && html("p", { class: "portlab-faint" }, hidden(data.more)),
      this.meaning,
    );
    this.node = html(
      "section",
      { class: "portlab-header", "aria-label": `Headers of ${data.title}` },
      heading && html("h3", {}, data.title),
      html("p", { class: "portlab-faint" }, data.sizes),
      data.stops.map((stop) => html("p", { class: "portlab-problem" }, stop)),
      this.body,
      this.spoken,
    );
    this.listen();
    this.makeReachable(0, 0);
    this.layOut(0);
    this.explain(null);
    new ResizeObserver(([entry]) => this.layOut(entry.contentRect.width)).observe(this.node);
  }

  // ---- what belongs together ------------------------------------------------------------------

  fieldsOf(byte) {
    const covers = (field) => byte >= bytesOf(field)[0] && byte <= bytesOf(field)[1];
    return this.fields.map((field, at) => (covers(field) ? at : -1)).filter((at) => at >= 0);
  }

  // Is it a byte of what has no fields, so that it may be text?
  plain(byte) {
    const part = this.data.parts.find((one) => byte >= one.start && byte < one.end);
    return isPlain(part);
  }

  partOf({ kind, at }) {
    return this.fields[kind === "field" ? at : this.fieldsOf(at)[0]].part;
  }

  // What a node of the page stands for: {kind: "field" or "byte", at}, or null.
  target(node) {
    const found = node instanceof Element ? node.closest("[data-field], [data-byte]") : null;
    if (!found) return null;
    const kind = found.hasAttribute("data-field") ? "field" : "byte";
    return { kind, at: Number(found.getAttribute(`data-${kind}`)) };
  }

  // ---- layout ---------------------------------------------------------------------------------

  layOut(whole) {
    const beside = whole >= WIDE + ASIDE;
    this.node.classList.toggle("portlab-header-beside", beside);
    const width = beside ? whole - ASIDE : whole;
    const perRow = width >= WIDE ? 32 : width >= MIDDLE ? 16 : 8;
    this.node.classList.toggle("portlab-header-narrow", perRow === 8);
    const pixels = Math.max(width - OFFSET - (perRow / 8) * BYTE - 8, perRow * 10) / perRow;
    const focused = document.activeElement;
    let first = 0;
    for (const { part, grid } of this.parts) {
      const all = this.fields.slice(first, first + part.fields.length);
      const nodes = this.fieldNodes.slice(first, first + part.fields.length);
      const bytes = this.byteNodes.slice(part.start, part.end);
      if (isPlain(part)) {
        if (!grid.firstChild) fill(grid, nodes, html("div", { class: "portlab-header-dump" }, bytes));
        nodes.forEach((node, at) => fill(node, all[at].value));
      } else {
        grid.style.setProperty("--pl-bits", perRow);
        grid.style.setProperty("--pl-bytes", perRow / 8);
        fill(grid, offsets(part, perRow), boxes(all, nodes, first, part, perRow, pixels),
          besides(bytes, perRow));
      }
      first += part.fields.length;
    }
    // Moving a node takes the focus from it.
    if (this.node.contains(focused) && focused !== document.activeElement) focused.focus();
    this.place(this.chosen);
  }

  // The meaning stands beside the row it is about. Where there is no room, it stands below the
  // header that something was chosen in: pointing alone must move nothing.
  place(target) {
    const beside = this.node.classList.contains("portlab-header-beside");
    if (!beside) {
      this.meaning.style.top = "";
      const chosen = this.chosen && this.partOf(this.chosen);
      const after = chosen ? this.parts.find(({ part }) => part === chosen).node : this.body.lastChild;
      if (after !== this.meaning && after.nextSibling !== this.meaning) after.after(this.meaning);
      return;
    }
    const body = this.body.getBoundingClientRect();
    const at = target ? this.nodeOf(target).getBoundingClientRect().top - body.top : 0;
    const lowest = Math.max(0, body.height - this.meaning.offsetHeight);
    this.meaning.style.top = `${Math.round(Math.min(at, lowest))}px`;
  }

  // ---- lighting and saying --------------------------------------------------------------------

  listen() {
    this.node.addEventListener("mouseover", (event) => {
      const at = this.target(event.target);
      if (at) this.light(at);
    });
    this.node.addEventListener("mouseleave", () => this.light(this.chosen));
    this.node.addEventListener("click", (event) => {
      const at = this.target(event.target);
      if (at) this.nodeOf(at).focus(); // Safari gives buttons no focus, nor have the boxes' ends any
    });
    this.node.addEventListener("focusin", (event) => {
      const at = this.target(event.target);
      if (at) this.choose(at);
    });
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  nodeOf({ kind, at }) {
    return (kind === "field" ? this.fieldNodes : this.byteNodes)[at];
  }

  choose(at) {
    this.chosen = at;
    if (at === null) {
      this.spoken.textContent = "";
    } else if (at.kind === "field") {
      const field = this.fields[at.at];
      this.makeReachable(at.at, bytesOf(field)[0]);
      this.spoken.textContent = [field.meaning, `In ${field.where}.`, field.source].join(" ");
    } else {
      const covering = this.fieldsOf(at.at);
      const fields = covering.map((one) => this.fields[one]);
      this.makeReachable(covering[0], at.at);
      this.spoken.textContent = [
        ...fields.map((field) => `${field.name}: ${field.value}.`),
        fields.length === 1 ? fields[0].meaning : "",
      ].join(" ");
    }
    this.light(at);
  }

  // Where the Tab key lands in each group.
  makeReachable(field, byte) {
    this.fieldNodes.forEach((node, at) => node.setAttribute("tabindex", at === field ? "0" : "-1"));
    const reachable = Math.min(byte, this.byteNodes.length - 1);
    this.byteNodes.forEach((node, at) => node.setAttribute("tabindex", at === reachable ? "0" : "-1"));
  }

  light(target) {
    const fields = new Set();
    const bytes = new Set();
    if (target?.kind === "field") {
      fields.add(target.at);
      const [first, last] = bytesOf(this.fields[target.at]);
      for (let at = first; at <= last; at += 1) bytes.add(at);
    } else if (target) {
      bytes.add(target.at);
      this.fieldsOf(target.at).forEach((at) => fields.add(at));
    }
    for (const node of this.node.querySelectorAll("[data-field]")) {
      node.classList.toggle("portlab-lit", fields.has(Number(node.dataset.field)));
    }
    this.byteNodes.forEach((node, at) => node.classList.toggle("portlab-lit", bytes.has(at)));
    const current = this.chosen && this.nodeOf(this.chosen);
    for (const node of [...this.fieldNodes, ...this.byteNodes]) {
      if (node === current) node.setAttribute("aria-current", "true");
      else node.removeAttribute("aria-current");
    }
    this.explain(target);
    this.place(target);
  }

  explain(target) {
    if (!target) {
      fill(this.meaning, html("p", { class: "portlab-faint" }, INVITATION));
      return;
    }
    const alone = target.kind === "field" ? [target.at] : this.fieldsOf(target.at);
    if (alone.length === 1) fill(this.meaning, fieldWords(this.fields[alone[0]], this.bytes));
    else fill(this.meaning, byteWords(target.at, this.bytes, alone.map((at) => this.fields[at])));
  }

  // ---- keys -----------------------------------------------------------------------------------

  key(event) {
    const from = this.target(event.target);
    if (!from || event.ctrlKey || event.altKey || event.metaKey) return;
    const nodes = from.kind === "field" ? this.fieldNodes : this.byteNodes;
    const to = {
      ArrowRight: () => from.at + 1,
      ArrowLeft: () => from.at - 1,
      ArrowDown: () => nearest(nodes, from.at, 1),
      ArrowUp: () => nearest(nodes, from.at, -1),
      Home: () => 0,
      End: () => nodes.length - 1,
      PageDown: () => this.nextPart(from, 1),
      PageUp: () => this.nextPart(from, -1),
      Escape: () => from.at,
    }[event.key];
    if (!to) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.choose(null);
    else nodes[Math.max(0, Math.min(to(), nodes.length - 1))].focus();
  }

  // The first field, or byte, of the part before or behind the one of `from`.
  nextPart({ kind, at }, step) {
    const part = this.partOf({ kind, at });
    const parts = this.data.parts;
    const next = parts[Math.max(0, Math.min(parts.indexOf(part) + step, parts.length - 1))];
    return kind === "byte" ? next.start : this.fields.findIndex((field) => field.part === next);
  }
}

// The node in the next row above (-1) or below (1) that is nearest to the one at `from`.
function nearest(nodes, from, step) {
  const own = nodes[from].getBoundingClientRect();
  const middle = (own.left + own.right) / 2;
  let best = from;
  let least = Infinity;
  nodes.forEach((node, at) => {
    const box = node.getBoundingClientRect();
    const away = step > 0 ? box.top - own.bottom : own.top - box.bottom;
    if (away < -2) return;
    const aside = Math.max(0, box.left - middle, middle - box.right);
    const far = away * 1000 + aside;
    if (far < least) [best, least] = [at, far];
  });
  return best;
}
