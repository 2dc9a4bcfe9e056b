// The port map on its canvas: cells, borders, signs. It is told what to draw and remembers nothing.

import { svg } from "./dom.js";
import { PORTS_SIDE } from "./ports_data.js";

export const CELL_LETTERS = { tcp: "T", udp: "U", other: "S" }; // beside the colour, once there is room
const GRID_FROM = 9; // pixels of a cell from which it has an edge,
const LETTER_FROM = 12; // a letter,
const NUMBER_FROM = 38; // its number,
const NAME_FROM = 60; // and its name

// Paths around 0, 0 in a square of 2 by 2.
const SIGN_PATHS = {
  circle: "M-1 0A1 1 0 1 0 1 0A1 1 0 1 0 -1 0Z",
  diamond: "M0 -1.15L1.15 0L0 1.15L-1.15 0Z",
  triangle: "M0 -1.1L1.1 0.9H-1.1Z",
  square: "M-0.9 -0.9H0.9V0.9H-0.9Z",
  plus: "M-0.4 -1.1H0.4V-0.4H1.1V0.4H0.4V1.1H-0.4V0.4H-1.1V-0.4H-0.4Z",
  cross: "M-1.05 -0.55L-0.55 -1.05L0 -0.5L0.55 -1.05L1.05 -0.55L0.5 0L1.05 0.55L0.55 1.05L0 0.5"
    + "L-0.55 1.05L-1.05 0.55L-0.5 0Z",
};

// A set's sign, for the legend and for words.
export function portSign(sign) {
  return svg("svg", { viewBox: "-1.6 -1.6 3.2 3.2", class: `portlab-ports-sign portlab-ports-sign-${sign}`, "aria-hidden": "true" },
    svg("path", { d: SIGN_PATHS[sign] }));
}

// The colours of the theme, as the style sheet has them.
export function portInks(node) {
  const style = getComputedStyle(node);
  const ink = (name) => style.getPropertyValue(`--pl-${name}`).trim();
  const named = (names) => Object.fromEntries(names.map((name) => [name, ink(`ports-${name}`)]));
  return {
    kinds: named(["both", "tcp", "udp", "other"]),
    grounds: named(["system", "user", "dynamic"]),
    signs: named(Object.keys(SIGN_PATHS)),
    ink: ink("ink"), paper: ink("ports-user"), accent: ink("accent"),
    font: style.fontFamily,
  };
}

// All cells as an image of one pixel each: it is made once, and stretched whenever it is drawn.
export function cellImage(data, inks) {
  const image = new OffscreenCanvas(PORTS_SIDE, PORTS_SIDE);
  const context = image.getContext("2d");
  for (const { name, first, last } of data.ranges) {
    context.fillStyle = inks.grounds[name];
    context.fillRect(0, first / PORTS_SIDE, PORTS_SIDE, (last + 1 - first) / PORTS_SIDE);
  }
  data.kinds.forEach((kind, port) => {
    const color = inks.kinds[data.meanings[kind].kind];
    if (!color) return;
    context.fillStyle = color;
    context.fillRect(port % PORTS_SIDE, Math.floor(port / PORTS_SIDE), 1, 1);
  });
  return image;
}

// `view` is {side, scale, left, top}: the canvas's width in pixels, those of a cell, and the cell
// at its corner. `hits` are numbers to ring.
export function drawPorts(context, data, { image, inks, view, hits }) {
  const { side, scale, left, top } = view;
  const cells = side / scale;
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(image, left, top, cells, cells, 0, 0, side, side);
  const pen = { context, data, inks, view };
  if (scale >= GRID_FROM) drawGrid(pen);
  if (scale >= LETTER_FROM) drawNumbers(pen);
  drawBorders(pen);
  for (const port of hits) drawRing(pen, port);
  for (const set of data.laid) for (const port of set.ports) drawSign(pen, set, port);
}

// The middle of a cell on the canvas.
export function middleOf({ scale, left, top }, port) {
  return [
    (port % PORTS_SIDE + 0.5 - left) * scale,
    (Math.floor(port / PORTS_SIDE) + 0.5 - top) * scale,
  ];
}

function drawGrid({ context, inks, view: { side, scale, left, top } }) {
  context.strokeStyle = inks.ink;
  context.globalAlpha = 0.18;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = Math.ceil(left); (at - left) * scale < side; at += 1) addLine(context, (at - left) * scale, 0, 0, side);
  for (let at = Math.ceil(top); (at - top) * scale < side; at += 1) addLine(context, 0, (at - top) * scale, side, 0);
  context.stroke();
  context.globalAlpha = 1;
}

function addLine(context, x, y, across, down) {
  context.moveTo(x, y);
  context.lineTo(x + across, y + down);
}

function drawNumbers({ context, data, inks, view }) {
  const { side, scale, left, top } = view;
  const room = scale - 6;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const last = (from) => Math.min(PORTS_SIDE - 1, Math.floor(from + side / scale));
  for (let row = Math.floor(top); row <= last(top); row += 1) {
    for (let column = Math.floor(left); column <= last(left); column += 1) {
      const port = row * PORTS_SIDE + column;
      const { kind } = data.kindOf(port);
      const letter = CELL_LETTERS[kind];
      if (!letter && scale < NUMBER_FROM) continue;
      const [x, y] = middleOf(view, port);
      context.fillStyle = blackOrWhite(inks.kinds[kind] ?? inks.grounds[data.rangeOf(port).name]);
      context.font = `600 ${Math.min(11, scale * 0.7)}px ${inks.font}`;
      if (scale < NUMBER_FROM) {
        context.fillText(letter, x, y);
        continue;
      }
      if (letter) context.fillText(letter, x + scale / 2 - 8, y - scale / 2 + 9);
      const [service] = scale >= NAME_FROM ? data.servicesAt(port) : [];
      context.font = `12px ${inks.font}`;
      context.fillText(port, x, service ? y - 7 : y, room);
      context.font = `10px ${inks.font}`;
      if (service) context.fillText(shortened(context, service.short, room), x, y + 9);
    }
  }
}

function shortened(context, text, room) {
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > room) {
    shown = `${shown.slice(0, shown.endsWith("…") ? -2 : -1)}…`;
  }
  return shown;
}

// Black or white, whichever has more contrast on `color` (#rrggbb).
function blackOrWhite(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18 ? "#000000" : "#ffffff";
}

function drawBorders({ context, data, inks, view }) {
  const { side, scale, left, top } = view;
  context.strokeStyle = inks.ink;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const { first } of data.ranges.slice(1)) {
    addLine(context, 0, Math.round((first / PORTS_SIDE - top) * scale), side, 0);
  }
  context.stroke();
  context.beginPath();
  clientsOutline(data.clients).forEach(([column, row], at) => {
    context[at ? "lineTo" : "moveTo"]((column - left) * scale, (row - top) * scale);
  });
  context.setLineDash([6, 4]);
  context.stroke();
  context.setLineDash([]);
}

// The corners around what Linux gives to clients, a little inside of the map's own edge.
function clientsOutline({ first, last }) {
  const [from, start] = [Math.floor(first / PORTS_SIDE), first % PORTS_SIDE];
  const [to, end] = [Math.floor(last / PORTS_SIDE), (last % PORTS_SIDE) + 1];
  const [near, far] = [0.4, PORTS_SIDE - 0.4];
  return [
    [Math.max(start, near), from], [far, from], [far, to], [end, to], [end, to + 1], [near, to + 1],
    [near, from + Math.min(start, 1)], [Math.max(start, near), from + Math.min(start, 1)],
    [Math.max(start, near), from],
  ];
}

function drawRing({ context, inks, view }, port) {
  let [x, y] = middleOf(view, port);
  if (!isOnCanvas(view, x, y)) return;
  const radius = Math.max(5, view.scale * 0.45);
  [x, y] = [x, y].map((at) => within(at, radius + 2, view.side)); // at the edge it stays whole
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = 4;
  context.strokeStyle = inks.paper;
  context.stroke();
  context.lineWidth = 2;
  context.strokeStyle = inks.accent;
  context.stroke();
}

function drawSign({ context, data, inks, view }, set, port) {
  let [x, y] = middleOf(view, port);
  if (!isOnCanvas(view, x, y)) return;
  const size = Math.min(8, Math.max(4.2, view.scale * 0.28));
  const sharing = data.setsWith(port);
  x += (sharing.indexOf(set) - (sharing.length - 1) / 2) * size * 1.5;
  if (view.scale >= NUMBER_FROM) y -= view.scale / 2 - size - 1; // the number stays free
  [x, y] = [x, y].map((at) => within(at, size + 2, view.side)); // at the edge it stays whole
  const path = new Path2D();
  path.addPath(new Path2D(SIGN_PATHS[set.sign]), new DOMMatrix([size, 0, 0, size, x, y]));
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = inks.paper;
  context.stroke(path);
  context.fillStyle = inks.signs[set.sign];
  context.fill(path);
  context.lineWidth = 1.4;
  context.strokeStyle = inks.ink;
  context.stroke(path);
}

// The nearest place in which what is `half` wide to each side is seen whole; none for what is not seen.
function within(at, half, side) {
  return at < 0 || at > side ? at : Math.max(half, Math.min(at, side - half));
}

function isOnCanvas({ side }, x, y) {
  return x > -20 && y > -20 && x < side + 20 && y < side + 20;
}
