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

// Where every row starts and ends, and all else beside it, of one conversation or of two that stand
// beside each other: then the same time is at the same height in both.
//
// Each track has its `moments`, `lines(at)` tells how many lines of text a row has, and in a
// `narrow` one everything written has a height of its own, for there is no room beside the lanes.
// Gives for each track {starts, ends, beside, breaks, height}, and each moment its `y`.
export function placeTracks(tracks, usual) {
  const placed = tracks.map((track) => new Track(track));
  const nextTime = () => Math.min(...placed.map((one) => one.nextTime));
  let y = tracks.some((track) => track.narrow) ? 4 : 8;
  let before = nextTime();
  let seen = before;
  for (let now = before; now < Infinity; now = nextTime()) {
    // What happens at one time in both goes side by side, step by step.
    const here = placed.filter((one) => one.nextTime === now);
    const moments = here.map((one) => one.take());
    const top = y;
    const way = y + wayOf(now - before, usual);
    y = Math.max(...here.map((one, at) => one.below(moments[at], way)));
    if (moments.some((moment) => moment.real)) {
      const bottom = y - Math.max(...here.map((one, at) => one.heightOf(moments[at])));
      const wait = now - seen;
      if (wait > LONG_WAIT * usual) for (const one of placed) one.breaks.push({ top, bottom, time: wait });
      seen = Math.max(seen, now);
    }
    here.forEach((one, at) => one.put(moments[at], y));
    before = Math.max(before, now);
  }
  const height = Math.max(y, ...placed.map((one) => one.lowest())) + 22;
  return placed.map((one) => one.finished(height));
}

class Track {
  constructor({ moments, lines, narrow }) {
    Object.assign(this, { moments, lines, narrow });
    this.starts = [];
    this.ends = [];
    this.beside = [];
    this.breaks = [];
    // By lane: how far down text, labels and arrow heads reach, and the time last written.
    this.text = {};
    this.labels = {};
    this.heads = {};
    this.told = {};
    this.written = 0;
    this.placed = 0;
  }

  get nextTime() {
    return this.moments[this.placed]?.time ?? Infinity;
  }

  take() {
    this.placed += 1;
    return this.moments[this.placed - 1];
  }

  // Pixels of what is written above the point where something starts.
  heightOf({ what, at }) {
    return what === "sent" || (this.narrow && what === "mark") ? LINE * this.lines(at) : 0;
  }

  // No higher than what is already there allows.
  below(moment, way) {
    const { lane, at, what } = moment;
    const head = this.heads[lane] ?? -99;
    const arrives = what === "came" || what === "lost";
    if (this.narrow) {
      const high = this.heightOf(moment);
      if (!arrives) return Math.max(way, this.written + high + 6, head + high + 5);
      const chips = moment.states.length ? this.written + CHIP / 2 + 2 : 0;
      return Math.max(way, head + ARRIVAL, chips);
    }
    const y = this.tells(moment) ? Math.max(way, (this.text[lane] ?? -99) + CHIP) : way;
    if (arrives) return Math.max(y, head + ARRIVAL);
    const high = LINE * this.lines(at);
    return Math.max(y, (this.labels[lane] ?? 0) + high + 7, head + 10 + 0.8 * (high - LINE));
  }

  tells(moment) {
    return moment.real && moment.lane < 2 && (moment.states.length > 0 || this.told[moment.lane] !== moment.time);
  }

  put(moment, y) {
    const { lane, at, what } = moment;
    moment.y = y;
    if (what === "came" || what === "lost") this.ends[at] = this.heads[lane] = y;
    else this.starts[at] = this.labels[lane] = y;
    if (this.narrow) this.tellBetween(moment, y);
    else this.tellBeside(moment, y);
  }

  tellBetween(moment, y) {
    const { lane, states, what } = moment;
    const first = what === "came" ? y : y + CHIP / 2 + 3;
    states.forEach((change, index) => {
      this.beside.push({ lane, y: first + index * CHIP, time: null, state: change.new, moment });
    });
    if (states.length) this.written = first + (states.length - 0.5) * CHIP;
    else if (what !== "came" && what !== "lost") this.written = y;
  }

  tellBeside(moment, y) {
    if (!this.tells(moment)) return;
    const { lane, states, time } = moment;
    (states.length ? states : [null]).forEach((change, index) => {
      const shown = index === 0 && this.told[lane] !== time;
      this.text[lane] = y + index * CHIP;
      this.beside.push({ lane, y: this.text[lane], time: shown ? time : null, state: change?.new ?? null, moment });
    });
    this.told[lane] = time;
  }

  lowest() {
    return Math.max(0, this.written, ...Object.values(this.text));
  }

  finished(height) {
    const { starts, ends, beside, breaks } = this;
    for (const { at, what } of this.moments) {
      if (what === "lost") ends[at] = starts[at] + LOST_AFTER * (ends[at] - starts[at]);
      else ends[at] ??= starts[at];
    }
    return { starts, ends, beside, breaks, height };
  }
}

// Pixels down for a wait: straight up to a usual one, then with the logarithm.
function wayOf(wait, usual) {
  if (wait <= 0) return NEXT;
  const part = wait / Math.max(usual, 1);
  const way = NEXT + FLIGHT * Math.min(part, 1) + DOUBLING * Math.max(0, Math.log10(part));
  return Math.min(way, LONGEST);
}
