// The search of the port map: a field, how many there are, and the nearest of them as buttons.

import { fill, freshId, html } from "./dom.js";

const HITS_SHOWN = 8;

// `found(ports)` hears of all hits, `go(port)` of the chosen one, `say(sentence)` is read aloud.
export function portSearch(data, { found, go, say }) {
  const id = freshId("ports");
  const field = html("input", {
    type: "search", class: "portlab-field", id, autocomplete: "off", spellcheck: "false",
    placeholder: "443, imaps, mail ...", oninput: look, onkeydown: key,
  });
  const list = html("ul", { class: "portlab-ports-hits", "aria-label": "Found" });
  const rest = html("p", { class: "portlab-faint" });
  const problem = html("p", { class: "portlab-problem", hidden: true });
  const node = html("div", { class: "portlab-ports-search", role: "search", "aria-label": "Ports" },
    html("label", { for: id }, "Find a port by name or number"), field, problem, list, rest);
  let hits = [];

  function look() {
    const answer = data.find(field.value);
    ({ hits } = answer);
    const asked = field.value.trim() !== "";
    problem.hidden = !answer.problem;
    fill(problem, answer.problem ?? "");
    fill(list, hits.slice(0, HITS_SHOWN).map(({ port, title, over }) => html("li", {},
      html("button", { type: "button", class: "portlab-ports-hit", onclick: () => go(port), onkeydown: key },
        html("strong", {}, port), ` ${title}`, over && html("span", { class: "portlab-faint" }, ` ${over}`)))));
    const more = hits.length - HITS_SHOWN;
    fill(rest, more > 0 ? `... and ${more.toLocaleString("en")} more. ` : "",
      hits.length > 1 ? "Each has a ring on the map: press All ports to see them all." : "");
    found(hits.map(({ port }) => port));
    if (!asked) say("");
    else say(answer.problem ?? `${hits.length.toLocaleString("en")} found${
      hits.length ? `, first ${hits[0].port} ${hits[0].title}` : ""}.`);
    if (asked && !answer.problem && !hits.length) fill(rest, `Nothing is called "${field.value.trim()}".`);
  }

  function key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const stops = [field, ...list.querySelectorAll("button")];
    const at = stops.indexOf(event.currentTarget);
    if (event.key === "Enter" && at === 0 && hits.length) go(hits[0].port);
    else if (event.key === "ArrowDown" && at + 1 < stops.length) stops[at + 1].focus();
    else if (event.key === "ArrowUp" && at > 0) stops[at - 1].focus();
    else if (event.key === "Escape") { field.value = ""; look(); field.focus(); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return { node, field };
}
