// The pieces that headers are shown by: boxes of fields, bytes beside them, words about them.

import { bitsOfByte, bytesOf, firstThatFits, rectangles, room } from "./bits.js";
import { fill, html } from "./dom.js";

export function partNode(part, grid) {
  const kind = `portlab-header-part portlab-header-${part.kind}`;
  const quoted = part.depth ? " portlab-header-quoted" : "";
  return html("div", { class: kind + quoted, role: "group", "aria-label": part.title },
    html("h4", {}, part.title), grid);
}

export function isPlain(part) {
  return part.kind === "payload" || part.kind === "rest";
}

export function gridClass(part) {
  return isPlain(part) ? "portlab-header-plain" : "portlab-header-grid";
}

export function fieldButton(field, at) {
  const group = field.group && !field.group.includes(field.name) ? `, ${field.group}` : "";
  return html("button", {
    type: "button",
    "data-field": at,
    class: `portlab-header-field${field.wrong ? " portlab-header-wrong" : ""}`,
    "aria-label": `${field.name}${group}: ${field.value}`,
  });
}

export function byteButton(hex, at, plain) {
  const value = parseInt(hex, 16);
  const printable = value > 32 && value < 127;
  const text = plain && html(
    "span", { class: "portlab-faint" }, printable ? String.fromCharCode(value) : "·",
  );
  return html("button", {
    type: "button",
    "data-byte": at,
    class: "portlab-header-byte",
    "aria-label": `${hex}, byte ${at}`,
  }, html("span", {}, hex), text);
}

export function offsets(part, perRow) {
  const step = perRow / 8;
  const rows = Math.ceil((part.end - part.start) / step);
  return Array.from({ length: rows }, (_, row) => {
    const style = `grid-row: ${row + 1}; grid-column: 1`;
    const number = part.start + row * step;
    return html("span", { class: "portlab-header-offset", style, "aria-hidden": "true" }, number);
  });
}

// The boxes of a part's fields: the named one is the button, a field's other rows only show it.
export function boxes(fields, nodes, first, part, perRow, pixels) {
  return fields.map((field, place) => rectangles(field, part.start * 8, perRow).map((one) => {
    const style = `grid-row: ${one.row + 1} / span ${one.rows}; `
      + `grid-column: ${one.column + 2} / span ${one.width}`;
    if (!one.named) {
      const at = { class: "portlab-header-field portlab-header-more", "data-field": first + place };
      const label = firstThatFits([`... ${field.short}`], room(one.width, pixels)) ?? "";
      return html("div", { ...at, style, "aria-hidden": "true" }, label);
    }
    const node = nodes[place];
    node.setAttribute("style", style);
    node.classList.toggle("portlab-header-bit", one.width === 1);
    return fill(node, fieldLabel(field, one.width, pixels)) && node;
  }));
}

function fieldLabel(field, width, pixels) {
  if (width === 1) {
    return [
      html("span", { class: "portlab-header-upright" }, field.short.slice(0, 3)),
      html("span", { class: "portlab-header-value" },
        field.brief === "1" ? html("strong", {}, "1") : field.brief),
    ];
  }
  const most = Math.floor(room(width, pixels) * (field.wrong ? 0.88 : 1)); // bold is wider
  const sign = field.wrong ? "✗ " : "";
  const value = firstThatFits([sign + field.value, sign + field.brief], most);
  return [
    html("span", { class: "portlab-header-label" }, firstThatFits([field.name], most) ?? field.short),
    value !== null && html("span", { class: "portlab-header-value" }, value),
  ];
}

export function besides(bytes, perRow) {
  const step = perRow / 8;
  return bytes.map((node, at) => {
    const column = perRow + 3 + (at % step); // behind a narrow gap
    node.setAttribute("style", `grid-row: ${Math.floor(at / step) + 1}; grid-column: ${column}`);
    return node;
  });
}

export function fieldWords(field, bytes) {
  const [first, last] = bytesOf(field);
  const whole = field.start % 8 === 0 && field.width % 8 === 0;
  const known = !whole && last < bytes.length;
  const range = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const bits = known && range.map((at) => {
    const [before, within, after] = bitsOfByte(parseInt(bytes[at], 16), at, field);
    return [" ", before, html("mark", {}, within), after];
  });
  return [
    html("p", {},
      html("strong", {}, field.name),
      field.group && !field.group.includes(field.name)
        && html("span", { class: "portlab-faint" }, `, ${field.group}`),
      ": ", html("span", { class: "portlab-header-said" }, field.value)),
    html("p", {}, field.meaning),
    html("p", { class: "portlab-faint" },
      `In ${field.where}: `, html("span", { class: "portlab-mono" }, bits || field.raw),
      field.source && ` · ${field.source}`),
  ];
}

// A byte of several fields: its bits, and what each of them says.
export function byteWords(at, bytes, fields) {
  const digits = parseInt(bytes[at], 16).toString(2).padStart(8, "0");
  return [
    html("p", {}, html("strong", {}, `Byte ${at}`), ` holds ${fields.length} fields: `,
      html("span", { class: "portlab-mono" }, `${bytes[at]} = ${digits}`)),
    html("ul", { class: "portlab-header-several" },
      fields.map((field) => html("li", {}, `${field.name}: ${field.value}`))),
  ];
}

export function hidden(count) {
  return `... and ${count.toLocaleString("en")} more bytes, not shown here.`;
}
