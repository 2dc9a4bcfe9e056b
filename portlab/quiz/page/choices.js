// A question with choices: a native fieldset, so that every screen reader says question, choice
// and place by itself, and the arrow keys work as in any form.

import { freshId, html } from "../../views/page/dom.js";
import { prose } from "./prose.js";

// `legend` are the children of the question. `marks`, by number of the choice, is what stands
// behind an answered one: {sign, word, note, kind}. Returns {node, chosen, first}.
export function choiceGroup({ legend, choices, many = false, picked = [], locked = false, marks = {} }) {
  const name = freshId("choice");
  const inputs = choices.map((_, number) =>
    html("input", {
      type: many ? "checkbox" : "radio",
      name,
      id: `${name}-${number}`,
      checked: picked.includes(number),
      disabled: locked,
      "aria-describedby": marks[number]?.note ? `${name}-${number}-note` : null,
    }),
  );
  const lines = choices.map((words, number) => {
    const mark = marks[number];
    return html(
      "div",
      { class: `portlab-answer${mark ? ` portlab-answer-${mark.kind}` : ""}` },
      inputs[number],
      html("label", { for: `${name}-${number}` }, prose(words)),
      mark?.word && html("p", { class: "portlab-answer-mark" }, html("strong", {}, `${mark.sign} ${mark.word}`)),
      mark?.note && html("p", { class: "portlab-answer-note", id: `${name}-${number}-note` }, prose(mark.note)),
    );
  });
  return {
    node: html("fieldset", { class: "portlab-choices" }, html("legend", {}, legend), lines),
    chosen: () => inputs.flatMap((input, number) => (input.checked ? [number] : [])),
    first: inputs.find((input) => input.checked) ?? inputs[0],
  };
}
