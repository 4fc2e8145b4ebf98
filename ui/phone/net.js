// One request to the office. An answer is what the server itself wrote: a
// captive portal's page is none.

export class NetFault extends Error {
  /**
   * @param {'none'|'weak'|'refused'} what  nobody there, no answer of ours, or a refusal
   * @param {number} [status]
   * @param {string} [text]
   * @param {string} [key]  of the message
   */
  constructor(what, status = 0, text = '', key = '') {
    super(what + ' ' + status);
    this.what = what;
    this.status = status;
    this.text = text;
    this.key = key;
    /** Nothing can have reached the server. */
    this.unsent = false;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {number} [limit]  ms
 * @returns {Promise<any>}
 */
export async function call(method, path, body, limit = 30000) {
  const off = navigator.onLine === false;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limit);
  try {
    /** @type {Response} */
    let res;
    try {
      res = await fetch('/api/v1/offline/' + path, {
        method, credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: stop.signal,
        headers: body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch (e) {
      const f = new NetFault(stop.signal.aborted ? 'weak' : 'none');
      f.unsent = off && navigator.onLine === false;
      throw f;
    }
    const kind = res.headers.get('Content-Type') || '';
    if (!/^application\/(problem\+)?json/.test(kind)) throw new NetFault('weak', res.status);
    /** @type {any} */
    let out;
    try {
      out = await res.json();
    } catch (e) {
      throw new NetFault('weak', res.status); // cut in the middle
    }
    if (res.ok) return out;
    const said = out && (out.detail || out.title) || '';
    throw new NetFault(res.status >= 500 || res.status === 429 ? 'weak' : 'refused', res.status, String(said), String(out && out.key || ''));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs fn when no other tab runs it; gives false when one does.
 * @param {import('./db.js').DB} db
 * @param {string} me
 * @param {(renew: () => Promise<void>) => Promise<void>} fn
 */
export async function alone(db, me, fn) {
  const locks = /** @type {any} */ (navigator).locks;
  if (locks && db.kept) {
    return locks.request('lianxin-send', { ifAvailable: true }, async (/** @type {any} */ lock) => {
      if (!lock) return false;
      await fn(async () => {});
      return true;
    });
  }
  // Without the browser's locks: a lease that runs out by itself.
  const LEASE = 75000;
  const take = () => db.run('readwrite', ['meta'], async (tx) => {
    const l = await tx.get('meta', 'lease');
    const now = Date.now();
    if (l && l.by !== me && l.until > now && l.until < now + 2 * LEASE) return false;
    tx.put('meta', 'lease', { by: me, until: now + LEASE });
    return true;
  });
  if (!await take()) return false;
  try {
    await fn(async () => { if (!await take()) throw new NetFault('weak'); });
  } finally {
    await db.run('readwrite', ['meta'], async (tx) => {
      const l = await tx.get('meta', 'lease');
      if (l && l.by === me) tx.del('meta', 'lease');
    });
  }
  return true;
}
