// Questions whose answer has several parts: to match, to put in order, to fill fields. All of it
// works with native fields and buttons; dragging is a second way to the same.

import { button, fill, freshId, html } from "../../views/page/dom.js";
import { prose } from "./prose.js";

// Each takes {legend, choices, parts, shown, given, say, onenter} and returns {node, chosen, first};
// `given` is an earlier answer, and `chosen` gives the one of now: a list with one entry for each
// part, null where nothing is chosen yet.
export const PART_GROUPS = { match: matchGroup, order: orderGroup, "fill the fields": blanksGroup };

function matchGroup({ legend, choices, parts, given = [] }) {
  const id = freshId("match");
  const selects = parts.map((_, row) =>
    html(
      "select",
      { id: `${id}-${row}`, class: "portlab-field" },
      html("option", { value: "" }, "choose"),
      choices.map((words, number) =>
        html("option", { value: number, selected: given[row] === number }, plainly(words)),
      ),
    ),
  );
  const rows = parts.map((words, row) =>
    html(
      "div",
      { class: "portlab-pair", ...dropTarget((number) => (selects[row].value = number)) },
      html("label", { for: `${id}-${row}` }, prose(words)),
      selects[row],
    ),
  );
  // For the mouse alone: who has a keyboard or a screen reader finds the same in each field.
  const chips = choices.map((words, number) =>
    html("li", { class: "portlab-token", draggable: "true", ...dragSource(number) }, prose(words)),
  );
  return {
    node: group(legend, rows, html("ul", { class: "portlab-tokens", "aria-hidden": "true" }, chips)),
    chosen: () => selects.map(({ value }) => (value === "" ? null : Number(value))),
    first: selects[0],
  };
}

function orderGroup({ legend, choices, given, say }) {
  let order = given ?? choices.map((_, number) => number);
  const list = html("ol", { class: "portlab-order" });
  const items = choices.map((words, number) => {
    const move = (label, step) => {
      const press = button(label, () => place(number, order.indexOf(number) + step, press));
      press.setAttribute("aria-label", `Move ${plainly(words)} ${step < 0 ? "up" : "down"}`);
      return press;
    };
    return html(
      "li",
      {
        draggable: "true",
        ...dragSource(number),
        ...dropTarget((moved) => place(moved, order.indexOf(number))),
      },
      html("span", {}, prose(words)),
      move("↑", -1),
      move("↓", 1),
    );
  });

  function place(number, at, press) {
    if (at < 0 || at >= order.length) {
      return say(`${plainly(choices[number])} is ${at < 0 ? "first" : "last"} already.`);
    }
    order = order.filter((other) => other !== number);
    order.splice(at, 0, number);
    fill(list, order.map((each) => items[each]));
    press?.focus(); // moving an element takes the focus from it
    return say(`${plainly(choices[number])} is now ${at + 1} of ${order.length}.`);
  }

  fill(list, order.map((each) => items[each]));
  return { node: group(legend, list), chosen: () => order, first: items[order[0]].querySelector("button") };
}

function blanksGroup({ legend, parts, shown, given = [], onenter }) {
  const id = freshId("blank");
  const inputs = parts.map((_, number) =>
    html("input", {
      type: "text",
      id: `${id}-${number}`,
      class: "portlab-field",
      value: given[number],
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      onkeydown: (event) => {
        if (event.key === "Enter") onenter();
      },
    }),
  );
  const rows = parts.map((words, number) =>
    html("div", { class: "portlab-pair" }, html("label", { for: `${id}-${number}` }, prose(words)), inputs[number]),
  );
  return {
    node: group(legend, shownLines(shown), rows),
    chosen: () => inputs.map(({ value }) => value.trim() || null),
    first: inputs[0],
  };
}

// The same question once it is answered: each part, and what is said to it.
export function gradedParts({ legend, shown, parts }) {
  const lines = parts.map(([name, given, key, right, note]) =>
    html(
      "li",
      { class: `portlab-answer portlab-answer-${right ? "right" : "wrong"}` },
      html("span", {}, prose(name), " ", html("strong", {}, prose(given))),
      html(
        "p",
        { class: "portlab-answer-mark" },
        html("strong", {}, right ? "✔ right" : ["✘ right is: ", prose(key)]),
      ),
      note && html("p", { class: "portlab-answer-note" }, prose(note)),
    ),
  );
  return group(legend, shown && shownLines(shown), html("ul", { class: "portlab-graded" }, lines));
}

function shownLines(shown) {
  return html("pre", { class: "portlab-shown", tabindex: 0 }, shown);
}

function group(legend, ...body) {
  return html("fieldset", { class: "portlab-choices" }, html("legend", {}, legend), ...body);
}

// What is dragged, and where it may be dropped.
function dragSource(number) {
  return {
    ondragstart: (event) => {
      event.dataTransfer.setData("text/x-portlab", String(number));
      event.dataTransfer.effectAllowed = "move";
      event.stopPropagation();
    },
  };
}

function dropTarget(drop) {
  const ours = (event) => event.dataTransfer.types.includes("text/x-portlab");
  return {
    ondragover: (event) => {
      if (ours(event)) event.preventDefault();
    },
    ondrop: (event) => {
      if (!ours(event)) return;
      event.preventDefault();
      event.stopPropagation();
      drop(Number(event.dataTransfer.getData("text/x-portlab")));
    },
  };
}

// `words` where no element can mark what is code: in an option, in a label.
function plainly(words) {
  return words.replaceAll("`", "");
}
