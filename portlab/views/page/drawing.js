// One conversation as a picture: what of it is in view, drawn in SVG.
//
// Everything has its place before anything is drawn (placing.js), so that a ladder of 10,000
// packets is as quick as one of ten: only the rows between two heights are made into elements.

import { fill, svg } from "./dom.js";
import { LINE, SMALL_FONT, labelLines, textMeasure, wrapWords } from "./labels.js";
import { LOST_AFTER, markCrowds, momentsOf, usualWait } from "./placing.js";
import { behind, chip, dot, markAt, styleOf, textLines, tipOf } from "./strokes.js";
import { briefTime, shownTime } from "./times.js";
import { rowInWords } from "./wording.js";

const NARROW = 250; // pixels between the lanes that labels along the arrows need
const BAND = 200; // rows are looked up in bands of so many pixels
const STEEP = 30; // degrees; what is steeper has its label level
const STEEP_IN_A_CROWD = 22;
const CLIP_BELOW = 7;

export class Drawing {
  // `only` are the numbers to mark as standing in this ladder alone; `id` is unique on the page.
  constructor(conversation, { only, id, family }) {
    Object.assign(this, { conversation, only, id });
    this.measure = textMeasure(family);
    this.usual = usualWait(conversation.rows);
    this.moments = momentsOf(conversation.rows, this.usual);
    markCrowds(conversation.rows, this.moments);
    this.sentAt = [];
    this.doneAt = [];
    this.moments.forEach((moment, index) => {
      if (moment.what === "sent" || moment.what === "mark") this.sentAt[moment.at] = index;
      this.doneAt[moment.at] = index;
      moment.index = index;
    });
    this.clip = svg("rect", { x: -20, y: -20, width: 1, height: 1 });
    this.layers = {
      lanes: svg("g", { class: "portlab-lanes" }),
      ghosts: svg("g", { class: "portlab-ghosts" }),
      live: svg("g", { "clip-path": `url(#${id}-clip)` }),
      beside: svg("g", { class: "portlab-beside" }),
      cursor: svg("line", { class: "portlab-cursor", "aria-hidden": "true" }),
      rows: svg("g", { role: "presentation" }),
    };
    const { lanes, ghosts, live, beside, cursor, rows } = this.layers;
    for (const layer of [lanes, ghosts, live, beside]) layer.setAttribute("aria-hidden", "true");
    this.node = svg("svg", { class: "portlab-picture", role: "presentation" },
      svg("defs", {}, svg("clipPath", { id: `${id}-clip` }, this.clip)),
      lanes, ghosts, live, cursor, beside, rows);
    this.drawn = new Map();
  }

  // See how much room there is in a picture `width` pixels wide, and cut the labels to it. Gives
  // what placing.js needs to give everything its place.
  measureFor(width, { sincePrevious }) {
    const { rows, lanes, before } = this.conversation;
    this.width = width;
    const times = this.moments.filter((one) => one.real).map((one) => shownTime(one.time));
    const timeWide = this.widest(times) + 8;
    const states = [...before.filter(Boolean), ...this.moments.flatMap((one) => one.states.map((s) => s.new))];
    const stateWide = states.length ? this.widest(states) + 18 : 0;
    const margin = Math.max(30, timeWide + stateWide + 14);
    this.narrow = width - 2 * margin < NARROW;
    this.left = this.narrow ? 14 : margin;
    this.right = lanes.length > 1 ? width - this.left : this.left;
    this.waits = sincePrevious ? this.sincePreviousTimes() : null;
    this.lines = rows.map((row, at) => this.linesOf(row, at));
    return { moments: this.moments, lines: (at) => this.lines[at].length, narrow: this.narrow };
  }

  // Take the places that placing.js found.
  arrange(placing) {
    this.placing = placing;
    this.index();
    this.drawn.clear();
    for (const name of ["ghosts", "live", "beside", "rows"]) fill(this.layers[name]);
    this.drawLanes();
  }

  widest(texts) {
    let most = 0;
    for (const text of new Set(texts)) most = Math.max(most, this.measure(text, SMALL_FONT));
    return most;
  }

  linesOf(row, at) {
    const span = Math.abs(this.right - this.left) || this.width - this.left;
    if (row.mark) {
      const words = `${row.number ?? ""} ${row.text}`.trim().split(" ");
      const all = words.map((text) => ({ text, role: "plain" }));
      return wrapWords(this.narrow ? [...all, this.timeWord(at)] : all, span - 24, this.measure);
    }
    const head = this.only.has(row.number) ? [{ text: "≠", role: "only" }] : [];
    const [from, to] = this.across(row);
    const room = !this.narrow && row.crossed ? span / 2 - 14 : Math.abs(to - from) - 36;
    const lines = labelLines(row, room, this.measure, head);
    return this.narrow ? [...lines, [this.timeWord(at)]] : lines;
  }

  wideOf(words) {
    return words.reduce((sum, { text }) => sum + this.measure(` ${text}`), 0);
  }

  timeWord(at) {
    return { text: this.timeAt(this.moments[this.sentAt[at]]), role: "time" };
  }

  timeAt(moment) {
    return this.waits ? `+${shownTime(this.waits.get(moment))}` : shownTime(moment.time);
  }

  sincePreviousTimes() {
    const waits = new Map();
    let last = null;
    for (const moment of this.moments) {
      if (!moment.real) continue;
      waits.set(moment, last === null ? 0 : moment.time - last);
      last = moment.time;
    }
    return waits;
  }

  // Bands of the picture, each with the rows that reach into it.
  index() {
    this.bands = [];
    const { starts, ends } = this.placing;
    this.conversation.rows.forEach((_, at) => {
      const top = Math.floor((starts[at] - LINE * this.lines[at].length) / BAND);
      for (let band = Math.max(top, 0); band <= Math.floor(ends[at] / BAND); band += 1) {
        (this.bands[band] ??= []).push(at);
      }
    });
    this.besideBands = [];
    for (const one of this.placing.beside) (this.besideBands[Math.floor(one.y / BAND)] ??= []).push(one);
  }

  drawLanes() {
    const { height, breaks } = this.placing;
    const xs = this.right === this.left ? [this.left] : [this.left, this.right];
    fill(this.layers.lanes, xs.map((x) => svg("line", { class: "portlab-lane", x1: x, x2: x, y1: 0, y2: height })));
    this.breaks = breaks.map(({ top, bottom, time }) => ({
      top,
      bottom,
      node: svg("g", {},
        xs.map((x) => svg("line", { class: "portlab-break", x1: x, x2: x, y1: top, y2: bottom })),
        svg("text", { class: "portlab-later", x: (this.left + this.right) / 2, y: (top + bottom) / 2 + 4,
          "text-anchor": this.right === this.left ? "start" : "middle", dx: this.right === this.left ? 12 : 0 },
        `${briefTime(time)} later`)),
    }));
  }

  // Draw what is between two heights, and take away what is not.
  draw(top, bottom) {
    const wanted = new Set();
    const beside = [];
    for (let band = Math.max(0, Math.floor(top / BAND)); band <= Math.floor(bottom / BAND); band += 1) {
      for (const at of this.bands[band] ?? []) wanted.add(at);
      beside.push(...(this.besideBands[band] ?? []));
    }
    for (const [at, parts] of this.drawn) {
      if (wanted.has(at)) continue;
      for (const part of Object.values(parts)) part?.remove();
      this.drawn.delete(at);
    }
    const added = [...wanted].filter((at) => !this.drawn.has(at)).sort((a, b) => a - b);
    for (const at of added) this.drawRow(at);
    this.shownBeside = beside.map((one) => ({ node: this.drawBeside(one), index: one.moment.index }));
    const inView = this.breaks.filter((one) => one.bottom >= top && one.top <= bottom);
    fill(this.layers.beside, inView.map((one) => one.node), this.shownBeside.map((one) => one.node));
    this.tell();
  }

  // `count` moments have happened; `y` is where the cursor stands, past all where it is null.
  moveTo(count, y) {
    this.count = count;
    const { cursor } = this.layers;
    const shown = y !== null;
    const reach = shown ? y + CLIP_BELOW : this.placing.height + 40;
    this.clip.setAttribute("width", this.width + 40);
    this.clip.setAttribute("height", Math.max(0, reach + 20));
    for (const [name, value] of Object.entries({ x1: 0, x2: this.width, y1: y ?? 0, y2: y ?? 0 })) {
      cursor.setAttribute(name, value);
    }
    cursor.classList.toggle("portlab-hidden", !shown);
    this.tell();
  }

  // Say of everything drawn whether it has happened.
  tell() {
    for (const [at, { option }] of this.drawn) {
      option.classList.toggle("portlab-future", this.sentAt[at] >= this.count);
    }
    for (const { node, index } of this.shownBeside ?? []) {
      node.classList.toggle("portlab-future", index >= this.count);
    }
  }

  // Where the cursor stands when `count` moments have happened.
  heightAt(count) {
    if (count >= this.moments.length) return null;
    return count === 0 ? 0 : this.moments[count - 1].y;
  }

  // Where an arrow starts and would end, from the left. Whoever is at neither lane (a router) stands
  // between them.
  across(row) {
    const span = this.right - this.left;
    const xs = [row.start, row.end].map((lane) => [this.left, this.right][lane] ?? this.left + span * 0.7);
    if (xs[0] === xs[1]) xs[1] = this.left + span * 0.4;
    return xs;
  }

  ends(row, at) {
    const [from, to] = this.across(row);
    const { starts, ends } = this.placing;
    const reach = row.fate === "lost" ? LOST_AFTER : 1;
    return [[from, starts[at]], [from + (to - from) * reach, ends[at]]];
  }

  drawRow(at) {
    const row = this.conversation.rows[at];
    const parts = row.mark ? this.drawMark(row, at) : this.drawArrow(row, at);
    this.drawn.set(at, parts);
    if (parts.ghost) this.layers.ghosts.append(parts.ghost);
    if (parts.live) this.layers.live.append(parts.live);
    // In order, so that who reads the elements reads them by time.
    const after = [...this.layers.rows.children].find((one) => Number(one.dataset.at) > at);
    this.layers.rows.insertBefore(parts.option, after ?? null);
  }

  drawArrow(row, at) {
    const [[x1, y1], [x2, y2]] = this.ends(row, at);
    const style = styleOf(row);
    const line = { x1, y1, x2, y2 };
    const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI;
    return {
      ghost: svg("line", { ...line, class: "portlab-ghost" }),
      live: svg("g", { class: `portlab-line ${style}` },
        svg("line", line), tipOf(row, x2, y2, angle), markAt(row, x1, y1)),
      option: this.option(row, at, `portlab-arrow ${style}`,
        svg("line", { ...line, class: "portlab-hit" }), this.drawLabel(row, at, x1, y1, x2, y2)),
    };
  }

  drawMark(row, at) {
    const x = row.lane === 0 || this.right === this.left ? this.left : this.right;
    const y = this.placing.starts[at];
    const side = x === this.left ? 1 : -1;
    const lines = this.lines[at];
    const base = this.narrow ? y - (lines.length - 1) * LINE : y + 4;
    return { option: this.option(row, at, "portlab-event", dot(row.failed, x, y),
      textLines(lines, x + side * 12, base, side > 0 ? "start" : "end")) };
  }

  option(row, at, className, ...children) {
    const { lanes, rows } = this.conversation;
    return svg("g", {
      id: `${this.id}-${at}`, class: className, role: "option", "aria-selected": "false",
      "aria-posinset": at + 1, "aria-setsize": rows.length, "data-at": at, "data-number": row.number,
      "aria-label": rowInWords(row, lanes, this.only.has(row.number)),
    }, children);
  }

  // Along the arrow above its line; level where that is too steep, or where all is narrow.
  drawLabel(row, at, x1, y1, x2, y2) {
    const lines = this.lines[at];
    const toRight = x2 >= x1;
    const turn = toRight ? Math.atan2(y2 - y1, x2 - x1) : Math.atan2(y1 - y2, x1 - x2);
    const degrees = (turn * 180) / Math.PI;
    const high = (lines.length - 1) * LINE;
    const steep = Math.abs(degrees) > (row.flanked ? STEEP_IN_A_CROWD : STEEP);
    if (this.narrow || steep) {
      const [x, anchor] = toRight ? [x1 + 9, "start"] : [x1 - 9, "end"];
      const wide = Math.max(...lines.map((words) => this.wideOf(words)));
      return svg("g", {},
        behind(toRight ? x : x - wide, y1 - 4 - high, wide, lines.length),
        textLines(lines, x, y1 - 4 - high, anchor));
    }
    const centred = !row.crossed && !row.flanked && row.fate !== "lost";
    const [x, y] = centred ? [(x1 + x2) / 2, (y1 + y2) / 2] : [x1, y1];
    const anchor = centred ? "middle" : toRight ? "start" : "end";
    const dx = centred ? 0 : toRight ? 16 : -16;
    return svg("g", { transform: `translate(${x} ${y}) rotate(${degrees})` },
      textLines(lines, dx, -6 - high, anchor));
  }

  drawBeside({ lane, y, time, state, moment }) {
    const atLeft = lane === 0;
    const x = atLeft ? this.left : this.right;
    const out = (atLeft ? -1 : 1) * (this.narrow ? -1 : 1);
    const parts = [];
    if (state) {
      const wide = this.measure(state, SMALL_FONT) + 12;
      parts.push(chip(state, out < 0 ? x - 9 - wide : x + 9, y, wide));
    }
    if (time !== null) {
      const edge = atLeft ? 4 : this.width - 4;
      parts.push(svg("text", { class: "portlab-tiny portlab-time", x: edge, y: y + 4,
        "text-anchor": atLeft ? "start" : "end" }, this.timeAt(moment)));
    }
    return svg("g", {}, parts);
  }
}
