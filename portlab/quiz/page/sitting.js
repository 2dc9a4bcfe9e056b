// A session: one question at a time, what is said to its answer, and in the end how it went.
// The kernel grades; until it has, there is no key on this page.

import { button, fill, focusable, html } from "../../views/page/dom.js";
import { oneAtATime } from "./asking.js";
import { choiceGroup } from "./choices.js";
import { entryField } from "./entry.js";
import { gradedParts, PART_GROUPS } from "./parts.js";
import { prose } from "./prose.js";

// `map`, where there is one, has a node, and shows what a state has of it: see ranges.js.
export function renderQuestions({ model, el }, map = null) {
  const ending = new AbortController();
  const body = html("div", { class: "portlab-asked" });
  const status = html("div", { role: "status", class: "portlab-status" });
  const foot = html("div", { class: "portlab-foot" });
  const root = html("div", { class: "portlab portlab-questions" }, body, status, foot, map?.node);
  const say = (words) => fill(status, words);
  const tell = oneAtATime(model, ending.signal, say);
  const clock = countdown(ending.signal, () => tell({ do: "time" }));
  // What is drawn now, but for the time that is left: when nothing else has changed, as after an
  // answer that Python could not grade, what was typed stays.
  let drawn = null;
  el.append(root);

  function draw() {
    const state = model.get("state");
    const but = JSON.stringify({ ...state, left: null });
    if (but === drawn) {
      if (state.left !== null) clock.show(state.left);
      return;
    }
    drawn = but;
    const hadFocus = root.contains(document.activeElement);
    map?.show(state.map ?? null);
    const goal = state.tally !== undefined ? drawTally(state) : drawQuestion(state);
    if (hadFocus) goal.focus(); // what had it is gone
  }

  // Each returns what is to have the focus now.
  function drawQuestion(state) {
    const { kind, prompt, choices, parts, shown, exam, left, hint, verdict, place, count, counted, problem } = state;
    const legend = [
      html("span", { class: "portlab-tag" }, `Question ${counted}`),
      left !== null && clock.show(left),
      html("span", { class: "portlab-prompt" }, prose(prompt)),
    ];
    const inParts = PART_GROUPS[kind];
    const typed = !inParts && choices.length === 0;
    const locked = verdict !== null;
    const asked = inParts
      ? inParts({ legend, choices, parts, shown, given: hint?.parts, say, onenter: answer })
      : typed
        ? entryField({ legend, numeric: kind === "number", given: (verdict ?? hint)?.given, locked, onenter: answer })
        : choiceGroup({
            legend,
            choices,
            many: kind === "many choices",
            picked: verdict?.picked,
            locked,
            marks: locked ? marksOf(verdict) : {},
          });
    const answers = asked.chosen ?? asked.written;

    function answer() {
      const given = answers();
      if (given.length > 0 && (typed || !given.includes(null))) return tell({ do: "answer", answer: given });
      say(inParts ? "One for each, please. A guess is welcome." : typed ? "Write your answer first." : "Choose first. A guess is welcome.");
      return asked.first.focus();
    }

    const press = button("Answer", answer);
    press.classList.add("portlab-main");
    const how = HOW[kind] && html("p", { class: "portlab-faint" }, HOW[kind]);
    const node = locked && inParts ? gradedParts({ legend, shown, parts: verdict.parts }) : asked.node;
    const leave = exam && button("Leave it open", () => tell({ do: "leave" }));
    fill(body, node, !locked && [how, press, leave && [" ", leave]]);
    fill(status, locked ? [said(verdict, typed), state.map && whereOnMap(state.map)] : hint && notYet(hint), problem && html("p", {}, problem));
    fill(foot);
    if (!locked) return asked.first;
    const next = button(place + 1 < count ? "Next question" : "See how it went", () => tell({ do: "next" }));
    next.classList.add("portlab-main");
    fill(foot, next);
    return next;
  }

  function drawTally({ title, tally, missed, more, problem }) {
    const heading = focusable(html("h3", { tabindex: -1 }, `${title}: ${tally}`));
    fill(
      body,
      heading,
      missed.length > 0 && html("p", {}, "Worth another look:"),
      missed.length > 0 &&
        html("ul", { class: "portlab-missed" }, missed.map(([prompt, key, why]) =>
          html("li", {}, prose(prompt), " ", html("strong", {}, prose(key)), why && [" ", prose(why)]),
        )),
      html("p", { class: "portlab-faint" }, prose(more)),
    );
    fill(status, problem);
    fill(foot);
    return heading;
  }

  model.on("change:state", draw);
  draw();
  return () => {
    model.off("change:state", draw);
    ending.abort();
    root.remove();
  };
}

const HOW = {
  "many choices": "Choose every one that is right.",
  order: "Drag them into order, or use the arrows.",
  match: "Choose for each, or drag from below.",
};

// What stands behind each choice of an answered question.
function marksOf({ picked, choices }) {
  return Object.fromEntries(
    choices.map(([right, why], number) => {
      const chosen = picked.includes(number);
      const kind = right ? "right" : chosen ? "wrong" : "other";
      const word = right
        ? chosen ? "right, and you chose it" : "this is right"
        : chosen ? "you chose this" : "";
      return [number, { kind, word, sign: { right: "✔", wrong: "✘", other: "" }[kind], note: why }];
    }),
  );
}

// Where the numbers lie, in sentences: what the map shows, for who cannot see it.
function whereOnMap({ said }) {
  return [
    html("p", {}, html("strong", {}, "On the map")),
    html("ul", { class: "portlab-located" }, said.map((sentence) => html("li", {}, sentence))),
  ];
}

// What is said to a first answer that was not right.
function notYet({ said }) {
  return [
    html("p", { class: "portlab-verdict-wrong" }, html("strong", {}, "✘ Not yet. Try once more.")),
    said.map((sentence) => html("p", {}, prose(sentence))),
  ];
}

// The time that is left of an exam, in minutes, in seconds at the end. `over` is called when it is up.
function countdown(signal, over) {
  const shown = html("span", { class: "portlab-left" });
  let ends = null;
  const write = () => {
    // Python counts whole seconds that have passed, so asking early would be asking in vain.
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 1000));
    const unit = left === 1 ? "second" : "seconds";
    const words = left > 60 ? `${Math.ceil(left / 60)} minutes left` : `${left} ${unit} left`;
    if (shown.textContent !== words) fill(shown, words);
    if (left > 0) return;
    stop();
    over();
  };
  let ticking = null;
  const stop = () => {
    clearInterval(ticking);
    ticking = null; // so that the clock goes on where Python has some time left
  };
  signal.addEventListener("abort", stop);
  return {
    show(left) {
      ends = Date.now() + 1000 * left;
      ticking ??= setInterval(write, 1000);
      write();
      return shown;
    },
  };
}

// What is said to an answer.
function said({ right, key, note, explanation, reference }, typed) {
  return [
    html(
      "p",
      { class: right ? "portlab-verdict-right" : "portlab-verdict-wrong" },
      html("strong", {}, right ? "✔ Right." : "✘ Not right."),
      typed && !right && [" The answer is ", html("strong", {}, prose(key)), "."],
    ),
    note && html("p", {}, prose(note)),
    html("p", {}, prose(explanation)),
    html("p", { class: "portlab-faint" }, "Reference: ", prose(reference)),
  ].filter(Boolean);
}
