// Both windows on the sequence line (RFC 9293 figures 3 and 4), not to scale: each part that is
// not empty is wide enough to be read. Beside them stands the same in words and numbers.

import { fill, svg } from "./dom.js";

const LINE_TOP = 16;
const LINE_HIGH = 14;
const DONE_TO = 31; // per cent: what is done lies left of it
const WAITS_FROM = 81; // and what must wait lies right of it
const LEAST_SHARE = 0.38; // of the room between, for a part that is not empty
const NOTHING_YET = new Set(["SYN-SENT", "SYN-RECEIVED"]); // not even the SYN is acknowledged

// Numbers run in a circle of 2**32.
export function ahead(from, to) {
  return (((to - from) % 2 ** 32) + 2 ** 32) % 2 ** 32;
}

export function withCommas(number) {
  return number.toLocaleString("en-US");
}

export function byteCount(count) {
  return count === 1 ? "1 byte" : `${withCommas(count)} bytes`;
}

// How many bytes are in flight, and how many more may be sent; null as long as nobody knows.
export function sendParts({ sndUna, sndNxt, sndWnd }) {
  const flying = ahead(sndUna, sndNxt);
  const free = sndWnd === null ? null : Math.max(sndWnd - flying, 0);
  return { flying, free };
}

// The sender's line.
export function sendLine(node, snapshot) {
  const { flying, free } = sendParts(snapshot);
  const { state, sndWnd } = snapshot;
  const parts = [
    { kind: "done", label: NOTHING_YET.has(state) ? "nothing yet" : "acknowledged" },
    { kind: "flying", label: "in flight", size: flying },
    { kind: "free", label: "may send", size: free ?? 0 },
    { kind: "beyond", label: beyond(sndWnd, "must wait") },
  ];
  const names = [["UNA", 0], ["NXT", flying]];
  if (sndWnd !== null) names.push(["UNA+WND", sndWnd]);
  drawLine(node, parts, names);
}

// The receiver's line; hidden as long as nothing is known.
export function receiveLine(node, { rcvWnd }) {
  const parts = [
    { kind: "done", label: "received" },
    { kind: "free", label: "may come", size: rcvWnd },
    { kind: "beyond", label: beyond(rcvWnd, "not taken") },
  ];
  node.toggleAttribute("hidden", rcvWnd === null);
  if (rcvWnd !== null) drawLine(node, parts, [["NXT", 0], ["NXT+WND", rcvWnd]]);
}

function beyond(window, label) {
  if (window === null) return "not known";
  return window === 0 ? "closed" : label;
}

// Parts from left to right, and the names of places, in bytes from the first part's end.
function drawLine(node, parts, names) {
  const sizes = parts.slice(1, -1).map((part) => part.size);
  const shares = roomFor(sizes);
  let at = shares.some((share) => share > 0) ? DONE_TO : (DONE_TO + WAITS_FROM) / 2;
  const edges = [at, ...shares.map((share) => (at += share * (WAITS_FROM - DONE_TO)))];
  const starts = [0, ...edges];
  const ends = [...edges, 100];
  const drawn = parts.map((part, index) => {
    const [start, width] = [starts[index], ends[index] - starts[index]];
    if (width <= 0) return null;
    const middle = `${start + width / 2}%`;
    return [
      svg("rect", {
        class: `portlab-part portlab-part-${part.kind}`,
        x: `${start}%`, y: LINE_TOP, width: `${width}%`, height: LINE_HIGH,
      }),
      part.kind === "flying" && hatchLines(start, width),
      svg("text", { x: middle, y: LINE_TOP + LINE_HIGH + 13 }, part.label),
      part.size !== undefined
        && svg("text", { x: middle, y: LINE_TOP + LINE_HIGH + 26, class: "portlab-part-size" },
          `${withCommas(part.size)} B`),
    ];
  });
  fill(node, drawn, lineMarks(names, (place) => onLine(place, sizes, edges)));
}

// Where a place stands on the line, in per cent: inside the part that it falls into.
function onLine(place, sizes, edges) {
  let from = 0;
  for (const [index, size] of sizes.entries()) {
    if (place < from + size) {
      return edges[index] + ((place - from) / size) * (edges[index + 1] - edges[index]);
    }
    from += size;
  }
  return edges.at(-1);
}

// Names of one place are written as one: "UNA = NXT".
function lineMarks(names, where) {
  const places = new Map();
  for (const [name, place] of names) places.set(place, [...(places.get(place) ?? []), name]);
  return [...places].map(([place, said]) => {
    const x = `${where(place)}%`;
    return [
      svg("line", {
        class: "portlab-place", x1: x, x2: x, y1: LINE_TOP - 4, y2: LINE_TOP + LINE_HIGH,
      }),
      svg("text", { x, y: LINE_TOP - 6, class: "portlab-place-name" }, said.join(" = ")),
    ];
  });
}

// In flight is hatched, so that it is told from the rest without its colour.
function hatchLines(start, width) {
  const lines = [];
  for (let x = start + 1.2; x < start + width - 0.4; x += 2.4) {
    lines.push(svg("line", {
      class: "portlab-hatch", x1: `${x}%`, x2: `${x}%`, y1: LINE_TOP + 2, y2: LINE_TOP + LINE_HIGH - 2,
    }));
  }
  return lines;
}

// How the room is shared: in proportion, but none too narrow for its label.
function roomFor(sizes) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (!total) return sizes.map(() => 0);
  const filled = sizes.filter((size) => size > 0).length;
  const spare = 1 - filled * LEAST_SHARE;
  return sizes.map((size) => (size > 0 ? LEAST_SHARE + (spare * size) / total : 0));
}
