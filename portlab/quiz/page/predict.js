// A prediction: choose, lock in, and it stays. The kernel holds what is locked in.

import { button, fill, focusable, html } from "../../views/page/dom.js";
import { oneAtATime } from "./asking.js";
import { choiceGroup } from "./choices.js";
import { prose } from "./prose.js";

function renderPrediction({ model, el }) {
  const ending = new AbortController();
  const body = html("div", { class: "portlab-asked" });
  const status = focusable(html("p", { role: "status", class: "portlab-status", tabindex: -1 }));
  const root = html("div", { class: "portlab portlab-prediction" }, body, status);
  const say = (words) => fill(status, words);
  const tell = oneAtATime(model, ending.signal, say);
  el.append(root);

  function lockIn(group) {
    const [choice] = group.chosen();
    if (choice === undefined) {
      say("Choose one first. A guess is welcome.");
      group.first.focus();
    } else {
      tell({ do: "lock", choice });
    }
  }

  function draw() {
    const { question, choices, locked, late, before, problem } = model.get("state");
    const hadFocus = body.contains(document.activeElement);
    const group = choiceGroup({
      legend: [html("span", { class: "portlab-tag" }, "Predict"), " ", prose(question)],
      choices,
      picked: locked === null ? [] : [locked],
      locked: locked !== null,
      marks: locked === null ? {} : { [locked]: { sign: "●", word: "locked in", kind: "locked" } },
    });
    if (locked === null) {
      const press = button("Lock in", () => lockIn(group));
      press.classList.add("portlab-main");
      const earlier = before && html("p", { class: "portlab-faint" }, `Before, you predicted: ${before}.`);
      fill(body, group.node, earlier, press);
      return;
    }
    fill(body, group.node);
    const when = late
      ? "You locked this in after the run had been shown."
      : "It stays, whatever happens next. Now run the cells below.";
    fill(status, html("strong", {}, "Locked in:"), ' "', prose(choices[locked]), '". ', when, problem && ` ${problem}`);
    if (hadFocus) status.focus(); // what had it can no longer be used
  }

  model.on("change:state", draw);
  draw();
  return () => {
    model.off("change:state", draw);
    ending.abort();
    root.remove();
  };
}

export default { render: renderPrediction };
