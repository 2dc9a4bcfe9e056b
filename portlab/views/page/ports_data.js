// What Python sends about port numbers, made askable: ports/data.py documents the keys.

export const PORTS_SIDE = 256; // rows of the map, and columns in each
const LAST = 0xffff;

// `view` holds JSON in zlib's format.
export async function readPorts(view) {
  const stream = new Blob([view]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new PortsData(await new Response(stream).json());
}

class PortsData {
  constructor({ kinds, meanings, ranges, clients, services, names, laid }) {
    this.kinds = Uint8Array.from(kinds, Number);
    this.meanings = meanings.map(([kind, meaning, count]) => ({ kind, meaning, count }));
    this.ranges = ranges.map(([name, first, last, also, says]) => ({ name, first, last, also, says }));
    this.clients = { first: clients[0], last: clients[1] };
    this.laid = laidSets(laid);
    this.entries = [
      ...services.map(([port, short, title, names, over]) => (
        { port, short, title, over, names, known: true }
      )),
      ...names.map(([port, name, over]) => (
        { port, short: name, title: name, over, names: name.toLowerCase(), known: false }
      )),
    ];
    this.at = new Map();
    for (const entry of this.entries) {
      if (!this.at.has(entry.port)) this.at.set(entry.port, []);
      this.at.get(entry.port).push(entry);
    }
  }

  // The same with other sets laid on it.
  withLaid(laid) {
    return Object.assign(Object.create(PortsData.prototype), this, { laid: laidSets(laid) });
  }

  kindOf(port) {
    return this.meanings[this.kinds[port]];
  }

  rangeOf(port) {
    return this.ranges.find(({ first, last }) => first <= port && port <= last);
  }

  isForClients(port) {
    return this.clients.first <= port && port <= this.clients.last;
  }

  setsWith(port) {
    return this.laid.filter(({ holds }) => holds.has(port));
  }

  // What is expected behind a number: the catalogue's services, where it has none the registry's.
  servicesAt(port) {
    const all = this.at.get(port) ?? [];
    const known = all.filter((entry) => entry.known);
    return known.length ? known : all;
  }

  // The registry's names of a number, if the catalogue calls it otherwise.
  registeredAs(port) {
    const all = this.at.get(port) ?? [];
    return all.some((entry) => entry.known) ? all.filter((entry) => !entry.known) : [];
  }

  // Entries for a number or for words, the nearest first, at most one for each port; or a problem.
  find(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return { hits: [] };
    const number = /^(0x[\da-f]+|[+-]?\d+)$/.test(wanted) ? Number(wanted) : null;
    if (number !== null && (number < 0 || number > LAST)) {
      return { hits: [], problem: `${number} is no port: a port is 16 bits, so 0 to ${LAST}.` };
    }
    const words = wanted.split(/\s+/);
    const ranked = [];
    for (const entry of this.entries) {
      if (words.every((word) => entry.names.includes(word))) ranked.push([rankOf(entry, wanted), entry]);
    }
    ranked.sort(([one, a], [other, b]) => one - other || a.port - b.port);
    const hits = new Map();
    if (number !== null) hits.set(number, this.servicesAt(number)[0] ?? { port: number, title: "not assigned" });
    for (const [, entry] of ranked) if (!hits.has(entry.port)) hits.set(entry.port, entry);
    return { hits: [...hits.values()] };
  }
}

function laidSets(laid) {
  return laid.map(([name, sign, ports, note]) => ({ name, sign, ports, note, holds: new Set(ports) }));
}

// How near an entry is to what was typed: the smaller the nearer.
function rankOf({ short, names, known }, wanted) {
  const name = short.toLowerCase();
  if (name === wanted) return 0;
  if (known) return name.startsWith(wanted) || names.startsWith(wanted) ? 1 : 2;
  return name.startsWith(wanted) ? 3 : 4;
}

// 443 as ["00000001", "10111011"].
export function bytesInBits(port) {
  return [port >> 8, port & 0xff].map((byte) => byte.toString(2).padStart(8, "0"));
}

// 443 as "0x01BB".
export function inHex(port) {
  return `0x${port.toString(16).toUpperCase().padStart(4, "0")}`;
}
