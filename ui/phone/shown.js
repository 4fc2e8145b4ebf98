// The server's picture with one's own unsent records in it. Only what was typed
// is shown of them; nothing is counted.

import { clockOf, dayOf } from './day.js';

/** @typedef {import('./store.js').Copy} Copy */
/** @typedef {import('./types.js').Item['state']} Stage */

/**
 * Where a move takes a matter, of those a phone offers (rule/lifecycle decides; this is what the screen shows until it has).
 * @type {Record<string, string>}
 */
const AFTER = { accept: 'handling', refuse: 'closed', transfer: 'handling', return: 'registered', ask: 'extension', grant: 'handling', deny: 'handling', answer: 'answered', agree: 'closed', dispute: 'handling', give_up: 'closed', shelve: 'shelved', take_up: 'handling', withdraw: 'closed', out: 'petition', reopen: 'handling' };

/**
 * Day and clock of what was typed: "", a day, a local time or RFC 3339.
 * @param {string} at
 * @param {number} saved
 */
function dayAndClock(at, saved) {
  if (/^\d{4}-\d\d-\d\d$/.test(at)) return { day: at, clock: '' };
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(at)) return { day: at.slice(0, 10), clock: at.slice(11) };
  const d = at && !isNaN(Date.parse(at)) ? new Date(at) : new Date(saved);
  return { day: dayOf(d), clock: clockOf(d) };
}

/**
 * Unsent and held copies of a kind, and delivered ones the picture does not have yet.
 * @param {any} store
 * @param {string} kind
 * @returns {Copy[]}
 */
function own(store, kind) {
  /** @type {Copy[]} */
  const out = [];
  for (const c of store.copies.values()) if (c.kind === kind && c.body) out.push(c);
  return out.sort((a, b) => a.n - b.n);
}

/** @param {any} store @param {Copy} c @returns {{pending?: Stage}} */
function stage(store, c) {
  if (c.state === 'closed') return {};
  return { pending: store.sync.going.has(c.id) ? 'sending' : c.state };
}

export const pending = {
  /** @param {any} store @param {string} [home] */
  visits(store, home) {
    const me = store.me();
    /** @type {any[]} */
    const out = store.of('visit:').slice();
    const there = new Set(out.map((v) => v.id));
    for (const c of own(store, 'visit.record')) {
      if (there.has(c.id) || (c.ref && there.has(c.ref))) continue;
      const b = c.body;
      out.push({
        id: c.ref || c.id, home: b.household || '', ...dayAndClock(b.at || '', c.saved), how: b.how || '', topics: b.topics || [], weather: b.weather || '',
        need: (b.promises || []).length > 0, usual: !!b.usual, words: b.words || '', by: me ? me.name : '', mine: true, late: false, proxy: false, version: 1, voided: false, ...stage(store, c),
      });
    }
    for (const c of own(store, 'visit.amend')) {
      const i = out.findIndex((v) => v.id === c.body.visit);
      if (i < 0 || (c.state === 'closed' && out[i].version > c.body.version) || c.state === 'held') {
        if (i >= 0 && c.state === 'held') out[i] = { ...out[i], ...stage(store, c) };
        continue;
      }
      const b = c.body;
      out[i] = { ...out[i], ...(b.at ? dayAndClock(b.at, c.saved) : {}), how: b.how || out[i].how, topics: b.topics || out[i].topics, weather: b.weather || out[i].weather, words: b.words === undefined ? out[i].words : b.words, ...stage(store, c) };
    }
    return out.filter((v) => home === undefined || v.home === home)
      .sort((a, b) => (a.day !== b.day ? (a.day < b.day ? 1 : -1) : a.clock !== b.clock ? (a.clock < b.clock ? 1 : -1) : a.id < b.id ? 1 : -1));
  },

  /** @param {any} store @param {string} [home] */
  matters(store, home) {
    const me = store.me();
    /** @type {any[]} */
    const out = store.of('matter:').slice();
    const there = new Set(out.map((m) => m.id));
    const seenVisits = new Set(store.of('visit:').map((/** @type {any} */ v) => v.id));
    /** @param {Copy} c @param {any} b @param {string} id @param {string} of @param {boolean} promise */
    const add = (c, b, id, of, promise) => {
      if (there.has(id) || (c.ref && !promise && there.has(c.ref))) return;
      out.push({
        id, home: of, title: b.title || '', wish: b.wish || '', state: promise ? 'handling' : 'registered', outcome: '', due: b.due || '', provisional: false,
        mine: promise, raised: true, owner: promise && me ? me.name : '', emphasis: b.emphasis || '', opened: dayOf(new Date(c.saved)), said: '', moves: [], version: 0, ...stage(store, c),
      });
    };
    for (const c of own(store, 'matter.open')) add(c, c.body, c.ref || c.id, c.body.household || '', false);
    for (const c of own(store, 'visit.record')) {
      if (c.state === 'closed' && seenVisits.has(c.ref || c.id)) continue;
      (c.body.promises || []).forEach((/** @type {any} */ p, /** @type {number} */ i) => add(c, p, p.id || c.id + '-' + (i + 1), c.body.household || '', true));
    }
    for (const c of own(store, 'matter.move')) {
      const i = out.findIndex((m) => m.id === c.body.appeal);
      if (i < 0) continue;
      if (c.state === 'held') { out[i] = { ...out[i], ...stage(store, c) }; continue; }
      if (c.state === 'closed' && c.body.version && out[i].version > c.body.version) continue;
      out[i] = {
        ...out[i], state: AFTER[c.body.move] || out[i].state, outcome: c.body.outcome || out[i].outcome, said: c.body.words || out[i].said,
        moves: [], ...stage(store, c),
      };
    }
    return out.filter((m) => home === undefined || m.home === home)
      .sort((a, b) => ((a.due || '9') !== (b.due || '9') ? ((a.due || '9') < (b.due || '9') ? -1 : 1) : a.id < b.id ? -1 : 1));
  },

  /** @param {any} store */
  thoughts(store) {
    /** @type {any[]} */
    const out = store.of('thought:').slice();
    const there = new Set(out.map((t) => t.id));
    for (const c of own(store, 'thought.write')) {
      if (there.has(c.id) || (c.ref && there.has(c.ref))) continue;
      out.push({ id: c.ref || c.id, day: c.body.day || dayOf(new Date(c.saved)), visit: c.body.visit || '', words: c.body.words || '', ...stage(store, c) });
    }
    return out.sort((a, b) => (a.day !== b.day ? (a.day < b.day ? 1 : -1) : a.id < b.id ? 1 : -1));
  },
};
