// A question whose answer is typed: a native field, which Enter sends.

import { freshId, html } from "../../views/page/dom.js";

// `legend` are the children of the question, `given` what was answered once it is `locked`.
// Returns {node, written, first}.
export function entryField({ legend, numeric, given = "", locked = false, onenter }) {
  const id = freshId("entry");
  const input = html("input", {
    type: "text",
    id,
    class: "portlab-field",
    value: given,
    disabled: locked,
    inputmode: numeric ? "decimal" : null,
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    onfocus: () => input.select(), // what is typed next takes the place of an earlier answer
    onkeydown: (event) => {
      if (event.key === "Enter") onenter();
    },
  });
  return {
    node: html(
      "fieldset",
      { class: "portlab-choices" },
      html("legend", {}, legend),
      html("label", { for: id, class: "portlab-entry" }, numeric ? "Your answer, a number" : "Your answer, a word or two"),
      input,
    ),
    written: () => input.value.trim(),
    first: input,
  };
}
