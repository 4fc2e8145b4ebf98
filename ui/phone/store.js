// The phone's store: what the screens ask and what they save. It keeps to three
// rules. What was saved is on the phone before anybody says so. What the phone
// can read is encrypted, and goes when the right or the contact goes. No figure
// is computed here: the server's figures are shown, and beside them what waits.
import { b64u, chance, hex } from './bytes.js';
import { Clock } from './clock.js';
import { memory, openDB } from './db.js';
import { close, lockedKey, open, plainKey, unwrap } from './keys.js';
import { makeRow, ordered } from './box.js';
import { signingPair } from './seal.js';
import { pending } from './shown.js';
import { Sync } from './sync.js';

/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Item} Item */
/** @typedef {import('./types.js').Phone} PhoneFace */
/** @typedef {import('./box.js').Row} Row */

/**
 * The readable half of a record.
 * @typedef {{id: string, kind: string, version: number, saved: number, n: number, title: string, body: any, state: 'saved'|'held'|'closed', from?: string, ref?: string, told?: number, held?: string, reasons?: any[], person?: any, theirs?: any}} Copy
 */

const HOUR = 3600000;
export const REST = 5 * 60000; // the lock closes by itself
export const DEAD = 72 * HOUR; // without a word from the office
const ROOM = 12 << 20; // less room than this is little

/**
 * @typedef {object} Options
 * @property {(key: string, args?: Record<string, any>) => string} t
 * @property {string} [agent]        user agent
 * @property {number} [patience]     ms between saving and sending
 * @property {() => void} [renew]    takes the new version
 */

export class Store {
  /** @param {Options} o */
  constructor(o) {
    this.t = o.t;
    this.patience = o.patience === undefined ? 5000 : o.patience;
    this.renewer = o.renew || (() => {});
    this.tab = b64u(chance(9));
    /** @type {import('./db.js').DB} */
    this.db = /** @type {any} */ (null);
    /** @type {Clock} */
    this.clock = new Clock(null);
    /** @type {State} */
    this.state = {
      ready: false, signedIn: false, locked: false, expired: false, gone72: false, lost: false, net: 'unknown', sending: null,
      waiting: 0, oldest: 0, held: 0, delivered: 0, listAt: 0, kept: null, used: 0, full: false, worker: false,
      shell: shellOf(o.agent === undefined ? navigator.userAgent : o.agent), renewed: false, hasLock: false, fleeting: false,
    };
    /** @type {Set<(s: State) => void>} */
    this.hearers = new Set();
    /** @type {CryptoKey|null} */
    this.key = null;
    this.g = 0;
    /**
     * Records of the server's picture.
     * @type {Map<string, any>}
     */
    this.recs = new Map();
    this.cursor = '';
    /**
     * What was opened already, by its nonce.
     * @type {Map<string, {nonce: string, v: any}>}
     */
    this.seen = new Map();
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Map<string, Copy>} */
    this.copies = new Map();
    /** @type {{id: string, seq: number, prev: string, point: string}} */
    this.device = { id: '', seq: 0, prev: '', point: '' };
    /** @type {CryptoKeyPair|null} */
    this.pair = null;
    /** @type {{account: string, barred?: boolean, expired?: boolean, gone72?: boolean}|null} */
    this.who = null;
    /** @type {import('./seal.js').ServerKey|null} */
    this.server = null;
    this.tries = 0;
    this.n = 0;
    this.contacts = 0;
    /** @type {string[]} */
    this.forgotten = [];
    /**
     * Held ones whose reasons could not be kept while the lock was closed: sent again when it opens.
     * @type {Set<string>}
     */
    this.sealedHeld = new Set();
    this.closing = false; // the lock is closing
    this.ended = false;
    this.asked = false;
    this.touched = { mono: performance.now(), wall: Date.now() };
    /**
     * Drafts on their way to the disk.
     * @type {Map<string, {value: any, done: Promise<void>|null}>}
     */
    this.drafts = new Map();
    /**
     * Drafts that ended with a record: the form that is still on the screen for a
     * moment writes them no more, until it is opened anew.
     * @type {Set<string>}
     */
    this.over = new Set();
    /**
     * Record → the draft that ended with it.
     * @type {Map<string, string>}
     */
    this.endedBy = new Map();
    /**
     * Where nothing can be kept: what was tried and not answered, by its words.
     * @type {Map<string, {rows: Row[], copies: Copy[]}>}
     */
    this.unsure = new Map();
    /**
     * Changes of the key and uses of it take turns.
     * @type {Promise<any>}
     */
    this.turns = Promise.resolve();
    /** @type {BroadcastChannel|null} */
    this.channel = null;
    this.sync = new Sync(this);
  }

  // --- opening ---------------------------------------------------------------

  async open() {
    await this.begin();
    this.watch();
    this.set({ ready: true });
    this.room();
  }

  /** Opens the database, with a number and a key of this phone in it. */
  async begin() {
    this.db = await openDB(() => this.taken());
    const fresh = crypto.subtle ? await signingPair() : null;
    await this.db.run('readwrite', ['keys', 'meta'], async (tx) => {
      const sign = await tx.get('keys', 'sign');
      const device = await tx.get('meta', 'device');
      if (sign && device) {
        this.pair = sign;
        this.device = device;
      } else if (fresh) {
        this.pair = fresh.pair;
        this.device = newDevice(fresh.point);
        tx.put('keys', 'sign', this.pair);
        tx.put('meta', 'device', this.device);
      }
    }).catch((e) => {
      // Some browsers open the database and then refuse to keep a key in it.
      if (!this.db.kept) throw e;
      return this.fallBack(fresh);
    });
    const kept = await this.db.run('readonly', ['meta'], (tx) => tx.get('meta', 'clock'));
    this.clock = new Clock(kept || null);
    this.contacts = kept && kept.contacts || 0;
    if (!this.db.kept) this.set({ kept: false, fleeting: true });
    await this.reload();
    await this.checkContact();
  }

  /** A new number and key for a phone on which nothing waits. */
  async renumber() {
    const fresh = await signingPair();
    const device = newDevice(fresh.point);
    const ok = await this.db.run('readwrite', ['keys', 'meta', 'box'], async (tx) => {
      if ((await tx.all('box')).length > 0) return false;
      tx.put('keys', 'sign', fresh.pair);
      tx.put('meta', 'device', device);
      return true;
    });
    if (ok) {
      this.pair = fresh.pair;
      this.device = device;
    }
    return ok;
  }

  /** @param {{pair: CryptoKeyPair, point: string}|null} fresh */
  async fallBack(fresh) {
    this.db = memory();
    if (!fresh) return;
    this.pair = fresh.pair;
    this.device = newDevice(fresh.point);
    await this.db.run('readwrite', ['keys', 'meta'], async (tx) => {
      tx.put('keys', 'sign', this.pair);
      tx.put('meta', 'device', this.device);
    });
  }

  /** Reads everything anew: at the start, and when another tab may have written. */
  reload() { return this.turn(() => this.reloadNow()); }

  async reloadNow() {
    if (this.ended) return;
    const x = await this.db.run('readonly', ['keys', 'box', 'copy', 'meta'], async (tx) => ({
      cache: /** @type {import('./keys.js').CacheKey|undefined} */ (await tx.get('keys', 'cache')),
      rows: await tx.all('box'),
      copies: await tx.all('copy'),
      meta: new Map(await tx.all('meta')),
    }));
    this.rows = ordered(x.rows);
    this.n = this.rows.reduce((a, r) => Math.max(a, r.n), this.n);
    this.who = x.meta.get('who') || null;
    this.server = x.meta.get('server') || null;
    this.device = x.meta.get('device') || this.device;
    this.forgotten = x.meta.get('forgotten') || [];
    this.tries = x.meta.get('tries') || 0;
    const clock = x.meta.get('clock');
    if (clock) {
      this.clock.meet(clock);
      if ((clock.contacts || 0) > this.contacts) {
        this.contacts = clock.contacts;
        this.clock.age = clock.age;
      }
    }
    const wrapped = !!(x.cache && x.cache.wrapped);
    if (!x.cache || x.cache.g !== this.g) {
      this.key = x.cache && x.cache.key || null;
      this.g = x.cache ? x.cache.g : 0;
    }
    const locked = wrapped && (!this.key || this.closing);
    if (this.key) await this.read(x.copies);
    else this.empty();
    this.set({
      signedIn: !!this.who && !this.who.barred, expired: !!(this.who && this.who.expired), gone72: !!(this.who && this.who.gone72),
      locked, hasLock: wrapped, ...this.counts(),
    });
  }

  /** Forgets what is readable, in this page only. */
  empty() {
    this.seen = new Map();
    this.recs = new Map();
    this.copies = new Map();
    this.cursor = '';
  }

  /** @param {[string, any][]} all */
  async read(all) {
    const key = this.key;
    if (!key) return;
    /** @type {Map<string, Copy>} */
    const copies = new Map();
    let recs = new Map();
    let cursor = '';
    let at = 0;
    /** @type {Map<string, {nonce: string, v: any}>} */
    const seen = new Map();
    await Promise.all(all.map(async ([place, closed]) => {
      if (place.startsWith('draft:')) return;
      const nonce = b64u(closed.subarray(0, 12));
      const old = this.seen.get(place);
      /** @type {any} */
      let v;
      try {
        v = old && old.nonce === nonce ? old.v : await open(key, place, closed);
      } catch (e) {
        return; // closed under a key that is gone
      }
      seen.set(place, { nonce, v });
      if (place === 'records') {
        recs = new Map(v.records);
        cursor = v.cursor;
        at = v.at;
      } else if (place.startsWith('op:')) copies.set(v.id, v);
    }));
    this.seen = seen;
    this.recs = recs;
    this.cursor = cursor;
    const rows = new Set(this.rows.map((r) => r.id));
    // A copy without its row was delivered while nobody could write into it.
    for (const [id, c] of copies) if (c.state === 'saved' && !rows.has(id)) copies.set(id, { ...c, state: 'closed' });
    this.copies = copies;
    this.n = Array.from(copies.values()).reduce((a, c) => Math.max(a, c.n), this.n);
    this.set({ listAt: at });
  }

  // --- state -----------------------------------------------------------------

  /** @param {Partial<State>} patch */
  set(patch) {
    /** @type {any} */
    const now = this.state;
    if (Object.keys(patch).every((k) => now[k] === /** @type {any} */ (patch)[k])) return;
    this.state = { ...this.state, ...patch };
    for (const h of Array.from(this.hearers)) h(this.state);
  }

  /** The readable things changed, the state maybe not. */
  changed() {
    this.state = { ...this.state, ...this.counts() };
    for (const h of Array.from(this.hearers)) h(this.state);
  }

  counts() {
    const waiting = this.rows.length;
    const oldest = this.rows.reduce((a, r) => (a === 0 ? r.saved : Math.min(a, r.saved)), 0);
    return { waiting, oldest, held: this.heldItems().filter((i) => i.state === 'held' && !i.chosen).length };
  }

  /** @param {(s: State) => void} fn */
  on(fn) {
    this.hearers.add(fn);
    fn(this.state);
    return () => { this.hearers.delete(fn); };
  }

  /** Tells other tabs. */
  tell() {
    if (this.channel) this.channel.postMessage('changed');
  }

  /** Another tab wiped the phone, or the browser took the database. */
  taken() {
    if (this.ended) return;
    this.ended = true;
    this.key = null;
    this.empty();
    this.rows = [];
    this.set({ signedIn: false, locked: false, listAt: 0, waiting: 0, oldest: 0, held: 0 });
  }

  /** @template T @param {() => Promise<T>} fn @returns {Promise<T>} */
  turn(fn) {
    /** @type {Promise<any>} */
    const next = this.turns.then(fn, fn);
    this.turns = next.catch(() => {});
    return next;
  }

  /**
   * Runs a transaction only while the key in hand is the one in force.
   * @template T
   * @param {import('./db.js').StoreName[]} stores
   * @param {(tx: import('./db.js').Tx) => Promise<T>} fn
   * @returns {Promise<T>}
   */
  async under(stores, fn) {
    return this.db.run('readwrite', Array.from(new Set(['keys', ...stores])), async (tx) => {
      const cache = await tx.get('keys', 'cache');
      if (!cache || cache.g !== this.g) throw new Error('stale');
      return fn(tx);
    });
  }

  need() {
    if (!this.key) throw new Error(this.state.hasLock ? 'locked' : 'closed');
    return this.key;
  }

  // --- saving ----------------------------------------------------------------

  /**
   * What the screens call: resolves when the record cannot be lost any more.
   * @param {string} kind @param {any} body @param {string} title @param {string} [draft] @param {string[]} [photos]
   */
  async record(kind, body, title, draft, photos = []) {
    try {
      const id = await (this.db.kept ? this.save(kind, body, title, draft, photos) : this.through(kind, body, title, draft, photos));
      if (draft) this.endedBy.set(id, draft);
      return id;
    } catch (e) {
      for (const d of photos.concat(draft || [])) this.over.delete(d);
      throw e;
    }
  }

  /** @param {string} id */
  async takeBack(id) {
    const gone = await this.undo(id);
    if (gone) this.over.delete(this.endedBy.get(id) || '');
    return gone;
  }

  /**
   * Where nothing outlives the page a record is safe at the office and nowhere
   * else: it goes there at once, or stays on the screen.
   * @param {string} kind @param {any} body @param {string} title @param {string|undefined} draft @param {string[]} photos
   */
  async through(kind, body, title, draft, photos) {
    const like = JSON.stringify([kind, body, photos]);
    const drafts = photos.concat(draft || []);
    const before = await this.db.run('readonly', ['copy'], (tx) => Promise.all(drafts.map((d) => tx.get('copy', 'draft:' + d))));
    // A try whose answer was lost may have arrived: the same words keep their number.
    const old = this.unsure.get(like);
    const id = old ? old.rows[0].id : await this.save(kind, body, title, draft, photos);
    if (old) await this.turn(() => this.restore(old, drafts));
    await this.sync.send();
    return this.turn(async () => {
      const rows = this.rows.filter((r) => r.id === id || r.of === id);
      if (rows.length === 0 || rows[0].id !== id) { // a photograph that waits follows later
        this.unsure.delete(like);
        return id;
      }
      this.unsure.set(like, { rows, copies: /** @type {Copy[]} */ (rows.map((r) => this.copies.get(r.id)).filter(Boolean)) });
      await this.db.run('readwrite', ['box', 'copy'], async (tx) => {
        for (const r of rows) {
          tx.del('box', r.id);
          tx.del('copy', 'op:' + r.id);
        }
        drafts.forEach((d, i) => { if (before[i]) tx.put('copy', 'draft:' + d, before[i]); });
      });
      this.rows = this.rows.filter((r) => !rows.includes(r));
      for (const r of rows) this.copies.delete(r.id);
      this.changed();
      throw new Error('unsent');
    });
  }

  /** @param {{rows: Row[], copies: Copy[]}} old @param {string[]} drafts */
  async restore(old, drafts) {
    const key = this.need();
    for (const d of drafts) await this.settled(d);
    const closed = await Promise.all(old.copies.map(async (c) => /** @type {[string, Uint8Array]} */ (['op:' + c.id, await close(key, 'op:' + c.id, c)])));
    await this.db.run('readwrite', ['box', 'copy'], async (tx) => {
      for (const r of old.rows) tx.put('box', r.id, r);
      for (const [place, c] of closed) tx.put('copy', place, c);
      for (const d of drafts) tx.del('copy', 'draft:' + d);
    });
    this.rows = this.rows.concat(old.rows);
    for (const c of old.copies) this.copies.set(c.id, c);
    this.changed();
  }

  /**
   * @param {string} kind @param {any} body @param {string} title
   * @param {string} [draft]  a draft that ends with this record, in the same step
   * @param {string[]} [photos]  drafts of photographs: each becomes a record of its own behind this one
   */
  save(kind, body, title, draft, photos = []) {
    return this.turn(async () => {
      this.touch();
      const key = this.need();
      if (!this.server || !this.who) throw new Error('not signed in');
      const made = [await this.make(key, { kind, body, title })];
      const row = made[0].row;
      for (const from of photos) {
        const p = await this.kept(key, from);
        if (p) made.push(await this.make(key, { kind: 'visit.photo', body: { visit: row.id, jpeg: p.jpeg }, title: this.t('phone.photo_of', { what: title }), of: row.id, from }));
      }
      const drafts = (draft ? [draft] : []).concat(photos);
      for (const d of drafts) await this.settled(d);
      try {
        await this.under(['box', 'copy', 'meta'], async (tx) => {
          const there = await tx.get('box', row.id);
          if (there && there.tried) throw new Error('sent'); // an id is used once
          for (const m of made) {
            tx.put('box', m.row.id, m.row);
            tx.put('copy', 'op:' + m.row.id, m.closed);
          }
          tx.put('meta', 'clock', this.keptClock());
          for (const d of drafts) tx.del('copy', 'draft:' + d);
        });
      } catch (e) {
        if (/** @type {any} */ (e).name === 'QuotaExceededError') {
          this.set({ full: true });
          throw new Error('full');
        }
        if (/** @type {any} */ (e).message === 'stale') await this.reloadNow();
        throw e;
      }
      this.rows = this.rows.filter((r) => r.id !== row.id).concat(made.map((m) => m.row));
      for (const m of made) this.copies.set(m.row.id, m.copy);
      this.changed();
      this.tell();
      this.persist();
      this.sync.soon(this.patience);
      return row.id;
    });
  }

  /**
   * A record in both its halves: sealed for the server, and readable here.
   * @param {CryptoKey} key
   * @param {{kind: string, body: any, title: string, of?: string, from?: string}} x
   */
  async make(key, x) {
    const now = Date.now();
    const row = await makeRow({
      kind: x.kind, body: x.body, account: /** @type {any} */ (this.who).account, device: this.device.id, key: /** @type {any} */ (this.server), t: this.clock.step(), n: ++this.n, now, of: x.of,
    });
    /** @type {Copy} */
    const copy = { id: row.id, kind: x.kind, version: row.version, saved: now, n: row.n, title: x.title, body: { ...x.body, id: row.id }, state: 'saved' };
    if (x.from) copy.from = x.from;
    return { row, copy, closed: await close(key, 'op:' + row.id, copy) };
  }

  /**
   * Takes a record back that has not left; photographs of it become drafts again.
   * @param {string} id
   */
  async undo(id) {
    const key = this.key;
    /** @type {Map<string, Uint8Array>} */
    const back = new Map();
    for (const r of this.rows) {
      const c = r.of === id ? this.copies.get(r.id) : undefined;
      if (key && c && c.from) back.set(c.from, await close(key, 'draft:' + c.from, { jpeg: c.body.jpeg }));
    }
    const g = this.g;
    /** @type {string[]} */
    const gone = [];
    await this.db.run('readwrite', ['keys', 'box', 'copy'], async (tx) => {
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
      this.rows = this.rows.filter((r) => !gone.includes(r.id));
      for (const one of gone) this.copies.delete(one);
      this.changed();
      this.tell();
    }
    return gone.length > 0;
  }

  keptClock() { return { ...this.clock.kept(), contacts: this.contacts }; }

  async keepClock() {
    if (this.ended) return;
    this.clock.step();
    await this.db.run('readwrite', ['meta'], async (tx) => {
      const old = await tx.get('meta', 'clock');
      if (old) {
        this.clock.meet(old);
        if ((old.contacts || 0) > this.contacts) {
          this.contacts = old.contacts;
          this.clock.age = old.age;
        }
      }
      tx.put('meta', 'clock', this.keptClock());
    });
  }

  // --- what lies here --------------------------------------------------------

  /**
   * Held ones as the server's picture tells them, and those the picture does not have yet.
   * @returns {Item[]}
   */
  heldItems() {
    /** @type {Map<string, Item>} */
    const out = new Map();
    for (const c of this.copies.values()) {
      if (c.state !== 'held') continue;
      out.set(c.id, { id: c.id, kind: c.kind, version: c.version, seq: c.n, saved: c.saved, state: 'held', title: c.title, body: c.body, reasons: c.reasons || [], person: c.person || null, theirs: c.theirs || null, held: c.held || '' });
    }
    const ids = new Map(Array.from(this.copies.values(), (c) => [c.held || c.id, c.id]));
    for (const [k, v] of this.recs) {
      if (!k.startsWith('held:')) continue;
      const id = ids.get(v.id) || v.id;
      const mine = this.copies.get(id);
      out.set(id, {
        id, kind: v.kind, version: mine ? mine.version : 1, seq: mine ? mine.n : 0, saved: v.at, state: v.state === 'open' ? 'held' : 'closed',
        title: mine ? mine.title : '', body: v.body || (mine ? mine.body : null), reasons: v.reasons || [], person: v.person || null, theirs: v.theirs || null, answer: v.answer || '', held: v.id,
      });
    }
    for (const id of this.forgotten) out.delete(id);
    // What was chosen here counts until the picture tells what came of it.
    for (const c of this.copies.values()) {
      if (c.kind !== 'held.choose' || c.state === 'held' || !c.body) continue;
      for (const i of out.values()) if (i.state === 'held' && i.held === c.body.held) i.chosen = c.body.choice;
    }
    return Array.from(out.values());
  }

  /** @returns {Promise<Item[]>} */
  async box() {
    if (!this.channel) await this.reload(); // otherwise other tabs tell
    /** @type {Item[]} */
    const waiting = this.rows.map((r) => {
      const c = this.copies.get(r.id);
      return { id: r.id, kind: r.kind, version: r.version, seq: r.n, saved: r.saved, state: this.sync.going.has(r.id) ? 'sending' : 'saved', title: c ? c.title : '', body: c ? c.body : null, reasons: [], person: null, theirs: null };
    });
    return this.heldItems().concat(waiting).sort((a, b) => a.saved - b.saved || a.seq - b.seq);
  }

  /** @param {string} id */
  async forget(id) {
    const c = this.copies.get(id);
    this.forgotten = this.forgotten.filter((x) => x !== id).concat(id).slice(-200);
    await this.db.run('readwrite', ['copy', 'meta'], async (tx) => {
      tx.put('meta', 'forgotten', this.forgotten);
      if (c && c.state !== 'saved') tx.del('copy', 'op:' + id);
    });
    if (c && c.state !== 'saved') this.copies.delete(id);
    this.changed();
    this.tell();
  }

  // --- drafts ----------------------------------------------------------------

  /** @param {string} name */
  async draft(name) {
    const key = this.need();
    this.over.delete(name);
    return this.kept(key, name);
  }

  /** @param {CryptoKey} key @param {string} name */
  async kept(key, name) {
    const d = this.drafts.get(name);
    if (d) return copyOf(d.value);
    const closed = await this.db.run('readonly', ['copy'], (tx) => tx.get('copy', 'draft:' + name));
    if (!closed) return null;
    try {
      return await open(key, 'draft:' + name, closed);
    } catch (e) {
      return null;
    }
  }

  /** Names of what was begun and not saved. @returns {Promise<string[]>} */
  async draftNames() {
    this.need();
    const all = await this.db.run('readonly', ['copy'], (tx) => tx.all('copy'));
    const out = new Set(all.map((e) => e[0]).filter((place) => place.startsWith('draft:')).map((place) => place.slice(6)));
    for (const [name, d] of this.drafts) if (d.value === null) out.delete(name); else out.add(name);
    return Array.from(out);
  }

  /**
   * One write is under way at a time; the last value wins.
   * @param {string} name
   * @param {any} value
   * @returns {Promise<void>}
   */
  keep(name, value) {
    this.touch();
    if (!this.key || this.state.locked) return Promise.reject(new Error('locked'));
    if (this.over.has(name)) return Promise.resolve();
    const d = this.drafts.get(name);
    if (d) {
      d.value = copyOf(value);
      return /** @type {Promise<void>} */ (d.done);
    }
    /** @type {{value: any, done: Promise<void>|null}} */
    const mine = { value: copyOf(value), done: null };
    this.drafts.set(name, mine);
    mine.done = (async () => {
      try {
        for (;;) {
          const v = mine.value;
          await this.turn(() => this.keepNow(name, v));
          if (mine.value === v) break;
        }
      } finally {
        this.drafts.delete(name);
      }
    })();
    return mine.done;
  }

  /** @param {string} name @param {any} v */
  async keepNow(name, v) {
    if (v === null || v === undefined) {
      await this.db.run('readwrite', ['copy'], async (tx) => { tx.del('copy', 'draft:' + name); });
      return;
    }
    for (let i = 0; ; i++) {
      const closed = await close(this.need(), 'draft:' + name, v);
      try {
        await this.under(['copy'], async (tx) => { tx.put('copy', 'draft:' + name, closed); });
        return;
      } catch (e) {
        if (/** @type {any} */ (e).message !== 'stale' || i > 0) throw e;
        await this.reloadNow();
      }
    }
  }

  /**
   * Waits until a draft under way has settled. Called inside a turn, so it cannot wait for one: it takes the value over.
   * @param {string} name
   */
  async settled(name) {
    const d = this.drafts.get(name);
    if (d) d.value = null;
    this.over.add(name);
  }

  // --- the picture -----------------------------------------------------------

  /** @param {string} prefix @returns {any[]} */
  of(prefix) {
    /** @type {any[]} */
    const out = [];
    for (const [k, v] of this.recs) if (k.startsWith(prefix)) out.push(v);
    return out;
  }

  me() { return this.recs.get('me') || null; }
  lists() { return this.recs.get('lists') || { topics: [], appealTopics: [] }; }
  homes() { return this.of('home:'); }
  /** @param {string} id */
  home(id) { return this.recs.get('home:' + id) || null; }

  /** @param {string} [home] */
  visits(home) { return pending.visits(this, home); }
  /** @param {string} [home] */
  matters(home) { return pending.matters(this, home); }
  thoughts() { return pending.thoughts(this); }
  stays() { return this.of('stay:').sort((a, b) => (a.from < b.from ? 1 : -1)); }
  figures() { return this.of('figure:'); }

  /**
   * Puts an answer of the server into the picture: records, removals and cursor
   * are one value of the database, so they change in one step.
   * @param {{cursor: string, full: boolean, put: {k: string, v: any}[], gone: string[]}} answer
   * @param {number} before  rows delivered up to this count are in the picture now
   */
  apply(answer, before) {
    return this.turn(async () => {
      const key = this.need();
      const recs = answer.full ? new Map() : new Map(this.recs);
      for (const k of answer.gone || []) recs.delete(k);
      for (const x of answer.put || []) recs.set(x.k, x.v);
      const at = Date.now();
      const closed = await close(key, 'records', { at, cursor: answer.cursor, records: Array.from(recs) });
      const over = Array.from(this.copies.values()).filter((c) => c.state === 'closed' && (c.told || 0) <= before).map((c) => c.id)
        .concat(Array.from(this.copies.values()).filter((c) => c.state === 'held' && this.settledAtOffice(recs, c)).map((c) => c.id));
      const who = this.who ? { ...this.who } : null;
      if (who) delete who.gone72;
      await this.under(['copy', 'meta'], async (tx) => {
        tx.put('copy', 'records', closed);
        for (const id of over) tx.del('copy', 'op:' + id);
        if (who) tx.put('meta', 'who', who);
      });
      this.who = who;
      this.recs = recs;
      this.cursor = answer.cursor;
      for (const id of over) this.copies.delete(id);
      this.state = { ...this.state, listAt: at, gone72: false };
      this.changed();
      this.tell();
    });
  }

  /**
   * The picture tells of a held one that somebody has dealt with.
   * @param {Map<string, any>} recs
   * @param {Copy} c
   */
  settledAtOffice(recs, c) {
    const h = recs.get('held:' + (c.held || c.id)) || recs.get('held:' + c.id);
    return !!h && h.state !== 'open';
  }

  /**
   * Stores the answer to a push, and only in the same step lets go of the rows.
   * @param {any[]} results
   */
  answered(results) {
    return this.turn(async () => {
      const key = this.key;
      const told = ++this.sync.told;
      /** @type {Map<string, Copy>} */
      const copies = new Map();
      /** @type {Map<string, Uint8Array>} */
      const closed = new Map();
      /** @type {string[]} */
      const out = [];
      for (const r of results) {
        const row = this.rows.find((x) => x.id === r.id);
        if (!row || (r.status !== 'done' && r.status !== 'again' && r.status !== 'held')) continue;
        if (r.status === 'held' && !key) continue; // told again when the lock is open
        const old = this.copies.get(r.id);
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
        tx.put('meta', 'clock', this.keptClock());
      };
      if (key) await this.under(['box', 'copy', 'meta'], write);
      else await this.db.run('readwrite', ['box', 'copy', 'meta'], write);
      this.rows = this.rows.filter((r) => !out.includes(r.id));
      for (const [id, c] of copies) this.copies.set(id, c);
      if (results.some((r) => r.status === 'done' || r.status === 'again')) this.state = { ...this.state, delivered: Date.now() };
      this.changed();
      this.tell();
      return out.length;
    });
  }

  /** The office was heard: the 72 hours begin anew. */
  async heard() {
    this.clock.heard();
    this.contacts++;
    await this.db.run('readwrite', ['meta'], async (tx) => { tx.put('meta', 'clock', this.keptClock()); });
  }

  /** After 72 hours without contact the list goes; what waits stays. */
  async checkContact() {
    this.clock.step();
    if (this.ended || !this.who || this.who.gone72 || this.clock.age < DEAD) return;
    // Another tab may have heard the office.
    await this.keepClock();
    if (this.clock.age < DEAD) return;
    await this.turn(() => this.dropCache({ gone72: true }));
  }

  /**
   * Deletes what is readable except drafts, which are unsent words of one's own.
   * @param {{gone72?: boolean, barred?: boolean, all?: boolean}} how
   */
  async dropCache(how) {
    const who = this.who ? { ...this.who } : null;
    if (who && how.gone72) who.gone72 = true;
    if (who && how.barred) { who.barred = true; who.expired = true; }
    const g = this.g + 1;
    const key = how.all ? await plainKey() : null;
    await this.db.run('readwrite', ['keys', 'copy', 'meta'], async (tx) => {
      for (const [place] of await tx.all('copy')) if (how.all || !place.startsWith('draft:')) tx.del('copy', place);
      if (how.all) {
        tx.put('keys', 'cache', { g, key });
        tx.put('meta', 'tries', 0);
      }
      if (who) tx.put('meta', 'who', who);
    });
    if (how.all) { this.g = g; this.key = key; this.tries = 0; }
    this.who = who;
    this.empty();
    this.state = { ...this.state, listAt: 0, gone72: !!(who && who.gone72), ...(how.all ? { locked: false, hasLock: false } : {}), signedIn: !!who && !who.barred, expired: !!(who && who.expired) };
    this.changed();
    this.tell();
  }

  // --- signing in and out ----------------------------------------------------

  /** @param {string} user @param {string} password @returns {Promise<{ok: true}|{ok: false, text: string}>} */
  async signIn(user, password) {
    if (!crypto.subtle || !this.pair) return { ok: false, text: this.t('phonebox.insecure') };
    if (this.ended) { location.reload(); return { ok: false, text: '' }; }
    await this.reload();
    const said = await this.sync.enter(user, password);
    if ('text' in said) return { ok: false, text: said.text };
    const other = !!this.who && this.who.account !== said.account;
    if (this.rows.some((r) => r.account !== said.account)) {
      await this.sync.logout().catch(() => {});
      return { ok: false, text: this.t('phonebox.others_records') };
    }
    const fresh = await plainKey();
    await this.turn(async () => {
      await this.db.run('readwrite', ['keys', 'copy', 'meta'], async (tx) => {
        const cache = await tx.get('keys', 'cache');
        // The password opens what six digits lock: the list is fetched anew
        // under a new key, and what was wrapped is deleted.
        if (!cache || other || (cache.wrapped && (!this.key || this.tries >= 5))) {
          tx.clear('copy');
          tx.put('keys', 'cache', { g: (cache ? cache.g : 0) + 1, key: fresh });
        }
        tx.put('meta', 'tries', 0);
        tx.put('meta', 'who', { account: said.account });
        tx.put('meta', 'server', said.key);
        if (other) tx.put('meta', 'forgotten', []);
      });
      await this.reloadNow();
    });
    this.touch();
    await this.heard();
    this.set({ lost: false });
    this.sync.now();
    return { ok: true };
  }

  /** @param {'asked'|'forced'} how */
  async signOut(how) {
    await this.reload();
    const waiting = this.rows.length;
    if (how !== 'forced' && waiting > 0) return { ok: false, waiting };
    await this.wipe(false);
    return { ok: true, waiting: 0 };
  }

  /**
   * Deletes everything this program keeps in the browser.
   * @param {boolean} lost  nobody shall sign in on this page again
   */
  async wipe(lost) {
    const device = this.device.id;
    this.ended = true;
    this.key = null;
    this.server = null;
    this.who = null;
    this.empty();
    this.rows = [];
    this.drafts.clear();
    if (this.channel) this.channel.postMessage('ended');
    await this.db.destroy();
    forgetPrefs();
    // The session's cookie is out of reach of scripts: the server takes it, now
    // or at the next opening.
    remember('lianxin-logout', device);
    await this.sync.logout().then(() => remember('lianxin-logout', ''), () => {});
    // The shell stays: nothing of anybody is in it, and the next one who signs in
    // has to be able to open it without signal.
    const none = { signedIn: false, locked: false, hasLock: false, expired: false, gone72: false, sending: null, waiting: 0, oldest: 0, held: 0, listAt: 0 };
    if (!lost) {
      this.g = 0;
      this.n = 0;
      this.tries = 0;
      this.forgotten = [];
      this.ended = false;
      await this.begin();
    }
    this.set(none);
  }

  // --- the lock --------------------------------------------------------------

  /** @param {string} pin */
  async unlock(pin) {
    const tries = await this.db.run('readwrite', ['meta'], async (tx) => {
      const n = (await tx.get('meta', 'tries') || 0) + 1;
      tx.put('meta', 'tries', n); // counted before it is tried: a kill gives no try for nothing
      return n;
    });
    this.tries = tries;
    if (tries >= 10) {
      await this.turn(() => this.dropCache({ all: true, barred: true }));
      remember('lianxin-logout', this.device.id);
      await this.sync.logout().then(() => remember('lianxin-logout', ''), () => {});
      return false;
    }
    if (tries > 5) {
      this.set({ expired: true });
      return false;
    }
    const cache = await this.db.run('readonly', ['keys'], (tx) => tx.get('keys', 'cache'));
    if (!cache || !cache.wrapped) { await this.reload(); return true; }
    const key = await unwrap(cache.wrapped, pin);
    if (!key) {
      if (tries === 5) this.set({ expired: true });
      return false;
    }
    await this.turn(async () => {
      this.key = key;
      this.g = cache.g;
      await this.db.run('readwrite', ['meta'], async (tx) => { tx.put('meta', 'tries', 0); });
      await this.reloadNow();
    });
    this.touch();
    await this.checkContact();
    this.sync.now();
    return true;
  }

  /**
   * Everything readable goes under a new key.
   * @param {string} pin
   */
  setLock(pin) {
    return this.turn(async () => {
      const old = this.need();
      if (pin !== '' && !/^[0-9]{6}$/.test(pin)) throw new Error('pin');
      /** @type {{key: CryptoKey, wrapped?: any}} */
      const made = pin === '' ? { key: await plainKey() } : await lockedKey(pin);
      const all = await this.db.run('readonly', ['copy'], (tx) => tx.all('copy'));
      /** @type {[string, Uint8Array][]} */
      const closed = [];
      for (const [place, c] of all) {
        try {
          closed.push([place, await close(made.key, place, await open(old, place, c))]);
        } catch (e) { /* of a key that is gone */ }
      }
      const g = this.g + 1;
      await this.under(['copy', 'meta'], async (tx) => {
        tx.clear('copy');
        for (const [place, c] of closed) tx.put('copy', place, c);
        tx.put('keys', 'cache', made.wrapped ? { g, wrapped: made.wrapped } : { g, key: made.key });
        tx.put('meta', 'tries', 0);
      });
      this.key = made.key;
      this.g = g;
      this.set({ hasLock: pin !== '' });
      this.tell();
    });
  }

  lock() {
    if (!this.state.hasLock || !this.key || this.state.locked) return;
    this.closing = true;
    this.set({ locked: true });
    // Drafts and records under way are written first; they need the key.
    const under = Array.from(this.drafts.values(), (d) => d.done);
    void Promise.all(under.map((p) => p && p.catch(() => {}))).then(() => this.turn(async () => {
      this.key = null;
      this.closing = false;
      this.empty();
      this.state = { ...this.state, locked: true, listAt: 0 };
      this.changed();
    }));
  }

  touch() { this.touched = { mono: performance.now(), wall: Date.now() }; }

  rested() {
    return Math.max(performance.now() - this.touched.mono, Date.now() - this.touched.wall) >= REST;
  }

  // --- browser ---------------------------------------------------------------

  watch() {
    const act = () => { if (this.state.hasLock && this.rested()) this.lock(); else this.touch(); };
    for (const e of ['pointerdown', 'keydown', 'input', 'scroll']) addEventListener(e, act, { capture: true, passive: true });
    document.addEventListener('visibilitychange', () => {
      if (this.ended) return;
      if (document.visibilityState === 'visible') {
        if (this.state.hasLock && this.rested()) this.lock();
        void this.back();
      } else {
        void this.keepClock().catch(() => {});
      }
    });
    addEventListener('pagehide', () => { void this.keepClock().catch(() => {}); });
    addEventListener('online', () => this.sync.now());
    addEventListener('pageshow', (e) => { if (e.persisted) void this.back(); });
    let beat = 0;
    setInterval(() => {
      if (this.ended) return;
      if (this.state.hasLock && this.rested()) this.lock();
      if (++beat % 4 === 0 && document.visibilityState === 'visible') void this.keepClock().catch(() => {});
      void this.checkContact().catch(() => {});
      this.sync.tick();
    }, 15000);
    if (typeof BroadcastChannel !== 'undefined' && this.db.kept) {
      this.channel = new BroadcastChannel('lianxin');
      this.channel.onmessage = (m) => {
        if (m.data === 'ended') this.taken();
        else void this.reload().then(() => this.changed()).catch(() => {});
      };
    }
  }

  /** The page is seen again. */
  async back() {
    await this.reload();
    await this.checkContact();
    this.sync.now();
  }

  /** Asks that the browser keep what lies here; at the first record, when there is a reason. */
  persist() {
    if (this.asked || !this.db.kept) return;
    this.asked = true;
    const s = navigator.storage;
    if (s && s.persist) {
      s.persist().then((kept) => { this.set({ kept }); }, () => {});
    }
    this.room();
  }

  room() {
    const s = navigator.storage;
    if (!s || !this.db.kept) return;
    if (s.persisted) s.persisted().then((kept) => { if (kept) this.set({ kept: true }); }, () => {});
    if (s.estimate) {
      s.estimate().then((e) => { this.set({ used: e.usage || 0, full: !!e.quota && e.quota - (e.usage || 0) < ROOM }); }, () => {});
    }
  }
}

/** @param {string} point */
function newDevice(point) { return { id: hex(chance(16)), seq: 0, prev: '', point }; }

/** @param {any} v */
function copyOf(v) { return v === undefined || v === null ? null : JSON.parse(JSON.stringify(v)); }

/** @param {string} agent @returns {State['shell']} */
function shellOf(agent) {
  if (!/MicroMessenger/i.test(agent)) return '';
  return /iPhone|iPad|iPod/i.test(agent) ? 'wechat-ios' : 'wechat';
}

/** @param {string} name @param {string} value */
function remember(name, value) {
  try {
    if (value) localStorage.setItem(name, value);
    else localStorage.removeItem(name);
  } catch (e) { /* no storage, nothing to remember */ }
}

const PREF = 'lianxin-pref-';
/** @type {Record<string, any>} */
const prefs = {};

/**
 * Not personal: letters' size and the like.
 * @param {string} name
 * @param {any} [value]
 */
export function pref(name, value) {
  if (value !== undefined) {
    prefs[name] = value;
    try { localStorage.setItem(PREF + name, JSON.stringify(value)); } catch (e) { /* kept while the page lives */ }
    return value;
  }
  if (name in prefs) return prefs[name];
  try {
    const s = localStorage.getItem(PREF + name);
    return s === null ? undefined : JSON.parse(s);
  } catch (e) {
    return undefined;
  }
}

function forgetPrefs() {
  for (const k of Object.keys(prefs)) delete prefs[k];
  try {
    for (const k of Object.keys(localStorage)) if (k.startsWith(PREF)) localStorage.removeItem(k);
  } catch (e) { /* nothing was kept */ }
}

/**
 * Opens the phone's store and begins to send and fetch.
 * @param {Options} o
 * @returns {Promise<PhoneFace & {store: Store}>}
 */
export async function openPhone(o) {
  const s = new Store(o);
  await s.open();
  s.sync.start();
  return {
    store: s,
    get state() { return s.state; },
    on: (fn) => s.on(fn),
    me: () => s.me(), lists: () => s.lists(), homes: () => s.homes(), home: (id) => s.home(id),
    visits: (home) => s.visits(home), matters: (home) => s.matters(home), thoughts: () => s.thoughts(), stays: () => s.stays(), figures: () => s.figures(),
    save: (kind, body, title, draft, photos) => s.record(kind, body, title, draft, photos),
    undo: (id) => s.takeBack(id), box: () => s.box(), forget: (id) => s.forget(id),
    drafts: () => s.draftNames(), draft: (key) => s.draft(key), keep: (key, value) => s.keep(key, value),
    send: () => s.sync.send(), file: () => s.sync.file(),
    signIn: (user, password) => s.signIn(user, password), signOut: (how) => s.signOut(how),
    unlock: (pin) => s.unlock(pin), setLock: (pin) => s.setLock(pin), lock: () => s.lock(),
    pref, renew: () => s.renewer(),
  };
}
