// The phone's small database: four stores with keys given from outside. Where
// the browser refuses IndexedDB (private windows, some programs' inner
// browsers) the same calls work on memory, and `kept` says so.

/** @typedef {'keys'|'box'|'copy'|'meta'} StoreName */

/**
 * What one transaction can do. Nothing else may be awaited inside it, or the
 * browser commits it early.
 * @typedef {object} Tx
 * @property {(store: StoreName, key: string) => Promise<any>} get
 * @property {(store: StoreName) => Promise<[string, any][]>} all
 * @property {(store: StoreName) => Promise<string[]>} keys
 * @property {(store: StoreName, key: string, value: any) => void} put
 * @property {(store: StoreName, key: string) => void} del
 * @property {(store: StoreName) => void} clear
 */

/**
 * @typedef {object} DB
 * @property {boolean} kept  it outlives the page
 * @property {<T>(mode: 'readonly'|'readwrite', stores: StoreName[], fn: (tx: Tx) => Promise<T>) => Promise<T>} run
 * @property {() => void} close
 * @property {() => Promise<void>} destroy
 */

const NAME = 'lianxin';
/** @type {StoreName[]} */
const STORES = ['keys', 'box', 'copy', 'meta'];

/**
 * Opens the database; memory when that is refused.
 * @param {() => void} [lost]  another tab deletes or the browser took it away
 * @returns {Promise<DB>}
 */
export async function openDB(lost = () => {}) {
  try {
    return await openIndexed(lost);
  } catch (e) {
    return memory();
  }
}

/** @param {() => void} lost @returns {Promise<DB>} */
async function openIndexed(lost) {
  /** @type {IDBDatabase|null} */
  let db = await connect();
  let gone = false;
  /** @param {IDBDatabase} d */
  const mind = (d) => {
    d.onversionchange = () => { gone = true; d.close(); db = null; lost(); };
    // iOS takes the connection away from a page in the background.
    d.onclose = () => { if (db === d) db = null; };
  };
  mind(db);
  /** @type {DB['run']} */
  const run = async (mode, stores, fn) => {
    for (let again = false; ; again = true) {
      if (gone) throw new Error('gone'); // what is late must not make it anew
      if (!db) {
        db = await connect();
        mind(db);
      }
      /** @type {IDBTransaction} */
      let t;
      try {
        // "strict" waits for the disk where the browser knows the word.
        t = /** @type {any} */ (db).transaction(stores, mode, mode === 'readwrite' ? { durability: 'strict' } : undefined);
      } catch (e) {
        if (again || /** @type {any} */ (e).name !== 'InvalidStateError') throw e;
        db = null;
        continue;
      }
      return within(t, fn);
    }
  };
  return {
    kept: true, run,
    close: () => { if (db) db.close(); },
    destroy: () => {
      gone = true;
      if (db) db.close();
      return remove();
    },
  };
}

/** @returns {Promise<IDBDatabase>} */
function connect() {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined' || !indexedDB) { reject(new Error('no IndexedDB')); return; }
    const r = indexedDB.open(NAME, 1);
    // Some inner browsers never answer; a page that waits for ever is worse than
    // one that keeps its records only while it stays open.
    const late = setTimeout(() => reject(new Error('IndexedDB does not answer')), 8000);
    r.onupgradeneeded = () => { for (const s of STORES) r.result.createObjectStore(s); };
    r.onerror = () => { clearTimeout(late); reject(r.error); };
    r.onsuccess = () => { clearTimeout(late); resolve(r.result); };
  });
}

/**
 * Runs fn in a transaction and gives its result once that is on the disk.
 * @template T
 * @param {IDBTransaction} t
 * @param {(tx: Tx) => Promise<T>} fn
 * @returns {Promise<T>}
 */
function within(t, fn) {
  return new Promise((resolve, reject) => {
    /** @type {any} */
    let out;
    /** @type {any} */
    let failure = null;
    t.oncomplete = () => resolve(out);
    t.onabort = () => reject(failure || t.error || new Error('aborted'));
    /** @param {IDBRequest} r @returns {Promise<any>} */
    const ask = (r) => new Promise((yes, no) => { r.onsuccess = () => yes(r.result); r.onerror = () => no(r.error); });
    fn({
      get: (s, k) => ask(t.objectStore(s).get(k)),
      all: (s) => {
        const o = t.objectStore(s);
        return Promise.all([ask(o.getAllKeys()), ask(o.getAll())]).then(([ks, vs]) => ks.map((/** @type {any} */ k, /** @type {number} */ i) => [String(k), vs[i]]));
      },
      keys: (s) => ask(t.objectStore(s).getAllKeys()),
      put: (s, k, v) => { t.objectStore(s).put(v, k); },
      del: (s, k) => { t.objectStore(s).delete(k); },
      clear: (s) => { t.objectStore(s).clear(); },
    }).then((v) => { out = v; }, (e) => {
      failure = e;
      try { t.abort(); } catch (done) { reject(e); }
    });
  });
}

/**
 * Deletes the database; waits at most a few seconds for other tabs.
 * @returns {Promise<void>}
 */
function remove() {
  return new Promise((/** @type {(v?: any) => void} */ resolve) => {
    const r = indexedDB.deleteDatabase(NAME);
    r.onsuccess = r.onerror = () => resolve();
    setTimeout(resolve, 4000);
  });
}

/** @returns {DB} */
export function memory() {
  /** @type {Map<StoreName, Map<string, any>>} */
  let all = new Map(STORES.map((s) => [s, new Map()]));
  /** @type {Promise<any>} */
  let last = Promise.resolve();
  const of = (/** @type {StoreName} */ s) => /** @type {Map<string, any>} */ (all.get(s));
  return {
    kept: false,
    run(_mode, _stores, fn) {
      const turn = last.then(async () => {
        const before = new Map(Array.from(all, ([s, m]) => [s, new Map(m)]));
        try {
          return await fn({
            get: async (s, k) => of(s).get(k),
            all: async (s) => Array.from(of(s)),
            keys: async (s) => Array.from(of(s).keys()),
            put: (s, k, v) => { of(s).set(k, v); },
            del: (s, k) => { of(s).delete(k); },
            clear: (s) => of(s).clear(),
          });
        } catch (e) {
          all = before;
          throw e;
        }
      });
      last = turn.catch(() => {});
      return turn;
    },
    close() {},
    async destroy() { all = new Map(STORES.map((s) => [s, new Map()])); },
  };
}
