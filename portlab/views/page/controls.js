// The player's buttons, its slider, and how numbers and times are shown.

import { button, fill, html, svg } from "./dom.js";
import { shownTime } from "./times.js";

const ICONS = {
  first: "M3 3v10M13 3L6 8l7 5z",
  back: "M11 3L4 8l7 5z",
  play: "M5 3l8 5-8 5z",
  pause: "M5 3v10M11 3v10",
  next: "M5 3l7 5-7 5z",
  last: "M13 3v10M3 3l7 5-7 5z",
};

const KEYS = [
  ["↑ ↓", "from packet to packet"],
  ["Home End", "the first packet, the last one"],
  ["Enter", "open the packet: its header, and why it was sent"],
  ["Esc", "close it again"],
  ["← →", "one moment back, one on"],
  ["Space", "play, pause"],
];

// The player of a time line. `show()` brings it up to date.
export function playerView(timeline) {
  const player = [
    iconButton("first", "First moment", () => timeline.go(0)),
    iconButton("back", "Previous moment", () => timeline.go(timeline.position - 1)),
    iconButton("play", "Play", () => timeline.toggle()),
    iconButton("next", "Next moment", () => timeline.go(timeline.position + 1)),
    iconButton("last", "Last moment", () => timeline.go(timeline.length)),
  ];
  const slider = html("input", {
    type: "range", class: "portlab-slider", min: 0, step: 1, "aria-label": "Moment",
    oninput: () => timeline.go(Number(slider.value)),
    onkeydown: (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      timeline.toggle();
    },
  });
  const count = html("span", { class: "portlab-count portlab-faint" });
  const node = html("div", { class: "portlab-player", role: "group", "aria-label": "Time" },
    html("div", { class: "portlab-buttons" }, player), slider, count);

  function show() {
    const { position, length, latest } = timeline;
    slider.max = length;
    slider.value = position;
    slider.setAttribute("aria-valuetext", `Moment ${position} of ${length}${
      latest ? `, ${shownTime(latest.time)}` : ""}`);
    fill(count, `${position.toLocaleString("en")} of ${length.toLocaleString("en")}`);
    for (const [at, ends] of [[0, 0], [1, 0], [3, length], [4, length]]) {
      player[at].setAttribute("aria-disabled", String(position === ends));
    }
  }

  function playing(is) {
    setIcon(player[2], is ? "pause" : "play", is ? "Pause" : "Play");
  }

  return { node, show, playing };
}

// Two or more words of which one is pressed; `choose(index)` when another is.
export function choiceOf(label, words, chosen, choose) {
  const buttons = words.map((word, at) => button(word, () => {
    if (buttons[at].getAttribute("aria-pressed") === "true") return;
    press(at);
    choose(at);
  }, { pressed: at === chosen }));
  function press(which) {
    buttons.forEach((one, at) => one.setAttribute("aria-pressed", String(at === which)));
  }
  const node = html("div", { class: "portlab-choice", role: "group", "aria-label": label },
    html("span", { class: "portlab-faint" }, label), html("span", { class: "portlab-joined" }, buttons));
  return { node, press };
}

// What the keys do while a ladder has the focus.
export function keysHint() {
  return html("details", { class: "portlab-keys" },
    html("summary", {}, "Keys"),
    html("dl", {}, KEYS.map(([keys, does]) => [
      html("dt", {}, keys.split(" ").map((key) => html("kbd", {}, key))), html("dd", {}, does),
    ])),
    html("p", { class: "portlab-faint" }, "They work while a ladder has the focus: click in it, or go to it with Tab."));
}

function iconButton(icon, label, onclick) {
  const made = button("", () => {
    if (made.getAttribute("aria-disabled") !== "true") onclick();
  });
  made.classList.add("portlab-icon");
  setIcon(made, icon, label);
  return made;
}

function setIcon(node, icon, label) {
  node.setAttribute("aria-label", label);
  node.title = label;
  fill(node, svg("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, svg("path", { d: ICONS[icon] })));
}
