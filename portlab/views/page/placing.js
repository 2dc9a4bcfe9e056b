// Where things stand on the drawn ladder, in pixels from its top: time runs down, compressed.
//
// As in the printed figure (views/placing.py): nothing happens above what came before it, and a
// longer wait is a longer way, but only with its logarithm. What is written never comes closer to
// what is written above it than it needs.

import { LINE } from "./labels.js";

export const LOST_AFTER = 0.72; // what part of its way a lost packet is drawn

const NEXT = 9;
const FLIGHT = 58;
const DOUBLING = 22;
const LONGEST = 100;
const ARRIVAL = 14;
const CHIP = 20;
const LONG_WAIT = 25; // a wait of so many times the usual is drawn as a break in the lanes

// Microseconds of a usual flight; where none is known, of a usual pause.
export function usualWait(rows) {
  const flights = rows.filter((row) => !row.mark && row.arrival > row.time)
    .map((row) => row.arrival - row.time);
  const pauses = rows.slice(1).map((row, at) => row.time - rows[at].time).filter((wait) => wait > 0);
  const waits = (flights.length ? flights : pauses).sort((a, b) => a - b);
  return waits.length ? waits[waits.length >> 1] : 1;
}

// Every moment of a conversation in order: `what` is sent, came, lost or mark. At one time, what
// was under way comes in before what is sent goes out. The time of a loss is nobody's to know.
export function momentsOf(rows, usual) {
  const moments = [];
  rows.forEach((row, at) => {
    if (row.mark) {
      moments.push({ time: row.time, order: at + 1, at, row, what: "mark", lane: row.lane,
        states: row.changes, real: true });
      return;
    }
    moments.push({ time: row.time, order: at + 1, at, row, what: "sent", lane: row.start,
      states: row.sent, real: true });
    const lost = row.fate === "lost";
    const arrival = lost ? row.time + usual : row.arrival;
    if (arrival === null) return;
    moments.push({ time: arrival, order: arrival <= row.time ? at + 1 : 0, at, row,
      what: lost ? "lost" : "came", lane: row.end, states: lost ? [] : row.arrived, real: !lost });
  });
  return moments.sort((a, b) => a.time - b.time || a.order - b.order);
}

// Marks on each row which others fly at the same time: `crossed` by some the other way, `flanked`
// by any. Labels keep to their sender's half there.
export function markCrowds(rows, moments) {
  const flying = [0, 0];
  const left = [0, 0];
  for (const { row, what } of moments) {
    if (what === "mark") continue;
    const [way, other] = row.start <= row.end ? [0, 1] : [1, 0];
    if (what === "sent") {
      row.crossed = flying[other] > 0;
      row.flanked = flying[way] > 0;
      if (row.arrival === null && row.fate !== "lost") continue;
      row.leftThen = [...left];
      flying[way] += 1;
      left[way] += 1;
    } else {
      row.crossed ||= left[other] > row.leftThen[other];
      row.flanked ||= left[way] > row.leftThen[way] + 1;
      flying[way] -= 1;
    }
  }
}

// Where every row starts and ends, and all else beside it. `lines` tells how many lines of text a
// row has. In a `narrow` ladder everything written has a height of its own, since there is no room
// beside the lanes.
export class Placing {
  constructor(moments, usual, { lines, narrow }) {
    Object.assign(this, { usual, lines, narrow });
    this.starts = [];
    this.ends = [];
    this.beside = [];
    this.breaks = [];
    this.y = narrow ? 4 : 8;
    // By lane: how far down text, labels and arrow heads reach, and the time last written.
    this.text = {};
    this.labels = {};
    this.heads = {};
    this.told = {};
    this.written = this.y;
    this.place(moments);
    for (const { at, what } of moments) {
      if (what === "lost") this.ends[at] = this.starts[at] + LOST_AFTER * (this.ends[at] - this.starts[at]);
      else this.ends[at] ??= this.starts[at];
    }
    this.height = Math.max(this.y, this.written, ...Object.values(this.text)) + 22;
  }

  place(moments) {
    let now = moments[0]?.time ?? 0;
    let seen = now;
    for (const moment of moments) {
      const top = this.y;
      const way = this.y + wayOf(moment.time - now, this.usual);
      this.y = this.narrow ? this.below(moment, way) : this.besideLanes(moment, way);
      if (moment.real && moment.time - seen > LONG_WAIT * this.usual) {
        this.breaks.push({ top, bottom: this.y - this.heightOf(moment), time: moment.time - seen });
      }
      this.put(moment);
      moment.y = this.y;
      now = Math.max(now, moment.time);
      if (moment.real) seen = Math.max(seen, moment.time);
    }
  }

  // Pixels of what is written above the point where something starts.
  heightOf({ what, at }) {
    return what === "sent" || (this.narrow && what === "mark") ? LINE * this.lines(at) : 0;
  }

  besideLanes(moment, way) {
    const { lane, at } = moment;
    let y = way;
    if (this.tells(moment)) y = Math.max(y, (this.text[lane] ?? -99) + CHIP);
    if (moment.what === "came" || moment.what === "lost") {
      return Math.max(y, (this.heads[lane] ?? -99) + ARRIVAL);
    }
    const high = LINE * this.lines(at);
    y = Math.max(y, (this.labels[lane] ?? 0) + high + 7);
    return Math.max(y, (this.heads[lane] ?? 0) + 10 + 0.8 * (high - LINE));
  }

  below(moment, way) {
    const chips = CHIP * moment.states.length;
    if (moment.what === "came" || moment.what === "lost") {
      const y = Math.max(way, (this.heads[moment.lane] ?? -99) + ARRIVAL);
      return chips ? Math.max(y, this.written + CHIP / 2 + 2) : y;
    }
    return Math.max(way, this.written + this.heightOf(moment) + 6);
  }

  tells(moment) {
    return moment.real && (moment.states.length > 0 || this.told[moment.lane] !== moment.time);
  }

  put(moment) {
    const { y } = this;
    const { lane, at, states, what, time } = moment;
    if (what === "came" || what === "lost") this.ends[at] = this.heads[lane] = y;
    else this.starts[at] = this.labels[lane] = y;
    if (this.narrow) {
      const first = what === "came" ? y : y + CHIP / 2 + 3;
      states.forEach((change, index) => {
        this.beside.push({ lane, y: first + index * CHIP, time: null, state: change.new, moment });
      });
      if (states.length) this.written = first + (states.length - 0.5) * CHIP;
      else if (what !== "came" && what !== "lost") this.written = y;
      return;
    }
    if (!this.tells(moment)) return;
    (states.length ? states : [null]).forEach((change, index) => {
      const shown = index === 0 && this.told[lane] !== time;
      this.text[lane] = y + index * CHIP;
      this.beside.push({ lane, y: this.text[lane], time: shown ? time : null,
        state: change?.new ?? null, moment });
    });
    this.told[lane] = time;
  }
}

// Pixels down for a wait: straight up to a usual one, then with the logarithm.
function wayOf(wait, usual) {
  if (wait <= 0) return NEXT;
  const part = wait / Math.max(usual, 1);
  const way = NEXT + FLIGHT * Math.min(part, 1) + DOUBLING * Math.max(0, Math.log10(part));
  return Math.min(way, LONGEST);
}
