// What is known of both ends of a conversation, and since when: snapshots where a host can be
// asked, else the changes of state that stand on the ladder.

import { endOf } from "./scene.js";

const OF_TCP = new Set(["syn", "data", "ack", "fin", "reset"]);

// The first two lanes, each with its moves and snapshots in the order of time, and the sentence
// that says how far this can be believed; null where there is nothing that it could be about.
export function whatIsKnown(conversation) {
  const hosts = conversation.lanes.slice(0, 2).map((host, lane) => {
    const before = conversation.before[lane] ?? null;
    const moves = movesOf(conversation.rows, lane, before);
    const snapshots = snapshotsOf(conversation.snapshots, lane);
    return { name: host.name, end: endOf(host), before, moves, snapshots };
  });
  return { hosts, sentence: howFar(conversation, hosts) };
}

// Is anything known of what goes on inside its hosts?
export function hasInsides({ rows, snapshots }) {
  return snapshots.length > 0 || rows.some((row) => changesIn(row).some(({ lane }) => lane < 2));
}

// Where a host stands at `time`, what its TCP holds, and the move that led there.
export function statesAt(host, time) {
  const snapshot = lastUntil(host.snapshots, time);
  const move = lastUntil(host.moves, time);
  return { snapshot, move, state: snapshot?.state ?? move?.new ?? host.before };
}

function howFar(conversation, hosts) {
  if (hosts.some((host) => host.snapshots.length)) return "The lines are not to scale. B: bytes.";
  if (hosts.some((host) => host.moves.length)) {
    return "Only the states are known here. The numbers and timers inside a host are its own: "
      + "no packet tells them all.";
  }
  const arrows = conversation.rows.filter((row) => !row.mark);
  if (arrows.length && !arrows.some((arrow) => OF_TCP.has(arrow.kind))) {
    return null; // no TCP: no states, windows or timers
  }
  return "What goes on inside these hosts nobody can see from here: states, windows and timers "
    + "are known only of portlab's own TCP (world=\"model\").";
}

// What happened to its hosts' states when a packet went and came, or at a mark.
export function changesIn(row) {
  return row.mark ? row.changes : [...row.sent, ...row.arrived];
}

// Changes of state in the order they happened: of one moment, each from where the last one led to.
function movesOf(rows, lane, before) {
  const waiting = rows
    .flatMap(changesIn)
    .filter((change) => change.lane === lane)
    .sort((one, other) => one.time - other.time);
  const moves = [];
  let state = before;
  while (waiting.length) {
    const { time } = waiting[0];
    let at = 0;
    while (waiting[at]?.time === time && waiting[at].old !== state) at += 1;
    const [move] = waiting.splice(waiting[at]?.time === time ? at : 0, 1);
    moves.push(move);
    state = move.new;
  }
  return moves;
}

function snapshotsOf(snapshots, lane) {
  const found = [];
  let running = new Map(); // the timers by name, to know since when each has run
  for (const [time, of, state, sndUna, sndNxt, sndWnd, rcvNxt, rcvWnd, due] of snapshots) {
    if (of !== lane) continue;
    const timers = due.map(([name, at]) => {
      const before = running.get(name);
      return { name, at, since: before?.at === at ? before.since : time };
    });
    running = new Map(timers.map((timer) => [timer.name, timer]));
    found.push({ time, state, sndUna, sndNxt, sndWnd, rcvNxt, rcvWnd, timers });
  }
  return found;
}

// The last of `list`, which is in the order of time, that is not after `time`.
function lastUntil(list, time) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].time <= time) low = middle + 1;
    else high = middle;
  }
  return list[low - 1] ?? null;
}
