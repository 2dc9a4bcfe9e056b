// The state map: TCP's states as boxes and arrows, lit where each host stands and by its last move.
//
// The places and the arrows come from Python (portlab.views.state_map), which has them from the
// transition table. Hosts are told apart by the shape and the letter of their badge, and their
// moves by the dash of the line, so that colour is not needed.

import { fill, svg } from "./dom.js";

const BOX_HIGH = 26;
const MAP_COLUMN = 53;
const MAP_ROW = 47;
const MAP_MARGIN = { x: 56, y: 24 };

// A badge: host 0 has a disc, host 1 a square.
export function badge(host, letter, x = 9, y = 9) {
  const shape = host === 0
    ? svg("circle", { cx: x, cy: y, r: 8 })
    : svg("rect", { x: x - 7.5, y: y - 7.5, width: 15, height: 15, rx: 2 });
  const text = svg("text", { x, y: y + 3.6, "text-anchor": "middle" }, letter);
  return svg("g", { class: `portlab-badge portlab-host-${host}` }, shape, text);
}

// `show([{state, move: [old, new] or null} or null, ...])`, one for each letter.
export function stateMap(diagram, letters) {
  const boxes = diagram.boxes.map(([state, x, y]) => stateBox(state, x, y));
  const arrows = diagram.moves.map(([old, next, ...rest]) => {
    const curve = rest.slice(0, 6).map((value, at) => (at % 2 ? mapY(value) : mapX(value)));
    const from = boxes.find((box) => box.x === curve[0] && box.y === curve[1]);
    const to = boxes.find((box) => box.x === curve[4] && box.y === curve[5]);
    return { old, next, from, to, curve, title: rest[6] };
  });
  const lit = svg("g");
  const badges = svg("g");
  const node = svg(
    "svg",
    {
      class: "portlab-states",
      role: "img",
      viewBox: `0 0 ${4 * MAP_COLUMN + 2 * MAP_MARGIN.x} ${7 * MAP_ROW + 2 * MAP_MARGIN.y}`,
    },
    svg("g", {}, arrows.map((one) => drawnMove(one, "portlab-move"))),
    lit,
    svg("g", {}, boxes.map((box) => box.node)),
    badges,
  );

  function arrowOf([old, next]) {
    return arrows.find((one) => one.old === old && one.next === next);
  }

  // CLOSED has a box to begin in and one to end in.
  function boxOf({ state, move }) {
    const arrow = move && arrowOf(move);
    if (arrow) return arrow.to;
    return move ? boxes.findLast((box) => box.state === state)
      : boxes.find((box) => box.state === state);
  }

  // What ends a connection from many states at once has no arrow until it happens. It goes round
  // the boxes of its own column.
  function sudden(old, to) {
    const from = boxes.find((box) => box.state === old);
    const round = from.x === to.x ? 2 * MAP_MARGIN.x : 0;
    const curve = [from.x, from.y, (from.x + to.x) / 2 + round, (from.y + to.y) / 2, to.x, to.y];
    return { from, to, curve };
  }

  function show(hosts) {
    const standing = hosts.map((host) => host && boxOf(host));
    for (const box of boxes) box.node.classList.toggle("portlab-here", standing.includes(box));
    fill(badges, standing.map((box, at) => {
      if (!box) return null;
      const side = at === 0 ? -1 : 1;
      return badge(at, letters[at], box.x + (side * box.wide) / 2, box.y + BOX_HIGH / 2);
    }));
    const taken = hosts.map((host, at) => (
      host?.move && (arrowOf(host.move) ?? sudden(host.move[0], standing[at]))
    ));
    const [one, other] = taken;
    const beside = one && other && one.from === other.from && one.to === other.to ? 2.5 : 0;
    fill(lit, taken.map((arrow, at) => {
      if (!arrow) return null;
      const drawn = drawnMove(arrow, `portlab-move portlab-here portlab-host-${at}`);
      const { from, to } = arrow;
      const length = Math.hypot(to.x - from.x, to.y - from.y) * (at === 0 ? 1 : -1);
      const [x, y] = [(to.y - from.y) / length, (from.x - to.x) / length];
      drawn.setAttribute("transform", `translate(${x * beside} ${y * beside})`);
      return drawn;
    }));
  }

  return { node, show };
}

function mapX(x) {
  return MAP_MARGIN.x + x * MAP_COLUMN;
}

function mapY(y) {
  return MAP_MARGIN.y + y * MAP_ROW;
}

function stateBox(state, column, row) {
  const [x, y] = [mapX(column), mapY(row)];
  const wide = 16 + 6.6 * state.length;
  const node = svg(
    "g",
    { class: "portlab-state" },
    svg("rect", {
      x: x - wide / 2, y: y - BOX_HIGH / 2, width: wide, height: BOX_HIGH, rx: 6,
    }),
    svg("text", { x, y: y + 3.8, "text-anchor": "middle" }, state),
  );
  return { state, x, y, wide, node };
}

// The part of the curve that lies outside both boxes, with its head.
function drawnMove({ from, to, curve, title }, className) {
  const first = boxEdge(curve, 0, from);
  const last = boxEdge(curve, 1, to);
  const [x1, y1] = onCurve(curve, first);
  const [x2, y2] = onCurve(curve, last);
  // The control point of the part: where its two tangents meet.
  const [cx, cy] = [curve[2], curve[3]];
  const along = (t) => [curve[0] + (cx - curve[0]) * t, curve[1] + (cy - curve[1]) * t];
  const back = (t) => [cx + (curve[4] - cx) * t, cy + (curve[5] - cy) * t];
  const mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
  const [mx, my] = mix(along(first), back(first), last);
  const angle = (Math.atan2(y2 - my, x2 - mx) * 180) / Math.PI;
  const n = (value) => value.toFixed(1);
  return svg(
    "g",
    { class: className },
    title && svg("title", {}, title),
    svg("path", { d: `M${n(x1)} ${n(y1)}Q${n(mx)} ${n(my)} ${n(x2)} ${n(y2)}` }),
    svg("path", {
      class: "portlab-move-head",
      d: "M0 0L-7 -3.2V3.2Z",
      transform: `translate(${n(x2)} ${n(y2)}) rotate(${n(angle)})`,
    }),
  );
}

function onCurve([x1, y1, cx, cy, x2, y2], t) {
  const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
  return [a * x1 + b * cx + c * x2, a * y1 + b * cy + c * y2];
}

// Where the curve meets the box around its beginning (0) or its end (1).
function boxEdge(curve, end, { x, y, wide }) {
  let [near, far] = [end, 0.5];
  for (let step = 0; step < 16; step += 1) {
    const middle = (near + far) / 2;
    const [px, py] = onCurve(curve, middle);
    const within = Math.abs(px - x) <= wide / 2 + 1 && Math.abs(py - y) <= BOX_HIGH / 2 + 1;
    if (within) near = middle;
    else far = middle;
  }
  return near;
}
