// What is written and what becomes of it: drafts, records, taking back, the
// office's answers, and its picture.
import { makeRow } from './box.js';
import { close, open } from './keys.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./store.js').Copy} Copy */
/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./box.js').Row} Row */

/**
 * @param {Store} store
 * @param {string} kind @param {any} body @param {string} title
 * @param {string} [draft]  a draft that ends with this record, in the same step
 * @param {string[]} [photos]  drafts of photographs: each becomes a record of its own behind this one
 */
export function save(store, kind, body, title, draft, photos = []) {
  return store.turn(async () => {
    store.touch();
    const key = store.need();
    if (!store.server || !store.who) throw new Error('not signed in');
    const made = [await make(store, key, { kind, body, title })];
    const row = made[0].row;
    for (const from of photos) {
      const p = await store.kept(key, from);
      if (p) made.push(await make(store, key, { kind: 'visit.photo', body: { visit: row.id, jpeg: p.jpeg }, title: store.t('phone.photo_of', { what: title }), of: row.id, from }));
    }
    const drafts = (draft ? [draft] : []).concat(photos);
    for (const d of drafts) await store.settled(d);
    try {
      await store.under(['box', 'copy', 'meta'], async (tx) => {
        const there = await tx.get('box', row.id);
        if (there && there.tried) throw new Error('sent'); // an id is used once
        for (const m of made) {
          tx.put('box', m.row.id, m.row);
          tx.put('copy', 'op:' + m.row.id, m.closed);
        }
        tx.put('meta', 'clock', store.keptClock());
        for (const d of drafts) tx.del('copy', 'draft:' + d);
      });
    } catch (e) {
      if (/** @type {any} */ (e).name === 'QuotaExceededError') {
        store.set({ full: true });
        throw new Error('full');
      }
      if (/** @type {any} */ (e).message === 'stale') await store.reloadNow();
      throw e;
    }
    store.rows = store.rows.filter((r) => r.id !== row.id).concat(made.map((m) => m.row));
    for (const m of made) store.copies.set(m.row.id, m.copy);
    store.changed();
    store.tell();
    store.persist();
    store.sync.soon(store.patience);
    return row.id;
  });
}

/**
 * A record in both its halves: sealed for the server, and readable here.
 * @param {Store} store
 * @param {CryptoKey} key
 * @param {{kind: string, body: any, title: string, of?: string, from?: string}} x
 */
async function make(store, key, x) {
  const now = Date.now();
  const row = await makeRow({
    kind: x.kind, body: x.body, account: /** @type {any} */ (store.who).account, device: store.device.id, key: /** @type {any} */ (store.server), t: store.clock.step(), n: ++store.n, now, of: x.of,
  });
  /** @type {Copy} */
  const copy = { id: row.id, kind: x.kind, version: row.version, saved: now, n: row.n, title: x.title, body: { ...x.body, id: row.id }, state: 'saved' };
  if (x.from) copy.from = x.from;
  return { row, copy, closed: await close(key, 'op:' + row.id, copy) };
}

/**
 * Takes a record back that has not left; photographs of it become drafts again.
 * @param {Store} store
 * @param {string} id
 */
export async function undo(store, id) {
  const key = store.key;
  /** @type {Map<string, Uint8Array>} */
  const back = new Map();
  for (const r of store.rows) {
    const c = r.of === id ? store.copies.get(r.id) : undefined;
    if (key && c && c.from) back.set(c.from, await close(key, 'draft:' + c.from, { jpeg: c.body.jpeg }));
  }
  const g = store.g;
  /** @type {string[]} */
  const gone = [];
  await store.db.run('readwrite', ['keys', 'box', 'copy'], async (tx) => {
    const r = await tx.get('box', id);
    if (!r || r.tried) return;
    const cache = await tx.get('keys', 'cache');
    gone.push(id);
    for (const [other, x] of await tx.all('box')) if (x.of === id) gone.push(other);
    for (const one of gone) {
      tx.del('box', one);
      tx.del('copy', 'op:' + one);
    }
    if (cache && cache.g === g) for (const [name, closed] of back) tx.put('copy', 'draft:' + name, closed);
  });
  if (gone.length > 0) {
    store.rows = store.rows.filter((r) => !gone.includes(r.id));
    for (const one of gone) store.copies.delete(one);
    store.changed();
    store.tell();
  }
  return gone.length > 0;
}

/**
 * Held ones as the server's picture tells them, and those the picture does not have yet.
 * @param {Store} store
 * @returns {Item[]}
 */
export function heldItems(store) {
  /** @type {Map<string, Item>} */
  const out = new Map();
  for (const c of store.copies.values()) {
    if (c.state !== 'held') continue;
    out.set(c.id, { id: c.id, kind: c.kind, version: c.version, seq: c.n, saved: c.saved, state: 'held', title: c.title, body: c.body, reasons: c.reasons || [], person: c.person || null, theirs: c.theirs || null, held: c.held || '' });
  }
  const ids = new Map(Array.from(store.copies.values(), (c) => [c.held || c.id, c.id]));
  for (const [k, v] of store.recs) {
    if (!k.startsWith('held:')) continue;
    const id = ids.get(v.id) || v.id;
    const mine = store.copies.get(id);
    out.set(id, {
      id, kind: v.kind, version: mine ? mine.version : 1, seq: mine ? mine.n : 0, saved: v.at, state: v.state === 'open' ? 'held' : 'closed',
      title: mine ? mine.title : '', body: v.body || (mine ? mine.body : null), reasons: v.reasons || [], person: v.person || null, theirs: v.theirs || null, answer: v.answer || '', held: v.id,
    });
  }
  for (const id of store.forgotten) out.delete(id);
  // What was chosen here counts until the picture tells what came of it.
  for (const c of store.copies.values()) {
    if (c.kind !== 'held.choose' || c.state === 'held' || !c.body) continue;
    for (const i of out.values()) if (i.state === 'held' && i.held === c.body.held) i.chosen = c.body.choice;
  }
  return Array.from(out.values());
}

/** @param {Store} store @returns {Promise<Item[]>} */
export async function box(store) {
  if (!store.channel) await store.reload(); // otherwise other tabs tell
  /** @type {Item[]} */
  const waiting = store.rows.map((r) => {
    const c = store.copies.get(r.id);
    return { id: r.id, kind: r.kind, version: r.version, seq: r.n, saved: r.saved, state: store.sync.going.has(r.id) ? 'sending' : 'saved', title: c ? c.title : '', body: c ? c.body : null, reasons: [], person: null, theirs: null };
  });
  return store.heldItems().concat(waiting).sort((a, b) => a.saved - b.saved || a.seq - b.seq);
}

/** @param {Store} store @param {string} id */
export async function forget(store, id) {
  const c = store.copies.get(id);
  store.forgotten = store.forgotten.filter((x) => x !== id).concat(id).slice(-200);
  await store.db.run('readwrite', ['copy', 'meta'], async (tx) => {
    tx.put('meta', 'forgotten', store.forgotten);
    if (c && c.state !== 'saved') tx.del('copy', 'op:' + id);
  });
  if (c && c.state !== 'saved') store.copies.delete(id);
  store.changed();
  store.tell();
}

/**
 * Stores the answer to a push, and only in the same step lets go of the rows.
 * @param {Store} store
 * @param {any[]} results
 */
export function answered(store, results) {
  return store.turn(async () => {
    const key = store.key;
    const told = ++store.sync.told;
    /** @type {Map<string, Copy>} */
    const copies = new Map();
    /** @type {Map<string, Uint8Array>} */
    const closed = new Map();
    /** @type {string[]} */
    const out = [];
    for (const r of results) {
      const row = store.rows.find((x) => x.id === r.id);
      if (!row || (r.status !== 'done' && r.status !== 'again' && r.status !== 'held')) continue;
      if (r.status === 'held' && !key) continue; // told again when the lock is open
      const old = store.copies.get(r.id);
      if (key && (old || r.status === 'held')) {
        /** @type {Copy} */
        const c = {
          ...(old || { id: row.id, kind: row.kind, version: row.version, saved: row.saved, n: row.n, title: '', body: null }),
          state: r.status === 'held' ? 'held' : 'closed', told, ref: r.ref || '', held: r.held || '',
          reasons: r.reasons || [], person: r.person || null, theirs: r.theirs || null,
        };
        copies.set(r.id, c);
        closed.set(r.id, await close(key, 'op:' + r.id, c));
      }
      out.push(r.id);
    }
    if (out.length === 0) return 0;
    /** @param {import('./db.js').Tx} tx */
    const write = async (tx) => {
      for (const id of out) tx.del('box', id);
      for (const [id, c] of closed) tx.put('copy', 'op:' + id, c);
      tx.put('meta', 'clock', store.keptClock());
    };
    if (key) await store.under(['box', 'copy', 'meta'], write);
    else await store.db.run('readwrite', ['box', 'copy', 'meta'], write);
    store.rows = store.rows.filter((r) => !out.includes(r.id));
    for (const [id, c] of copies) store.copies.set(id, c);
    if (results.some((r) => r.status === 'done' || r.status === 'again')) store.state = { ...store.state, delivered: Date.now() };
    store.changed();
    store.tell();
    return out.length;
  });
}

/**
 * Puts an answer of the server into the picture: records, removals and cursor
 * are one value of the database, so they change in one step.
 * @param {Store} store
 * @param {{cursor: string, full: boolean, put: {k: string, v: any}[], gone: string[]}} answer
 * @param {number} before  rows delivered up to this count are in the picture now
 */
export function apply(store, answer, before) {
  return store.turn(async () => {
    const key = store.need();
    const recs = answer.full ? new Map() : new Map(store.recs);
    for (const k of answer.gone || []) recs.delete(k);
    for (const x of answer.put || []) recs.set(x.k, x.v);
    const at = Date.now();
    const closed = await close(key, 'records', { at, cursor: answer.cursor, records: Array.from(recs) });
    const over = Array.from(store.copies.values()).filter((c) => c.state === 'closed' && (c.told || 0) <= before).map((c) => c.id)
      .concat(Array.from(store.copies.values()).filter((c) => c.state === 'held' && settledAtOffice(store, recs, c)).map((c) => c.id));
    const who = store.who ? { ...store.who } : null;
    if (who) delete who.gone72;
    await store.under(['copy', 'meta'], async (tx) => {
      tx.put('copy', 'records', closed);
      for (const id of over) tx.del('copy', 'op:' + id);
      if (who) tx.put('meta', 'who', who);
    });
    store.who = who;
    store.recs = recs;
    store.cursor = answer.cursor;
    for (const id of over) store.copies.delete(id);
    store.state = { ...store.state, listAt: at, gone72: false };
    store.changed();
    store.tell();
  });
}

/**
 * The picture tells of a held one that somebody has dealt with.
 * @param {Store} store
 * @param {Map<string, any>} recs
 * @param {Copy} c
 */
function settledAtOffice(store, recs, c) {
  const h = recs.get('held:' + (c.held || c.id)) || recs.get('held:' + c.id);
  return !!h && h.state !== 'open';
}

/** @param {Store} store @param {string} name */
export async function draft(store, name) {
  const key = store.need();
  store.over.delete(name);
  return store.kept(key, name);
}

/** @param {Store} store @param {CryptoKey} key @param {string} name */
export async function kept(store, key, name) {
  const d = store.drafts.get(name);
  if (d) return copyOf(d.value);
  const closed = await store.db.run('readonly', ['copy'], (tx) => tx.get('copy', 'draft:' + name));
  if (!closed) return null;
  try {
    return await open(key, 'draft:' + name, closed);
  } catch (e) {
    return null;
  }
}

/**
 * One write is under way at a time; the last value wins.
 * @param {Store} store
 * @param {string} name
 * @param {any} value
 * @returns {Promise<void>}
 */
export function keep(store, name, value) {
  store.touch();
  if (!store.key || store.state.locked) return Promise.reject(new Error('locked'));
  if (store.over.has(name)) return Promise.resolve();
  const d = store.drafts.get(name);
  if (d) {
    d.value = copyOf(value);
    return /** @type {Promise<void>} */ (d.done);
  }
  /** @type {{value: any, done: Promise<void>|null}} */
  const mine = { value: copyOf(value), done: null };
  store.drafts.set(name, mine);
  mine.done = (async () => {
    try {
      for (;;) {
        const v = mine.value;
        await store.turn(() => keepNow(store, name, v));
        if (mine.value === v) break;
      }
    } finally {
      store.drafts.delete(name);
    }
  })();
  return mine.done;
}

/** @param {Store} store @param {string} name @param {any} v */
async function keepNow(store, name, v) {
  if (v === null || v === undefined) {
    await store.db.run('readwrite', ['copy'], async (tx) => { tx.del('copy', 'draft:' + name); });
    return;
  }
  for (let i = 0; ; i++) {
    const closed = await close(store.need(), 'draft:' + name, v);
    try {
      await store.under(['copy'], async (tx) => { tx.put('copy', 'draft:' + name, closed); });
      return;
    } catch (e) {
      if (/** @type {any} */ (e).message !== 'stale' || i > 0) throw e;
      await store.reloadNow();
    }
  }
}

/**
 * Waits until a draft under way has settled. Called inside a turn, so it cannot wait for one: it takes the value over.
 * @param {Store} store
 * @param {string} name
 */
export async function settled(store, name) {
  const d = store.drafts.get(name);
  if (d) d.value = null;
  store.over.add(name);
}

/**
 * What the screens call: resolves when the record cannot be lost any more.
 * @param {Store} store
 * @param {string} kind @param {any} body @param {string} title @param {string} [draft] @param {string[]} [photos]
 */
export async function record(store, kind, body, title, draft, photos = []) {
  try {
    const id = await (store.db.kept ? store.save(kind, body, title, draft, photos) : through(store, kind, body, title, draft, photos));
    if (draft) store.endedBy.set(id, draft);
    return id;
  } catch (e) {
    for (const d of photos.concat(draft || [])) store.over.delete(d);
    throw e;
  }
}

/** @param {Store} store @param {string} id */
export async function takeBack(store, id) {
  const gone = await store.undo(id);
  if (gone) store.over.delete(store.endedBy.get(id) || '');
  return gone;
}

/**
 * Where nothing outlives the page a record is safe at the office and nowhere
 * else: it goes there at once, or stays on the screen.
 * @param {Store} store
 * @param {string} kind @param {any} body @param {string} title @param {string|undefined} draft @param {string[]} photos
 */
async function through(store, kind, body, title, draft, photos) {
  const like = JSON.stringify([kind, body, photos]);
  const drafts = photos.concat(draft || []);
  const before = await store.db.run('readonly', ['copy'], (tx) => Promise.all(drafts.map((d) => tx.get('copy', 'draft:' + d))));
  // A try whose answer was lost may have arrived: the same words keep their number.
  const old = store.unsure.get(like);
  const id = old ? old.rows[0].id : await store.save(kind, body, title, draft, photos);
  if (old) await store.turn(() => restore(store, old, drafts));
  await store.sync.send();
  return store.turn(async () => {
    const rows = store.rows.filter((r) => r.id === id || r.of === id);
    if (rows.length === 0 || rows[0].id !== id) { // a photograph that waits follows later
      store.unsure.delete(like);
      return id;
    }
    store.unsure.set(like, { rows, copies: /** @type {Copy[]} */ (rows.map((r) => store.copies.get(r.id)).filter(Boolean)) });
    await store.db.run('readwrite', ['box', 'copy'], async (tx) => {
      for (const r of rows) {
        tx.del('box', r.id);
        tx.del('copy', 'op:' + r.id);
      }
      drafts.forEach((d, i) => { if (before[i]) tx.put('copy', 'draft:' + d, before[i]); });
    });
    store.rows = store.rows.filter((r) => !rows.includes(r));
    for (const r of rows) store.copies.delete(r.id);
    store.changed();
    throw new Error('unsent');
  });
}

/** @param {Store} store @param {{rows: Row[], copies: Copy[]}} old @param {string[]} drafts */
async function restore(store, old, drafts) {
  const key = store.need();
  for (const d of drafts) await store.settled(d);
  const closed = await Promise.all(old.copies.map(async (c) => /** @type {[string, Uint8Array]} */ (['op:' + c.id, await close(key, 'op:' + c.id, c)])));
  await store.db.run('readwrite', ['box', 'copy'], async (tx) => {
    for (const r of old.rows) tx.put('box', r.id, r);
    for (const [place, c] of closed) tx.put('copy', place, c);
    for (const d of drafts) tx.del('copy', 'draft:' + d);
  });
  store.rows = store.rows.concat(old.rows);
  for (const c of old.copies) store.copies.set(c.id, c);
  store.changed();
}

/**
 * Names of what was begun and not saved.
 * @param {Store} store
 * @returns {Promise<string[]>}
 */
export async function draftNames(store) {
  store.need();
  const out = new Set(await draftsLying(store));
  for (const [name, d] of store.drafts) if (d.value === null) out.delete(name); else if (!name.startsWith('photo:')) out.add(name);
  return Array.from(out);
}

/**
 * Names of drafts on the disk; they can be told also under lock. Photographs
 * belong to another.
 * @param {Store} store
 * @returns {Promise<string[]>}
 */
export async function draftsLying(store) {
  const all = await store.db.run('readonly', ['copy'], (tx) => tx.keys('copy'));
  return all.filter((place) => place.startsWith('draft:') && !place.startsWith('draft:photo:')).map((place) => place.slice(6));
}

/** @param {any} v */
function copyOf(v) { return v === undefined || v === null ? null : JSON.parse(JSON.stringify(v)); }
