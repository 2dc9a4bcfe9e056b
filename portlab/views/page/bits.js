// Where the fields of a header stand in rows of so many bits: the page's counterpart of
// views/headers/grid.py, for any width, because a narrow page has 16 or 8 bits to a row.

// The rectangles of one field, in rows counted from bit `zero`. One of them, the first of the
// widest, is `named`: it carries the name.
export function rectangles(field, zero, perRow) {
  const found = [];
  let at = field.start - zero;
  const end = at + field.width;
  while (at < end) {
    const column = at % perRow;
    const whole = column === 0 ? Math.floor((end - at) / perRow) : 0;
    const width = whole ? perRow : Math.min(end - at, perRow - column);
    found.push({ row: Math.floor(at / perRow), column, width, rows: whole || 1, named: false });
    at += width * (whole || 1);
  }
  const widest = Math.max(...found.map((one) => one.width));
  found.find((one) => one.width === widest).named = true;
  return found;
}

// The bytes of a field or part, first and last.
export function bytesOf(field) {
  return [Math.floor(field.start / 8), Math.floor((field.start + field.width - 1) / 8)];
}

// How many characters find room in `bits` bits of `pixels` pixels each.
export function room(bits, pixels) {
  return Math.floor((bits * pixels - 8) / 6.9);
}

// The first of `texts` that has at most `most` characters, or nothing.
export function firstThatFits(texts, most) {
  return texts.find((text) => text.length <= most) ?? null;
}

// A byte in ones and zeros, those of one field apart: before, within, after.
export function bitsOfByte(value, byte, field) {
  const digits = value.toString(2).padStart(8, "0");
  const from = Math.max(0, field.start - byte * 8);
  const to = Math.min(8, field.start + field.width - byte * 8);
  return [digits.slice(0, from), digits.slice(from, to), digits.slice(to)];
}
