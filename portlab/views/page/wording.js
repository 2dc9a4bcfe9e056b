// The ladder in words: each packet, and each moment, as a sentence.

import { shownTime } from "./times.js";

const FATES = {
  lost: "It is lost on the way.",
  duplicate: "It is an extra copy.",
};

// What a packet is: "3, SYN,ACK seq=0 ack=1, from server to client".
export function packetName(row, lanes) {
  return `${row.number}, ${row.pieces.join(" ")}, from ${nameOf(lanes, row.start)} to `
    + nameOf(lanes, row.end);
}

// All that is known of a packet or a mark, for who points at it or hears it.
export function rowInWords(row, lanes, only) {
  if (row.mark) {
    return `${row.number ? `${row.number}, ` : ""}${nameOf(lanes, row.lane)}: ${row.text}, at `
      + `${shownTime(row.time)}.${statesInWords(row.changes, lanes)}`;
  }
  const times = [`Sent at ${shownTime(row.time)}`];
  if (row.arrival !== null) times.push(`arrives at ${shownTime(row.arrival)}`);
  const parts = [`${packetName(row, lanes)}.`, `${times.join(", ")}.`];
  if (FATES[row.fate]) parts.push(FATES[row.fate]);
  if (only) parts.push("Only in this ladder.");
  return parts.join(" ") + statesInWords([...row.sent, ...row.arrived], lanes);
}

// What happens at a moment.
export function momentInWords({ row, what, time, states }, lanes) {
  const after = statesInWords(states, lanes);
  if (what === "mark") return `${shownTime(time)}: ${nameOf(lanes, row.lane)}: ${row.text}.${after}`;
  const short = `${row.number} (${row.pieces[0]})`;
  if (what === "lost") return `On its way to ${nameOf(lanes, row.end)}, ${short} is lost.`;
  if (what === "came") {
    return `${shownTime(time)}: ${short} arrives at ${nameOf(lanes, row.end)}.${after}`;
  }
  return `${shownTime(time)}: ${nameOf(lanes, row.start)} sends ${row.number}: `
    + `${row.pieces.join(" ")}.${after}`;
}

// Where everybody stands before anything happens.
export function beginningInWords({ lanes, before }) {
  const known = lanes.map((lane, at) => before[at] && `${lane.name} is ${before[at]}`);
  const states = known.filter(Boolean).join(", ");
  return `Before the first moment${states ? `: ${states}` : ""}.`;
}

function statesInWords(changes, lanes) {
  return changes.map((change) => ` ${nameOf(lanes, change.lane)} is now ${change.new}.`).join("");
}

function nameOf(lanes, lane) {
  return lanes[lane].name;
}
