// A question whose answer is typed: a native field, which Enter sends.

import { html } from "../../views/page/dom.js";

// `legend` are the children of the question, `given` what was answered once it is `locked`.
// Returns {node, written, first}.
export function entryField({ legend, numeric, given = "", locked = false, onenter }) {
  const input = html("input", {
    type: "text",
    class: "portlab-field",
    value: given,
    disabled: locked,
    inputmode: numeric ? "decimal" : null,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-label": numeric ? "Your answer, a number" : "Your answer, a word or two",
    onkeydown: (event) => {
      if (event.key === "Enter") onenter();
    },
  });
  return {
    node: html("fieldset", { class: "portlab-choices" }, html("legend", {}, legend), input),
    written: () => input.value.trim(),
    first: input,
  };
}
