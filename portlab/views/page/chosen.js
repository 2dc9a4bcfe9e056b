// The packet that was chosen: what it is, why it was sent, what could happen to it, its header.

import { button, fill, html } from "./dom.js";
import { headerView } from "./header.js";
import { changesIn } from "./knowing.js";
import { shownTime } from "./times.js";

const UNKNOWN = "No packet tells why it was sent: only portlab's own hosts can say.";

// `ask` is talk.js's; `fault(ladder, kind, number, seconds)` and `leave()` act, `say(text)` tells.
export function chosenView({ ask, fault, leave, say }) {
  const card = html("section", { class: "portlab-card", "aria-label": "Chosen packet", hidden: true });
  const header = html("section", { class: "portlab-whole-header", "aria-label": "Header of the packet", hidden: true });
  let shown = 0;

  // `why` says why no fault can be made, or is null.
  async function show(row, lanes, ladder, why) {
    shown += 1;
    const mine = shown;
    const because = html("div", { class: "portlab-because" });
    fill(card, titleOf(row, lanes, leave), because, changesOf(row, lanes),
      row.mark ? null : why ? html("p", { class: "portlab-faint" }, why) : faultsOf(row, ladder, fault));
    card.hidden = false;
    header.hidden = true;
    card.scrollIntoView({ block: "nearest" });
    if (row.mark) return;
    try {
      const { content } = await ask({ do: "packet", ladder, number: row.number });
      if (mine !== shown) return;
      fill(because, reasonOf("Why", content.why ?? UNKNOWN, content.source));
      say(`Packet ${row.number} is open below. ${because.textContent}`);
      fill(header, headerView(content.header));
      header.hidden = false;
    } catch (problem) {
      if (mine === shown) fill(because, html("p", { class: "portlab-problem", role: "alert" }, problem.message));
    }
  }

  function hide() {
    shown += 1;
    card.hidden = true;
    header.hidden = true;
  }

  return { card, header, show, hide, get open() { return !card.hidden; } };
}

function titleOf(row, lanes, leave) {
  const close = button("Close", leave, { title: "Close (Esc)" });
  if (row.mark) {
    return [html("div", { class: "portlab-card-title" },
      html("h4", {}, `At ${lanes[row.lane].name}: ${row.text}`), close),
    html("p", {}, `${shownTime(row.time)}.`)];
  }
  const came = row.arrival === null ? "" : `, arrives at ${shownTime(row.arrival)}`;
  return [
    html("div", { class: "portlab-card-title" },
      html("h4", {}, `Packet ${row.number}`), close),
    html("p", { class: "portlab-mono" }, row.pieces.join(" ")),
    html("p", { class: "portlab-faint" }, `${lanes[row.start].name} to ${lanes[row.end].name}, sent at `
      + `${shownTime(row.time)}${came}.`),
  ];
}

function changesOf(row, lanes) {
  return changesIn(row).map((change) => (
    reasonOf(`${lanes[change.lane].name} is now ${change.new}`, change.why, change.source)
  ));
}

function reasonOf(what, why, source) {
  return html("p", {}, html("strong", {}, `${what}: `), why, source ? [" ", sourceLink(source)] : null);
}

// "RFC 9293 3.4" as a link to that section; it opens only when it is pressed.
function sourceLink(source) {
  const [, rfc, section] = source.match(/^RFC (\d+) ([\w.]+)$/) ?? [];
  if (!rfc) return source;
  const anchor = /^[\d.]+$/.test(section) ? `#section-${section}` : "";
  return html("a", {
    href: `https://www.rfc-editor.org/rfc/rfc${rfc}${anchor}`, target: "_blank", rel: "noopener noreferrer",
    class: "portlab-source",
  }, `RFC ${rfc}, section ${section}`);
}

function faultsOf(row, ladder, fault) {
  const seconds = html("input", {
    type: "number", class: "portlab-field", min: 0, step: "any", value: 0.5, "aria-label": "Seconds of delay",
    onkeydown: (event) => event.key === "Enter" && later(),
  });
  const later = () => fault(ladder, "delay", row.number, seconds.valueAsNumber);
  const again = "and run the experiment again";
  return html("div", { class: "portlab-faults", role: "group", "aria-label": `What if, for packet ${row.number}` },
    html("p", {}, html("strong", {}, "What if? "), "Run it again with this packet changed:"),
    html("div", { class: "portlab-buttons" },
      button("Drop", () => fault(ladder, "drop", row.number), { title: `Lose this packet ${again}` }),
      button("Duplicate", () => fault(ladder, "duplicate", row.number), { title: `Let this packet arrive twice ${again}` }),
      html("span", { class: "portlab-delay" },
        button("Delay", later, { title: `Let this packet arrive later ${again}` }), "by", seconds, "seconds")));
}
