// What a learner takes along: pictures, packets, text, and the line of code that makes it again.

import { button, fill, html } from "./dom.js";
import { WHICH } from "./scene.js";

const FORMS = [["svg", "Picture (SVG)"], ["png", "Picture (PNG)"], ["txt", "Text"]];

// `ask` is talk.js's, `say(sentence)` and `fail(problem)` tell how it went.
export function keepingView({ ladders }, { ask, say, fail }) {
  async function save(as, ladder) {
    try {
      const { content, buffers } = await ask({ do: "save", as, ladder });
      download(content, buffers[0]);
      say(`Saved as ${content.file}.`);
    } catch (problem) {
      fail(problem.message);
    }
  }
  const pictures = FORMS.map(([as, label]) => button(label, () => save(as, null)));
  const packets = ladders.map((_, at) => (
    button(`Packets${of(ladders, at)} (pcapng)`, () => save("pcapng", at))
  ));
  const lines = ladders.map(({ code }, at) => code && codeLine(code, of(ladders, at), say));
  return html("section", { class: "portlab-keeping", "aria-label": "Save" },
    html("div", { class: "portlab-buttons" }, html("span", { class: "portlab-faint" }, "Save:"), pictures, packets),
    lines);
}

function of(ladders, at) {
  return ladders.length > 1 ? ` of the ${WHICH[at]}` : "";
}

function codeLine(code, which, say) {
  const field = html("textarea", {
    class: "portlab-field portlab-mono portlab-code", readonly: true, rows: 1, spellcheck: "false",
    "aria-label": `Line of code${which}`,
    onfocus: () => field.select(),
  });
  field.value = code;
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(code);
      fill(copy, "Copied");
      say("Copied.");
    } catch {
      field.focus();
      say("The line is marked: press Ctrl+C, or Cmd+C.");
    }
  }, { title: `Copy the line of code${which}` });
  return html("div", { class: "portlab-code-line" },
    html("span", { class: "portlab-faint" }, `This run${which} as code:`), field, copy);
}

function download({ file, mime }, buffer) {
  const address = URL.createObjectURL(new Blob([buffer], { type: mime }));
  html("a", { href: address, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
