// Who may read here: signing in and out, the lock of six digits, the deleting of
// what is readable, and what is remembered outside the database.
import { close, givenBack, lockedKey, open, plainKey, unwrap } from './keys.js';

/** @typedef {import('./store.js').Store} Store */

export const DEAD = 72 * 3600000; // without a word from the office
export const REST = 5 * 60000; // the lock closes by itself

/** @param {Store} store @param {string} user @param {string} password @returns {Promise<{ok: true}|{ok: false, text: string}>} */
export async function signIn(store, user, password) {
  if (!crypto.subtle || !store.pair) return { ok: false, text: store.t('phonebox.insecure') };
  if (store.ended) { location.reload(); return { ok: false, text: '' }; }
  await store.reload();
  const shut = () => !store.key || store.tries >= 5;
  const row = shut() ? await store.db.run('readonly', ['keys'], (tx) => tx.get('keys', 'cache')) : null;
  const said = await store.sync.enter(user, password, row && row.wrapped && row.back || '');
  if ('text' in said) return { ok: false, text: said.text };
  const other = !!store.who && store.who.account !== said.account;
  if (store.rows.some((r) => r.account !== said.account)) {
    await store.sync.logout().catch(() => {});
    return { ok: false, text: store.t('phonebox.others_records') };
  }
  const fresh = await plainKey();
  const back = said.cache && !other ? await givenBack(said.cache).catch(() => null) : null;
  const drafts = await store.draftsLying();
  await store.turn(async () => {
    await store.db.run('readwrite', ['keys', 'copy', 'meta'], async (tx) => {
      const cache = await tx.get('keys', 'cache');
      // The password opens what six digits lock: with the key the server gives
      // back. Without it what was wrapped is deleted and the list fetched anew.
      const opens = back && cache && row && cache.g === row.g;
      if (!cache || other || (cache.wrapped && shut())) {
        if (!opens) tx.clear('copy');
        tx.put('keys', 'cache', { g: (cache ? cache.g : 0) + 1, key: opens ? back : fresh });
        if (cache && cache.wrapped && !other) tx.put('meta', 'relock', { dropped: opens ? 0 : drafts.length });
      }
      tx.put('meta', 'tries', 0);
      tx.put('meta', 'who', { account: said.account });
      tx.put('meta', 'server', said.key);
      if (other) tx.put('meta', 'forgotten', []);
    });
    await store.reloadNow();
  });
  store.touch();
  await store.heard();
  store.set({ lost: false });
  store.sync.now();
  return { ok: true };
}

/** @param {Store} store @param {'asked'|'forced'} how */
export async function signOut(store, how) {
  await store.reload();
  const waiting = store.rows.length;
  if (how !== 'forced' && waiting > 0) return { ok: false, waiting };
  await store.wipe(false);
  return { ok: true, waiting: 0 };
}

/**
 * Deletes everything this program keeps in the browser.
 * @param {Store} store
 * @param {boolean} lost  nobody shall sign in on this page again
 */
export async function wipe(store, lost) {
  const device = store.device.id;
  store.ended = true;
  store.key = null;
  store.server = null;
  store.who = null;
  store.empty();
  store.rows = [];
  store.drafts.clear();
  if (store.channel) store.channel.postMessage('ended');
  await store.db.destroy();
  forgetPrefs();
  // The session's cookie is out of reach of scripts: the server takes it, now
  // or at the next opening.
  remember('lianxin-logout', device);
  await store.sync.logout().then(() => remember('lianxin-logout', ''), () => {});
  // The shell stays: nothing of anybody is in it, and the next one who signs in
  // has to be able to open it without signal.
  const none = { signedIn: false, locked: false, hasLock: false, expired: false, gone72: false, sending: null, waiting: 0, oldest: 0, held: 0, listAt: 0 };
  if (!lost) {
    store.g = 0;
    store.n = 0;
    store.tries = 0;
    store.forgotten = [];
    store.ended = false;
    await store.begin();
  }
  store.set(none);
}

/**
 * Deletes what is readable except drafts, which are unsent words of one's own.
 * @param {Store} store
 * @param {{gone72?: boolean, barred?: boolean, all?: boolean}} how
 */
export async function dropCache(store, how) {
  const who = store.who ? { ...store.who } : null;
  if (who && how.gone72) who.gone72 = true;
  if (who && how.barred) { who.barred = true; who.expired = true; }
  const g = store.g + 1;
  const key = how.all ? await plainKey() : null;
  await store.db.run('readwrite', ['keys', 'copy', 'meta'], async (tx) => {
    for (const [place] of await tx.all('copy')) if (how.all || !place.startsWith('draft:')) tx.del('copy', place);
    if (how.all) {
      tx.put('keys', 'cache', { g, key });
      tx.put('meta', 'tries', 0);
    }
    if (who) tx.put('meta', 'who', who);
  });
  if (how.all) { store.g = g; store.key = key; store.tries = 0; }
  store.who = who;
  store.empty();
  store.state = { ...store.state, listAt: 0, gone72: !!(who && who.gone72), ...(how.all ? { locked: false, hasLock: false } : {}), signedIn: !!who && !who.barred, expired: !!(who && who.expired) };
  store.changed();
  store.tell();
}

/**
 * After 72 hours without contact the list goes; what waits stays.
 * @param {Store} store
 */
export async function checkContact(store) {
  store.clock.step();
  if (store.ended || !store.who || store.who.gone72 || store.clock.age < DEAD) return;
  // Another tab may have heard the office.
  await store.keepClock();
  if (store.clock.age < DEAD) return;
  await store.turn(() => store.dropCache({ gone72: true }));
}

/** @param {Store} store @param {string} pin */
export async function unlock(store, pin) {
  const tries = await store.db.run('readwrite', ['meta'], async (tx) => {
    const n = (await tx.get('meta', 'tries') || 0) + 1;
    tx.put('meta', 'tries', n); // counted before it is tried: a kill gives no try for nothing
    return n;
  });
  store.tries = tries;
  store.set({ tries });
  if (tries >= 10) {
    await store.turn(() => store.dropCache({ all: true, barred: true }));
    remember('lianxin-logout', store.device.id);
    await store.sync.logout().then(() => remember('lianxin-logout', ''), () => {});
    return false;
  }
  if (tries > 5) {
    store.set({ expired: true });
    return false;
  }
  const cache = await store.db.run('readonly', ['keys'], (tx) => tx.get('keys', 'cache'));
  if (!cache || !cache.wrapped) { await store.reload(); return true; }
  const key = await unwrap(cache.wrapped, pin);
  if (!key) {
    if (tries === 5) store.set({ expired: true });
    return false;
  }
  await store.turn(async () => {
    store.key = key;
    store.g = cache.g;
    await store.db.run('readwrite', ['meta'], async (tx) => { tx.put('meta', 'tries', 0); });
    await store.reloadNow();
  });
  store.touch();
  await store.checkContact();
  store.sync.now();
  return true;
}

/**
 * Everything readable goes under a new key.
 * @param {Store} store
 * @param {string} pin
 */
export function setLock(store, pin) {
  return store.turn(async () => {
    const old = store.need();
    if (pin !== '' && !/^[0-9]{6}$/.test(pin)) throw new Error('pin');
    /** @type {{key: CryptoKey, wrapped?: any, back?: string}} */
    const made = pin === '' ? { key: await plainKey() } : await lockedKey(pin, store.server, store.device.id, store.who ? store.who.account : '');
    const all = await store.db.run('readonly', ['copy'], (tx) => tx.all('copy'));
    /** @type {[string, Uint8Array][]} */
    const closed = [];
    for (const [place, c] of all) {
      try {
        closed.push([place, await close(made.key, place, await open(old, place, c))]);
      } catch (e) { /* of a key that is gone */ }
    }
    const g = store.g + 1;
    await store.under(['copy', 'meta'], async (tx) => {
      tx.clear('copy');
      for (const [place, c] of closed) tx.put('copy', place, c);
      tx.put('keys', 'cache', made.wrapped ? { g, wrapped: made.wrapped, back: made.back } : { g, key: made.key });
      tx.del('meta', 'relock');
      tx.put('meta', 'tries', 0);
    });
    store.key = made.key;
    store.g = g;
    store.set({ hasLock: pin !== '', relock: false, dropped: 0 });
    store.tell();
  });
}

/**
 * The person knows that the lock is off and leaves it so.
 * @param {Store} store
 */
export async function leaveOpen(store) {
  await store.db.run('readwrite', ['meta'], async (tx) => { tx.del('meta', 'relock'); });
  store.set({ relock: false, dropped: 0 });
}

/** @param {Store} store */
export function lock(store) {
  if (!store.state.hasLock || !store.key || store.state.locked) return;
  store.closing = true;
  store.set({ locked: true });
  // Drafts and records under way are written first; they need the key.
  const under = Array.from(store.drafts.values(), (d) => d.done);
  void Promise.all(under.map((p) => p && p.catch(() => {}))).then(() => store.turn(async () => {
    store.key = null;
    store.closing = false;
    store.empty();
    store.state = { ...store.state, locked: true, listAt: 0 };
    store.changed();
  }));
}

/** @param {Store} store */
export function rested(store) {
  return Math.max(performance.now() - store.touched.mono, Date.now() - store.touched.wall) >= REST;
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
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

export function forgetPrefs() {
  for (const k of Object.keys(prefs)) delete prefs[k];
  try {
    for (const k of Object.keys(localStorage)) if (k.startsWith(PREF)) localStorage.removeItem(k);
  } catch (e) { /* nothing was kept */ }
}
