// What the port map says in words: of one number, of its colours and signs, of its keys.

import { button, fill, html } from "./dom.js";
import { bytesInBits, inHex } from "./ports_data.js";
import { CELL_LETTERS, portSign } from "./ports_drawing.js";

const KEYS_OF_PORTS = [
  ["↑ ↓ ← →", "to the number beside it; a row down is 256 more"],
  ["Page↑ Page↓", "sixteen rows up or down"],
  ["Home End", "the first number of the row, the last one"],
  ["+ -", "nearer, further away"],
  ["0", "all numbers at once"],
  ["n p", "the next or previous number that is marked on the map"],
  ["/", "to the search"],
];

// One number in a sentence, for who hears it.
export function portSentence(data, port) {
  const [high, low] = bytesInBits(port);
  const names = data.servicesAt(port).map(({ title, over }) => (over ? `${title} (${over})` : title));
  return [
    `${port}`,
    names.join("; or ") || "not assigned",
    `${data.rangeOf(port).name} ports`,
    ...data.setsWith(port).map(({ name }) => `on the map: ${name}`),
    data.isForClients(port) ? "among those that Linux gives to clients" : null,
    `${inHex(port)}, bits ${high} ${low}`,
  ].filter(Boolean).join(", ");
}

// All about one number; `how` says why it is this one.
export function portCard(data, port, how) {
  const [high, low] = bytesInBits(port);
  const range = data.rangeOf(port);
  const services = data.servicesAt(port);
  const registered = data.registeredAs(port);
  return [
    html("p", { class: "portlab-faint" }, how),
    html("h4", { class: "portlab-ports-number" }, port),
    services.length
      ? html("ul", {}, services.map(({ title, over }) => (
        html("li", {}, html("strong", {}, title), over && html("span", { class: "portlab-faint" }, ` over ${over}`)))))
      : html("p", {}, html("strong", {}, "not assigned")),
    html("dl", {},
      termAndWords("Range", `${range.name} (${range.also}), ${range.first} to ${range.last}`),
      termAndWords("Registry", registryWords(data, port, registered)),
      data.isForClients(port) && termAndWords("Linux", "gives it to clients, unless told otherwise"),
      termAndWords("Bytes", [
        html("span", { class: "portlab-mono" }, `${inHex(port)} = ${high} ${low}`),
        html("br"), `high byte ${port >> 8}: its row; low byte ${port & 0xff}: its column`,
      ]),
      data.setsWith(port).map(({ name, sign }) => (
        termAndWords("On the map", [portSign(sign), ` ${name}`])))),
  ];
}

function registryWords(data, port, registered) {
  const { meaning } = data.kindOf(port);
  return registered.length
    ? `${meaning}: ${registered.map(({ title, over }) => `${title} (${over})`).join(", ")}`
    : meaning;
}

function termAndWords(what, says) {
  return [html("dt", {}, what), html("dd", {}, says)];
}

// What the colours and signs mean; `next(set)` goes to the next number of a set.
export function portLegend(data, next) {
  return html("section", { class: "portlab-ports-legend", "aria-label": "Legend" },
    data.laid.length > 0 && html("ul", {}, data.laid.map((set) => {
      const go = button("", () => next(set), { title: "Go to the next of them" });
      fill(go, portSign(set.sign), ` ${set.name}: ${portCount(set.ports.length)}`);
      return html("li", {}, go, set.note && html("p", { class: "portlab-faint" }, set.note));
    })),
    html("ul", {}, data.meanings.filter(({ kind }) => kind !== "none").map(({ kind, meaning, count }) => (
      html("li", {}, kindSwatch(kind, CELL_LETTERS[kind]), ` ${meaning}: ${count.toLocaleString("en")}`)))),
    html("ul", {}, data.ranges.map(({ name, first, last, also, says }) => (
      html("li", {}, kindSwatch(name), ` ${name} ports, ${first} to ${last} (${also}): ${says}`)))),
    html("p", { class: "portlab-faint" },
      `Dashed: what Linux gives to clients, ${data.clients.first} to ${data.clients.last}.`));
}

function portCount(count) {
  return `${count.toLocaleString("en")} port${count === 1 ? "" : "s"}`;
}

function kindSwatch(name, letter = "") {
  return html("span", { class: `portlab-ports-swatch portlab-ports-of-${name}`, "aria-hidden": "true" }, letter);
}

// What the keys do while the map has the focus.
export function portKeys({ search }) {
  const shown = KEYS_OF_PORTS.filter(([keys]) => search || keys !== "/");
  return html("details", { class: "portlab-ports-keys" },
    html("summary", {}, "Keys and mouse"),
    html("dl", {}, shown.map(([keys, does]) => [
      html("dt", {}, keys.split(" ").map((key) => html("kbd", {}, key))), html("dd", {}, does),
    ])),
    html("p", { class: "portlab-faint" },
      "The keys work while the map has the focus: click in it, or go to it with Tab. Then the wheel "
      + "zooms, too; with Ctrl it always does. Drag to move what is seen."));
}
