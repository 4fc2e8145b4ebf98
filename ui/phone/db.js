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
function openIndexed(lost) {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === 'undefined' || !indexedDB) { reject(new Error('no IndexedDB')); return; }
    const r = indexedDB.open(NAME, 1);
    // iOS 14.6 and some inner browsers never answer; a page that waits for ever
    // is worse than one that keeps its records only while it stays open.
    const late = setTimeout(() => reject(new Error('IndexedDB does not answer')), 5000);
    r.onupgradeneeded = () => { for (const s of STORES) r.result.createObjectStore(s); };
    r.onerror = () => { clearTimeout(late); reject(r.error); };
    r.onsuccess = () => {
      clearTimeout(late);
      const db = r.result;
      db.onversionchange = () => { db.close(); lost(); };
      db.onclose = () => lost();
      resolve(indexed(db));
    };
  });
}

/** @param {IDBDatabase} db @returns {DB} */
function indexed(db) {
  return {
    kept: true,
    run(mode, stores, fn) {
      return new Promise((resolve, reject) => {
        /** @type {IDBTransaction} */
        let t;
        try {
          // "strict" waits for the disk where the browser knows the word.
          t = /** @type {any} */ (db).transaction(stores, mode, mode === 'readwrite' ? { durability: 'strict' } : undefined);
        } catch (e) { reject(e); return; }
        /** @type {any} */
        let out;
        /** @type {any} */
        let failure = null;
        t.oncomplete = () => resolve(out);
        t.onerror = () => reject(failure || t.error);
        t.onabort = () => reject(failure || t.error || new Error('aborted'));
        /** @param {IDBRequest} r @returns {Promise<any>} */
        const ask = (r) => new Promise((yes, no) => { r.onsuccess = () => yes(r.result); r.onerror = () => no(r.error); });
        fn({
          get: (s, k) => ask(t.objectStore(s).get(k)),
          all: (s) => {
            const o = t.objectStore(s);
            return Promise.all([ask(o.getAllKeys()), ask(o.getAll())]).then(([ks, vs]) => ks.map((/** @type {any} */ k, /** @type {number} */ i) => [String(k), vs[i]]));
          },
          put: (s, k, v) => { t.objectStore(s).put(v, k); },
          del: (s, k) => { t.objectStore(s).delete(k); },
          clear: (s) => { t.objectStore(s).clear(); },
        }).then((v) => { out = v; }, (e) => {
          failure = e;
          try { t.abort(); } catch (done) { reject(e); }
        });
      });
    },
    close: () => db.close(),
    destroy: () => {
      db.close();
      return remove();
    },
  };
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
