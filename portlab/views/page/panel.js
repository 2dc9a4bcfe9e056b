// What both hosts' TCP holds at a moment of the ladder: where each stands on the state map, its
// numbers, its two windows on the sequence line, and the timers that run.
//
// The lines and the map are for the eye; everything they show also stands beside them as text.

import { fill, html, svg } from "./dom.js";
import { hasInsides, statesAt, whatIsKnown } from "./knowing.js";
import { badge, stateMap } from "./states.js";
import { byteCount, receiveLine, sendLine, sendParts, withCommas } from "./windows.js";

const TIMER_WORDS = {
  retransmission: ["Retransmission", "sends again in"],
  persist: ["Persist", "probes the closed window in"],
  override: ["Override", "sends a small piece in"],
  "delayed ACK": ["Delayed ACK", "acknowledges in"],
  "TIME-WAIT": ["TIME-WAIT", "forgets the connection in"],
  "keep-alive": ["Keep-alive", "asks whether the peer lives in"],
};

// `diagram` is portlab.views.state_map.as_data(), `conversation` one as scene.js reads it. Gives the
// node, and `show(time)`, which shows the moment `time`, in microseconds of the ladder.
export function hostPanel(diagram, conversation) {
  const { hosts, sentence } = whatIsKnown(conversation);
  const node = html("section", { class: "portlab-panel", "aria-label": "Inside both hosts" });
  if (!hasInsides(conversation)) {
    fill(node, sentence && html("p", { class: "portlab-faint" }, sentence));
    node.hidden = !sentence;
    return { node, show() {} };
  }
  const letters = lettersFor(hosts.map((host) => host.name));
  const map = stateMap(diagram, letters);
  const asked = hosts.some((host) => host.snapshots.length);
  const cards = hosts.map((host, at) => hostCard(host, at, letters[at], diagram.meanings, asked));
  fill(
    node,
    html("div", { class: "portlab-panel-parts" }, map.node, cards.map((card) => card.node)),
    html("p", { class: "portlab-faint portlab-small" }, sentence),
  );

  function show(time) {
    const moments = hosts.map((host) => statesAt(host, time));
    moments.forEach((moment, at) => cards[at].show(moment, time));
    map.show(moments.map(({ state, move }) => state && {
      state,
      move: move && [move.old, move.new],
    }));
    const standing = moments.map(({ state }, at) => `${hosts[at].name} is in ${state ?? "no state"}`);
    map.node.setAttribute("aria-label", `TCP's states: ${standing.join(", ")}.`);
  }

  show(0);
  return { node, show };
}

// The first letters of both names, or 1 and 2 if they are the same.
function lettersFor(names) {
  const first = names.map((name) => name.slice(0, 1).toUpperCase());
  return first[0] === first[1] || !first.every((one) => /[A-Z]/.test(one)) ? ["1", "2"] : first;
}

// `asked`: whether a host of this conversation could be asked for its numbers.
function hostCard(host, at, letter, meanings, asked) {
  const state = html("strong", { class: "portlab-host-state" });
  const meaning = html("span");
  const move = html("p", { class: "portlab-faint portlab-small" });
  const inside = numbersOf();
  const without = html("p", { class: "portlab-faint portlab-small" });
  const mark = svg("svg", { class: "portlab-mark", "aria-hidden": "true" }, badge(at, letter));
  const node = html(
    "div",
    { class: "portlab-host", role: "group", "aria-label": host.name },
    html("h3", {}, mark, host.name, html("span", { class: "portlab-faint" }, host.end)),
    html("p", {}, state, " ", meaning),
    move,
    inside.node,
    without,
  );
  let shown;

  function show(moment, time) {
    const { snapshot } = moment;
    const open = snapshot !== null && snapshot.state !== "CLOSED";
    if (shown !== undefined && shown.state === moment.state && shown.snapshot === snapshot
        && shown.move === moment.move) {
      if (open) inside.tick(snapshot, time);
      return;
    }
    shown = moment;
    fill(state, moment.state ?? "No state known");
    fill(meaning, meanings[moment.state] ?? "");
    fill(move, moment.move ? lastMove(moment.move) : "");
    inside.node.hidden = !open;
    if (open) {
      inside.show(snapshot);
      inside.tick(snapshot, time);
    }
    fill(without, open ? "" : withoutNumbers(snapshot, moment.state));
    without.hidden = open || !asked;
  }

  return { node, show };
}

function lastMove(move) {
  return `${move.old} → ${move.new} on ${move.event}. ${move.why} (${move.source})`;
}

function withoutNumbers(snapshot, state) {
  if (snapshot) return "The connection is over: its numbers and its timers are gone.";
  if (state === "LISTEN") return "No numbers yet: they come with a caller.";
  return "No TCP here keeps this conversation, so there are no numbers.";
}

// The numbers, both lines and the timers of one host.
function numbersOf() {
  const [una, nxt, wnd, rcvNxt, rcvWnd] = Array.from({ length: 5 }, () => html("dd"));
  const [sends, receives] = [lineSvg(), lineSvg()];
  const said = html("p", { class: "portlab-spoken" });
  const timers = html("ul", { class: "portlab-timers" });
  let running = [];
  const node = html(
    "div",
    { class: "portlab-inside" },
    numberList("Sends", ["SND.UNA", una], ["SND.NXT", nxt], ["SND.WND", wnd]),
    said,
    sends,
    numberList("Receives", ["RCV.NXT", rcvNxt], ["RCV.WND", rcvWnd]),
    receives,
    html("h4", {}, "Timers"),
    timers,
  );

  function show(snapshot) {
    fill(una, withCommas(snapshot.sndUna));
    fill(nxt, withCommas(snapshot.sndNxt));
    fill(wnd, knownNumber(snapshot.sndWnd));
    fill(rcvNxt, knownNumber(snapshot.rcvNxt));
    fill(rcvWnd, knownNumber(snapshot.rcvWnd));
    const { flying, free } = sendParts(snapshot);
    fill(said, `In flight: ${byteCount(flying)}.`,
      free === null ? "" : ` May still send: ${byteCount(free)}.`,
      snapshot.sndWnd === 0 ? " The peer's window is closed." : "");
    sendLine(sends, snapshot);
    receiveLine(receives, snapshot);
    running = snapshot.timers.map((timer) => ({ timer, ...timerRow(timer) }));
    fill(timers, running.length ? running.map((row) => row.node)
      : html("li", { class: "portlab-faint" }, "No timer runs."));
  }

  function tick(snapshot, time) {
    for (const row of running) row.tick(time);
  }

  return { node, show, tick };
}

function timerRow({ name, at, since }) {
  const [title, does] = TIMER_WORDS[name];
  const left = html("span", { class: "portlab-timer-left" });
  const bar = html("span");
  const node = html(
    "li",
    {},
    html("strong", {}, title),
    left,
    html("span", { class: "portlab-timer-bar", "aria-hidden": "true" }, bar),
  );

  function tick(time) {
    const rest = Math.max(at - time, 0);
    fill(left, `${does} ${duration(rest)}`);
    bar.style.width = `${at > since ? Math.min((100 * rest) / (at - since), 100) : 0}%`;
  }

  return { node, tick };
}

function lineSvg() {
  return svg("svg", { class: "portlab-sequence", "aria-hidden": "true" });
}

function numberList(title, ...pairs) {
  return html(
    "div",
    { class: "portlab-numbers" },
    html("h4", {}, title),
    html("dl", {}, pairs.map(([name, value]) => html("div", {}, html("dt", {}, name), value))),
  );
}

function knownNumber(number) {
  return number === null ? "not known yet" : withCommas(number);
}

// Microseconds as people say them: "980 ms", "1.5 s".
function duration(time) {
  return time < 1e6 ? `${Number((time / 1e3).toFixed(1))} ms` : `${Number((time / 1e6).toFixed(2))} s`;
}
