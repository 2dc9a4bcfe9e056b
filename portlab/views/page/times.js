// Times as people read them: milliseconds up to a second, then seconds; never rounded.

const A_SECOND = 1_000_000;

// `time` in microseconds, as "10.000 ms" or "1.020 s".
export function shownTime(time) {
  const size = Math.abs(time);
  if (size < A_SECOND) return `${(time / 1000).toFixed(3)} ms`;
  return `${(time / A_SECOND).toFixed(size % 1000 ? 6 : 3)} s`;
}

// The same without zeros at its end, as "10 ms" or "1.02 s".
export function briefTime(time) {
  const [number, unit] = shownTime(time).split(" ");
  return `${Number(number)} ${unit}`;
}
