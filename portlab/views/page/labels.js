// What is written on an arrow, cut into lines that fit.

export const LABEL_FONT = 12.5;
export const SMALL_FONT = 11;
export const LINE = 15;

// Gives `width(text, size, bold)` in pixels, in fonts of `family`. Digits are all as wide as 0, so
// that most labels are measured once.
export function textMeasure(family) {
  const context = document.createElement("canvas").getContext("2d");
  const known = new Map();
  return (text, size = LABEL_FONT, bold = false) => {
    const key = `${size}${bold}${text.replace(/\d/g, "0")}`;
    if (!known.has(key)) {
      context.font = `${bold ? "600 " : ""}${size}px ${family}`;
      known.set(key, context.measureText(text.replace(/\d/g, "0")).width);
    }
    return known.get(key);
  };
}

// The label of an arrow as lines of words, [{text, role}]; the number is first, pieces that may
// move to a line of their own come last, those that may be left out are. `head` words come before.
export function labelLines(row, room, width, head = []) {
  const ranked = (rank) => row.pieces.filter((_, at) => Number(row.ranks[at]) === rank);
  const [first, ...rest] = ranked(0);
  const words = [...head, { text: String(row.number), role: "number" }];
  if (first) words.push({ text: first, role: "kind" });
  words.push(...rest.map((text) => ({ text, role: "plain" })));
  words.push(...ranked(1).map((text) => ({ text, role: "more" })));
  return wrapWords(words, room, width);
}

// The words in lines no wider than `room`; a word that is too wide is broken at its blanks.
export function wrapWords(words, room, width) {
  const lines = [[]];
  let used = 0;
  const blank = width(" ");
  for (const word of words.flatMap((one) => broken(one, room, width))) {
    const wide = width(word.text, LABEL_FONT, word.role === "kind" || word.role === "number");
    if (used > 0 && used + blank + wide > room) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1).push(word);
    used += (used ? blank : 0) + wide;
  }
  return lines;
}

function broken(word, room, width) {
  if (width(word.text, LABEL_FONT, true) <= room) return [word];
  const bits = word.text.split(/(?<= )|(?<=[:.,])(?=[^ ])/);
  return bits.map((text) => ({ ...word, text: text.trim() })).filter((bit) => bit.text);
}
