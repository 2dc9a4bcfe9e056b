// The page's alphabet: elements made from data, as text nodes and attributes and never as markup.
//
// JupyterLab takes keys from whatever has the focus unless that very element refuses, so every
// element made here that can have the focus refuses.

const SVG = "http://www.w3.org/2000/svg";
const FOCUSABLE = new Set(["a", "button", "input", "select", "textarea", "summary"]);

const REFUSES = "data-lm-suppress-shortcuts";

// Keeps JupyterLab's single-key shortcuts (b adds a cell, dd deletes one) away from `node`, but not
// those with Ctrl or Cmd: whoever presses Ctrl+S wants to save, wherever the focus is.
export function focusable(node) {
  node.setAttribute(REFUSES, "true");
  node.addEventListener("keydown", letHeldThrough);
  node.addEventListener("keyup", refuseAgain);
  node.addEventListener("blur", refuseAgain);
  return node;
}

// JupyterLab looks at the attribute before the element hears of the key, so it must be gone when
// Ctrl goes down, before the letter comes.
function letHeldThrough(event) {
  if (event.key === "Control" || event.key === "Meta") event.currentTarget.removeAttribute(REFUSES);
}

function refuseAgain(event) {
  if (event.type === "blur" || event.key === "Control" || event.key === "Meta") {
    event.currentTarget.setAttribute(REFUSES, "true");
  }
}

// An HTML element. Attributes that are null or false are left out, `onclick` and the like are
// listeners; children are nodes, text, numbers, or lists of those.
export function html(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same in SVG.
export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

// A button that says `label`. `title` is its tooltip; `pressed`, true or false, makes it a toggle.
export function button(label, onclick, { title = null, pressed = null } = {}) {
  return html(
    "button",
    {
      type: "button",
      class: "portlab-button",
      title,
      "aria-pressed": pressed === null ? null : String(pressed),
      onclick,
    },
    label,
  );
}

// An id that nothing else on the page has: every widget's code is loaded by itself, so that a
// counter would begin again in each.
export function freshId(prefix) {
  return `portlab-${prefix}-${Math.random().toString(36).slice(2, 10)}`;
}

// Give `node` these children instead of those it has.
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(Infinity).filter(shown).map(asNode));
  return node;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  if (FOCUSABLE.has(node.localName) || node.hasAttribute("tabindex")) focusable(node);
  fill(node, ...children);
  return node;
}

function shown(child) {
  return child !== null && child !== undefined && child !== false;
}

function asNode(child) {
  return child instanceof Node ? child : document.createTextNode(String(child));
}
