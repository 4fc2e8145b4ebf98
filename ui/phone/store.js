// The phone's store: what the screens ask and what they save. It keeps to three
// rules. What was saved is on the phone before anybody says so. What the phone
// can read is encrypted, and goes when the right or the contact goes. No figure
// is computed here: the server's figures are shown, and beside them what waits.
// This is its middle: what is open, who looks on, whose turn it is, and the
// browser. What is written lies in records.js, who may read in entry.js; more
// files than these would cost a slow line more than a reader gains.
import { b64u, chance, hex } from './bytes.js';
import { Clock } from './clock.js';
import { memory, openDB } from './db.js';
import { open } from './keys.js';
import { ordered } from './box.js';
import * as entry from './entry.js';
import * as records from './records.js';
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
      shell: shellOf(o.agent === undefined ? navigator.userAgent : o.agent), renewed: false, hasLock: false, fleeting: false, tries: 0, relock: false, dropped: 0,
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
      locked, hasLock: wrapped, tries: this.tries, relock: !wrapped && !!x.meta.get('relock'), dropped: x.meta.get('relock') ? x.meta.get('relock').dropped : this.state.lost ? this.state.dropped : 0, ...this.counts(),
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

  /** @param {string} kind @param {any} body @param {string} title @param {string} [draft] @param {string[]} [photos] */
  record(kind, body, title, draft, photos) { return records.record(this, kind, body, title, draft, photos); }

  /** @param {string} id */
  takeBack(id) { return records.takeBack(this, id); }

  /** @param {string} kind @param {any} body @param {string} title @param {string} [draft] @param {string[]} [photos] */
  save(kind, body, title, draft, photos) { return records.save(this, kind, body, title, draft, photos); }

  /** @param {string} id */
  undo(id) { return records.undo(this, id); }

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

  /** @returns {Item[]} */
  heldItems() { return records.heldItems(this); }

  /** @returns {Promise<Item[]>} */
  box() { return records.box(this); }

  /** @param {string} id */
  forget(id) { return records.forget(this, id); }

  // --- drafts ----------------------------------------------------------------

  /** @param {string} name */
  draft(name) { return records.draft(this, name); }

  /** @param {CryptoKey} key @param {string} name */
  kept(key, name) { return records.kept(this, key, name); }

  /** @returns {Promise<string[]>} */
  draftNames() { return records.draftNames(this); }

  /** @returns {Promise<string[]>} */
  draftsLying() { return records.draftsLying(this); }

  /** @param {string} name @param {any} value @returns {Promise<void>} */
  keep(name, value) { return records.keep(this, name, value); }

  /** @param {string} name */
  settled(name) { return records.settled(this, name); }

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

  /** @param {{cursor: string, full: boolean, put: {k: string, v: any}[], gone: string[]}} answer @param {number} before */
  apply(answer, before) { return records.apply(this, answer, before); }

  /** @param {any[]} results */
  answered(results) { return records.answered(this, results); }

  /** The office was heard: the 72 hours begin anew. */
  async heard() {
    this.clock.heard();
    this.contacts++;
    await this.db.run('readwrite', ['meta'], async (tx) => { tx.put('meta', 'clock', this.keptClock()); });
  }

  checkContact() { return entry.checkContact(this); }

  /** @param {{gone72?: boolean, barred?: boolean, all?: boolean}} how */
  dropCache(how) { return entry.dropCache(this, how); }

  // --- signing in and out ----------------------------------------------------

  /** @param {string} user @param {string} password @returns {Promise<{ok: true}|{ok: false, text: string}>} */
  signIn(user, password) { return entry.signIn(this, user, password); }

  /** @param {'asked'|'forced'} how */
  signOut(how) { return entry.signOut(this, how); }

  /** @param {boolean} lost */
  wipe(lost) { return entry.wipe(this, lost); }

  // --- the lock --------------------------------------------------------------

  /** @param {string} pin */
  unlock(pin) { return entry.unlock(this, pin); }

  /** @param {string} pin */
  setLock(pin) { return entry.setLock(this, pin); }

  lock() { return entry.lock(this); }

  leaveOpen() { return entry.leaveOpen(this); }

  touch() { this.touched = { mono: performance.now(), wall: Date.now() }; }

  rested() { return entry.rested(this); }

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

/** @param {string} agent @returns {State['shell']} */
function shellOf(agent) {
  if (!/MicroMessenger/i.test(agent)) return '';
  return /iPhone|iPad|iPod/i.test(agent) ? 'wechat-ios' : 'wechat';
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
    unlock: (pin) => s.unlock(pin), setLock: (pin) => s.setLock(pin), lock: () => s.lock(), leaveOpen: () => s.leaveOpen(),
    pref: entry.pref, renew: () => s.renewer(),
  };
}
