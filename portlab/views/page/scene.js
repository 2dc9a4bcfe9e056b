// What Python sends, made readable: scene.py documents the keys, these are the names used here.

export const WHICH = ["first", "second"]; // what the two ladders are called

// `view` holds JSON in zlib's format. Gives the scene, its rows as objects with whole names.
export async function readScene(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  const scene = await new Response(stream).json();
  for (const ladder of scene.ladders) ladder.conversations = ladder.conversations.map(readTalk);
  return scene;
}

function readTalk({ heading, lanes, before, rows, snapshots }) {
  return {
    heading,
    before,
    snapshots,
    lanes: lanes.map(([name, address, port]) => ({ name, address, port })),
    rows: rows.map(readRow),
  };
}

function readRow(row) {
  const known = { number: row.n ?? null, time: row.t };
  if (row.l !== undefined) {
    const changes = readChanges(row.c);
    return { ...known, mark: true, lane: row.l, text: row.x, failed: Boolean(row.bad), changes };
  }
  return {
    ...known,
    mark: false,
    arrival: row.a ?? null,
    start: row.s,
    end: row.e,
    kind: row.k,
    pieces: row.p,
    ranks: row.r,
    fate: row.f ?? "delivered",
    again: row.g ?? null,
    about: row.b ?? null,
    sent: readChanges(row.c),
    arrived: readChanges(row.d),
  };
}

function readChanges(changes) {
  return (changes ?? []).map(([lane, time, old, event, next, why, source]) => (
    { lane, time, old, event, new: next, why, source }
  ));
}

// How an end of a conversation is written: its address, and its port where it has one.
export function endOf({ address, port }) {
  if (port === null) return address;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

// Which conversations stand beside each other: for each group one place per ladder, or null.
export function groupsOf(scene) {
  const [first, second] = scene.ladders;
  if (!second) return first.conversations.map((_, at) => [at]);
  return scene.differences.beside;
}
