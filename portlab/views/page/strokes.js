// What a ladder is drawn with: line styles, signs at the ends of arrows, chips, lines of text.
//
// Dashes and signs say the same as the colours do, as in the printed figure.

import { svg } from "./dom.js";
import { LABEL_FONT, LINE } from "./labels.js";

const SIGNS = { reset: "square", icmp: "diamond", again: "disc", copy: "triangle" };
const SHAPES = {
  square: "M-4.5 -4.5H4.5V4.5H-4.5Z",
  diamond: "M0 -6L6 0L0 6L-6 0Z",
  triangle: "M0 -6L6 5H-6Z",
  disc: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0 -5 0Z",
  cross: "M-7 -7L7 7M7 -7L-7 7",
  head: "M0 0L-11 -4.6V4.6Z",
};

// The classes that say how an arrow is drawn.
export function styleOf(row) {
  const again = row.again !== null ? " portlab-again" : "";
  return `portlab-kind-${row.kind}${again} portlab-fate-${row.fate}`;
}

// The end of an arrow: its head, or the cross of a lost one.
export function tipOf(row, x, y, degrees) {
  const lost = row.fate === "lost";
  return svg("path", {
    class: lost ? "portlab-cross" : "portlab-head",
    d: lost ? SHAPES.cross : SHAPES.head,
    transform: `translate(${x} ${y})${lost ? "" : ` rotate(${degrees})`}`,
  });
}

// The sign at an arrow's beginning; most have none.
export function markAt(row, x, y) {
  const what = row.again !== null ? "again" : row.fate === "duplicate" ? "copy" : row.kind;
  const shape = SIGNS[what] ?? (row.start > 1 ? "disc" : null);
  return shape && svg("path", {
    class: "portlab-sign", d: SHAPES[shape], transform: `translate(${x} ${y})`,
  });
}

// Something that happened at a lane, with no packet to show.
export function dot(failed, x, y) {
  return svg("path", {
    class: "portlab-dot", d: failed ? SHAPES.cross : SHAPES.disc, transform: `translate(${x} ${y})`,
  });
}

// A state beside its lane, from `left` on, its middle at `y`.
export function chip(state, left, y, wide) {
  return svg("g", {},
    svg("rect", { class: "portlab-chip", x: left, y: y - 9, width: wide, height: 18, rx: 5 }),
    svg("text", { class: "portlab-tiny", x: left + wide / 2, y: y + 4, "text-anchor": "middle" }, state));
}

// A ground for lines of words that other arrows pass under.
export function behind(x, y, wide, lines) {
  return svg("rect", {
    class: "portlab-behind", x: x - 2, y: y - LINE + 4, width: wide + 4, height: lines * LINE,
  });
}

// Lines of words, the first with its foot at `y`.
export function textLines(lines, x, y, anchor) {
  const words = (line) => line.map(({ text, role }, at) => (
    svg("tspan", { class: `portlab-word-${role}` }, at ? ` ${text}` : text)
  ));
  return svg("text", { class: "portlab-label", "text-anchor": anchor, "font-size": LABEL_FONT },
    lines.map((line, at) => svg("tspan", { x, y: y + at * LINE }, words(line))));
}
