// The outbox: what was saved and not yet answered. A row of the store `box`
// holds only what is sealed for the server; the readable copy lies in `copy`
// under the cache key and may be lost without the record being lost.
import { newID, utf8 } from './bytes.js';
import { digest, placeOf, seal, sign, toSign } from './seal.js';

/**
 * @typedef {object} Row
 * @property {number} n         order of saving on this phone
 * @property {string} id
 * @property {string} kind
 * @property {number} version
 * @property {string} account   whose record it is
 * @property {number} saved     ms by the phone's clock
 * @property {number} t         the phone's own count at that moment
 * @property {string} clock
 * @property {string} body      sealed
 * @property {boolean} tried    it may have left the phone
 * @property {number} bad       how often the server could do nothing with it
 * @property {string} [of]      the record it belongs to and follows, of a photograph
 * @property {number} [seq]     once signed
 * @property {string} [prev]
 * @property {string} [sig]
 */

/**
 * Versions of the operations this program writes.
 * @type {Record<string, number>}
 */
export const VERSIONS = {
  'visit.record': 1, 'visit.amend': 1, 'visit.photo': 1, 'thought.write': 1, 'matter.move': 1, 'matter.open': 1, 'stay.week': 1, 'advice.send': 1, 'held.choose': 1,
};

/** Operations of one push, and their bytes. */
export const MOST = 20;
export const MOST_BYTES = 600 * 1024;
/** Of a file for the office, which takes 16 MB. */
export const FILE_BYTES = 12 * 1024 * 1024;

/** @param {Row} r a row's bytes on their way */
const weight = (r) => utf8(r.body).length + 400;

/**
 * Makes the row of a record.
 * @param {{kind: string, body: any, account: string, device: string, key: import('./seal.js').ServerKey, t: number, n: number, now: number, of?: string}} x
 * @returns {Promise<Row>}
 */
export async function makeRow(x) {
  const id = typeof x.body.id === 'string' && x.body.id ? x.body.id : newID(x.now);
  const version = VERSIONS[x.kind] || 1;
  const body = await seal(x.key, JSON.stringify({ ...x.body, id }), placeOf({ id, kind: x.kind, version, device: x.device }));
  /** @type {Row} */
  const row = {
    n: x.n, id, kind: x.kind, version, account: x.account, saved: x.now, t: x.t,
    clock: new Date(x.now).toISOString(), body, tried: false, bad: 0,
  };
  if (x.of) row.of = x.of;
  return row;
}

/**
 * The rows of a store, oldest first.
 * @param {[string, any][]} all
 * @returns {Row[]}
 */
export function ordered(all) {
  return all.map((e) => /** @type {Row} */ (e[1])).sort((a, b) => a.n - b.n || (a.id < b.id ? -1 : 1));
}

/**
 * Those of one push: whoever spoiled one before comes last. A photograph goes
 * alone and after everything else, so that no record waits for it.
 * @param {Row[]} rows
 */
export function batch(rows) {
  const out = [];
  let bytes = 0;
  for (const r of rows.slice().sort((a, b) => (a.of ? 1 : 0) - (b.of ? 1 : 0) || a.bad - b.bad || a.n - b.n)) {
    const more = weight(r);
    if (out.length > 0 && r.of) break;
    if (out.length === MOST || (out.length > 0 && bytes + more > MOST_BYTES)) break;
    if (out.length > 0 && r.bad > 1) break; // it goes alone
    out.push(r);
    bytes += more;
    if (r.bad > 1 || r.of) break;
  }
  return out.sort((a, b) => a.n - b.n);
}

/**
 * Those that fit into a file: records first, photographs while there is room.
 * @param {Row[]} rows
 */
export function fitting(rows) {
  let left = FILE_BYTES - rows.reduce((a, r) => a + (r.of ? 0 : weight(r)), 0);
  return rows.filter((r) => !r.of || (left -= weight(r)) >= 0);
}

/**
 * Rows in portions a request takes, in their order.
 * @param {Row[]} rows
 */
export function portions(rows) {
  /** @type {Row[][]} */
  const out = [];
  let bytes = 0;
  for (const r of rows) {
    const more = weight(r);
    const last = out[out.length - 1];
    if (!last || last.length === MOST || bytes + more > MOST_BYTES) {
      out.push([r]);
      bytes = more;
    } else {
      last.push(r);
      bytes += more;
    }
  }
  return out;
}

/**
 * Signs rows that have no signature yet, one chain for the device. Gives the
 * changed device and rows; the caller stores them together.
 * @param {Row[]} rows
 * @param {{id: string, seq: number, prev: string}} device
 * @param {CryptoKey} key
 */
export async function chain(rows, device, key) {
  const d = { ...device };
  /** @type {Row[]} */
  const out = [];
  for (const r of rows) {
    if (r.sig) { out.push(r); continue; }
    const x = { ...r, seq: d.seq + 1, prev: d.prev };
    x.sig = await sign(key, await toSign({ ...x, device: d.id, seq: x.seq, prev: x.prev }));
    d.seq = x.seq;
    d.prev = await digest(x.sig);
    out.push(x);
  }
  return { rows: out, device: d };
}

/**
 * How a row travels.
 * @param {Row} r
 * @param {string} device
 * @param {number} t
 */
export function wire(r, device, t) {
  return {
    id: r.id, kind: r.kind, version: r.version, device, seq: r.seq || 0, elapsed: Math.max(0, Math.round(t - r.t)),
    clock: r.clock, body: r.body, prev: r.prev || '', sig: r.sig || '',
  };
}
