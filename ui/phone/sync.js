// Sending what waits and fetching what changed. Only an answer of the server
// counts: the browser's word about the network is a reason to try, no more.
import { batch, chain, fitting, portions, wire } from './box.js';
import { alone, call, NetFault } from './net.js';

const FIRST = 5000; // back-off, doubled up to MOST_WAIT
const MOST_WAIT = 5 * 60000;
const EVERY = 60000; // while the page is visible and something waits
const REGULAR = 10 * 60000; // what was taken away is gone from an open page, too
const SOON = 45000; // an answer to records
const LATER = 115000; // and to a photograph, over a very weak line

/** @typedef {import('./store.js').Store} Store */

export class Sync {
  /** @param {Store} store */
  constructor(store) {
    this.s = store;
    /**
     * Rows in the request under way.
     * @type {Set<string>}
     */
    this.going = new Set();
    this.told = 0;
    this.stopped = false;
    /** @type {Promise<void>|null} */
    this.running = null;
    this.again = false;
    this.wait = 0; // back-off in force
    this.failedAt = -1;
    this.lastTry = -EVERY;
    this.lastPull = -REGULAR;
    /** @type {any} */
    this.timer = 0;
    this.due = Infinity;
    this.behind = false; // delivered since the last pull
  }

  start() {
    void this.resume();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async resume() {
    // A sign-out without signal left the session's cookie behind.
    try {
      const old = localStorage.getItem('lianxin-logout');
      if (old && !this.s.state.signedIn) {
        await call('POST', 'logout', { device: old }).catch((e) => { if (!(e instanceof NetFault && e.what === 'refused')) throw e; });
        localStorage.removeItem('lianxin-logout');
      }
    } catch (e) { /* tried again at the next opening */ }
    await this.run(true);
  }

  /**
   * In a moment: after the five seconds in which a record may be taken back.
   * @param {number} ms
   */
  soon(ms) {
    const at = performance.now() + ms;
    if (this.stopped || at >= this.due) return;
    clearTimeout(this.timer);
    this.due = at;
    this.timer = setTimeout(() => {
      this.due = Infinity;
      void this.run(false);
    }, Math.max(0, ms + 20));
  }

  /** A reason to try at once: opened, seen again, online, signed in. */
  now() { void this.run(true); }

  /** 现在送: without the five seconds. */
  async send() {
    if (this.running) await this.running;
    await this.run(true, true);
  }

  /** Each quarter of a minute. */
  tick() {
    if (this.stopped || document.visibilityState !== 'visible') return;
    const now = performance.now();
    if (now - this.lastPull >= REGULAR) { void this.run(true); return; }
    if (this.s.rows.length === 0 || this.s.state.expired) return;
    if (now - this.lastTry < EVERY || (this.wait > 0 && now - this.failedAt < this.wait)) return;
    void this.run(false);
  }

  /**
   * One round: push until nothing is left, then fetch.
   * @param {boolean} asked   a reason beyond the timer: the back-off does not count
   * @param {boolean} [all]   also what was saved within the last five seconds
   * @returns {Promise<void>}
   */
  run(asked, all) {
    if (this.stopped || this.s.ended || !this.s.pair) return Promise.resolve();
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = (async () => {
      try {
        const mine = await alone(this.s.db, this.s.tab, (renew) => this.round(asked, !!all, renew));
        this.wait = 0;
        if (!mine && this.s.rows.length > 0) this.soon(3000); // another tab is at it; look again
      } catch (e) {
        this.failed(e);
      } finally {
        this.going.clear();
        if (!this.stopped) this.s.set({ sending: null });
        this.running = null;
        if (this.again) { this.again = false; this.soon(200); } else if (this.wait > 0) this.soon(this.wait);
      }
    })();
    return this.running;
  }

  /** @param {any} e */
  failed(e) {
    if (this.stopped) return;
    if (e instanceof NetFault && e.what !== 'refused') this.s.set({ net: e.what });
    this.failedAt = performance.now();
    this.wait = Math.min(MOST_WAIT, this.wait === 0 ? FIRST : this.wait * 2);
  }

  /** @param {boolean} asked @param {boolean} all @param {() => Promise<void>} renew */
  async round(asked, all, renew) {
    const s = this.s;
    this.lastTry = performance.now();
    await s.reload();
    if (s.ended) return;
    if (!s.state.signedIn) {
      // Somebody who has signed in before and whose phone waits for the password
      // still hears whether the phone was marked lost.
      if (s.who && (asked || s.state.lost)) await this.hello();
      return;
    }
    if (s.state.expired && asked) {
      await this.hello(); // also tells whether the office is there and the phone lost
      return;
    }
    if (s.state.expired) return;
    try {
      const sent = await this.push(all, renew);
      if (sent > 0) this.behind = true;
      const now = performance.now();
      if (s.key && (this.behind || s.cursor === '' || (asked && now - this.lastPull > 20000) || now - this.lastPull >= REGULAR)) {
        await renew();
        await this.pull();
      } else if (asked && !s.key) await this.hello();
    } catch (e) {
      if (e instanceof NetFault && (e.status === 401 || e.status === 403)) {
        if (await this.hello()) await this.expire();
        return;
      }
      throw e;
    }
  }

  async expire() {
    const s = this.s;
    if (!s.who) return;
    s.who = { ...s.who, expired: true };
    await s.db.run('readwrite', ['meta'], async (tx) => { tx.put('meta', 'who', s.who); });
    s.set({ expired: true, net: 'ok' });
    s.tell();
  }

  /** Asks whether this phone is known. False when it is lost and was wiped. */
  async hello() {
    const s = this.s;
    const a = await call('POST', 'hello', { device: s.device.id });
    s.set({ net: 'ok' });
    if (a.state === 'lost') {
      await this.lost();
      return false;
    }
    if (a.seal && a.seal.point && (!s.server || s.server.id !== a.seal.id) && s.who) {
      s.server = a.seal;
      await s.db.run('readwrite', ['meta'], async (tx) => { tx.put('meta', 'server', a.seal); });
    }
    return true;
  }

  /**
   * Sends what is due.
   * @param {boolean} all
   * @param {() => Promise<void>} renew
   */
  async push(all, renew) {
    const s = this.s;
    let sent = 0;
    let again = 0;
    /** @type {Set<string>} */
    const silent = new Set(); // not in the answer: sent again another time
    const total = s.rows.length;
    for (;;) {
      const t = s.clock.step();
      const account = s.who ? s.who.account : '';
      const here = new Set(s.rows.map((r) => r.id));
      // A photograph follows its visit.
      const ready = s.rows.filter((r) => r.account === account && !silent.has(r.id) && !(r.of && here.has(r.of)) && (s.key || !s.sealedHeld.has(r.id)) && (all || r.tried || t - r.t >= s.patience - 50));
      if (ready.length === 0) break;
      await renew();
      const picked = batch(ready);
      const before = s.device;
      const rows = await this.signed(picked);
      if (rows === null) { // one was taken back meanwhile
        if (++again > 3) break; // whatever it is, it can wait for the next round
        await s.reload();
        continue;
      }
      this.going = new Set(rows.map((r) => r.id));
      s.set({ sending: { i: sent, n: Math.max(total, sent + rows.length) } });
      s.changed();
      /** @type {any} */
      let a;
      try {
        a = await call('POST', 'push', { device: s.device.id, operations: rows.map((r) => wire(r, s.device.id, s.clock.step())) }, rows.some((r) => r.of) ? LATER : SOON);
      } catch (e) {
        if (e instanceof NetFault && e.unsent) await this.unsign(picked, before);
        // One the server can do nothing with must not stop the others: from now
        // on each of these goes alone, those that were refused alone go last.
        if (e instanceof NetFault && e.what === 'refused' && e.status !== 401 && e.status !== 403) {
          await this.mark(rows, (r) => ({ ...r, bad: r.bad + 2 }));
          s.set({ net: 'ok' });
          if (rows.length > 1) continue;
          silent.add(rows[0].id);
          continue;
        }
        throw e;
      } finally {
        this.going = new Set();
      }
      if (!Array.isArray(a.results)) throw new NetFault('weak');
      s.set({ net: 'ok' });
      await s.heard();
      if (!s.key) for (const r of a.results) if (r.status === 'held') s.sealedHeld.add(r.id);
      sent += await s.answered(a.results);
      for (const r of rows) if (s.rows.some((x) => x.id === r.id)) silent.add(r.id);
      s.set({ sending: { i: sent, n: Math.max(total, sent) } });
    }
    // What was saved a moment ago, also before the page was opened anew, has its turn.
    const t = s.clock.step();
    const young = s.rows.filter((r) => !r.tried && t - r.t < s.patience).map((r) => s.patience - (t - r.t));
    if (young.length > 0) this.soon(Math.max(100, Math.min(...young)));
    if (silent.size > 0 && this.wait === 0) this.soon(EVERY);
    return sent;
  }

  /**
   * Signs and marks rows as tried; null when one of them is no longer there.
   * @param {import('./box.js').Row[]} rows
   */
  async signed(rows) {
    const s = this.s;
    const made = await chain(rows, s.device, /** @type {CryptoKey} */ (/** @type {CryptoKeyPair} */ (s.pair).privateKey));
    const out = made.rows.map((r) => ({ ...r, tried: true }));
    const ok = await s.db.run('readwrite', ['box', 'meta'], async (tx) => {
      if ((await tx.get('meta', 'device')).seq !== s.device.seq) return false; // a file was made meanwhile
      for (const r of out) if (!await tx.get('box', r.id)) return false;
      for (const r of out) tx.put('box', r.id, r);
      tx.put('meta', 'device', made.device);
      return true;
    });
    if (!ok) return null;
    s.device = /** @type {any} */ (made.device);
    this.swap(out);
    return out;
  }

  /**
   * Nothing left the phone: what was signed for this try alone, the end of the
   * chain, is as before and can still be taken back.
   * @param {import('./box.js').Row[]} picked
   * @param {Store['device']} device
   */
  async unsign(picked, device) {
    const s = this.s;
    const fresh = picked.filter((r) => !r.sig);
    const back = await s.db.run('readwrite', ['box', 'meta'], async (tx) => {
      if ((await tx.get('meta', 'device')).seq !== s.device.seq) return false;
      for (const r of fresh) tx.put('box', r.id, r);
      tx.put('meta', 'device', device);
      return true;
    });
    if (!back) return;
    s.device = device;
    this.swap(fresh);
  }

  /** @param {import('./box.js').Row[]} rows @param {(r: import('./box.js').Row) => import('./box.js').Row} fn */
  async mark(rows, fn) {
    const out = rows.map(fn);
    await this.s.db.run('readwrite', ['box'], async (tx) => {
      for (const r of out) if (await tx.get('box', r.id)) tx.put('box', r.id, r);
    });
    this.swap(out);
  }

  /** @param {import('./box.js').Row[]} rows */
  swap(rows) {
    const by = new Map(rows.map((r) => [r.id, r]));
    this.s.rows = this.s.rows.map((r) => by.get(r.id) || r);
  }

  async pull() {
    const s = this.s;
    const before = this.told;
    const a = await call('GET', 'pull?device=' + encodeURIComponent(s.device.id) + '&cursor=' + encodeURIComponent(s.cursor), undefined, 90000);
    if (typeof a.cursor !== 'string') throw new NetFault('weak');
    s.set({ net: 'ok' });
    await s.heard();
    this.lastPull = performance.now();
    if (!s.key || s.ended) return; // the lock closed meanwhile
    await s.apply(a, before);
    this.behind = false;
  }

  /** @param {string} user @param {string} password @param {string} back  the sealed key of a lock @param {boolean} [again] @returns {Promise<{text: string}|{account: string, key: import('./seal.js').ServerKey, cache: string}>} */
  async enter(user, password, back, again = true) {
    const s = this.s;
    try {
      const a = await call('POST', 'enter', { username: user, password, device: s.device.id, key: s.device.point, label: label(), cache: back || undefined });
      s.set({ net: 'ok' });
      return { account: a.cadre, key: a.seal, cache: typeof a.cache === 'string' ? a.cache : '' };
    } catch (e) {
      // Somebody else signed in here before: a phone without his records takes a
      // new number.
      if (e instanceof NetFault && again && e.key === 'offline.device_taken' && s.rows.length === 0 && await s.renumber()) return this.enter(user, password, '', false);
      if (e instanceof NetFault && e.what === 'refused') {
        s.set({ net: 'ok' });
        if (e.key === 'offline.device_taken' && s.rows.length > 0) return { text: s.t('phonebox.others_here', { n: s.rows.length }) };
        return { text: e.text || s.t('phonebox.refused') };
      }
      if (e instanceof NetFault && e.what !== 'refused') s.set({ net: e.what });
      return { text: s.t('phonebox.no_signal') };
    }
  }

  /** Ends the session at the office. */
  logout() { return call('POST', 'logout', { device: this.s.device.id }, 8000); }

  /** Marked lost: what can be read goes at once, what waits is handed over signed, then everything goes. */
  async lost() {
    const s = this.s;
    s.set({ lost: true, dropped: (await s.draftsLying()).length });
    await s.turn(() => s.dropCache({ all: true, barred: true }));
    const rows = await this.signed(s.rows);
    const all = rows || [];
    for (const part of portions(all)) {
      await call('POST', 'leave', { device: s.device.id, operations: part.map((r) => wire(r, s.device.id, s.clock.step())) }, part.some((r) => r.of) ? LATER : SOON);
    }
    const dropped = s.state.dropped;
    await s.wipe(true);
    s.set({ lost: true, dropped });
  }

  /**
   * The unsent records as a file for the office: sealed and signed, one a line.
   * @returns {Promise<Blob>}
   */
  async file() {
    const s = this.s;
    if (this.running) await this.running;
    /** @type {import('./box.js').Row[]|null} */
    let rows = null;
    for (let i = 0; rows === null && i < 5; i++) {
      await s.reload();
      const made = await chain(fitting(s.rows), s.device, /** @type {CryptoKey} */ (/** @type {CryptoKeyPair} */ (s.pair).privateKey));
      const ok = await s.db.run('readwrite', ['box', 'meta'], async (tx) => {
        if ((await tx.get('meta', 'device')).seq !== s.device.seq) return false;
        for (const r of made.rows) if (!await tx.get('box', r.id)) return false;
        // A copy may reach the office from now on: it can no longer be taken back.
        for (const r of made.rows) tx.put('box', r.id, { ...r, tried: true });
        tx.put('meta', 'device', made.device);
        return true;
      });
      if (!ok) continue;
      s.device = /** @type {any} */ (made.device);
      rows = made.rows.map((r) => ({ ...r, tried: true }));
      this.swap(rows);
    }
    const t = s.clock.step();
    const made = new Date();
    const head = { format: 'lianxin-outbox-1', device: s.device.id, account: s.who ? s.who.account : '', key: s.device.point, made: made.toISOString() };
    const lines = [JSON.stringify(head)].concat((rows || []).map((r) => JSON.stringify(wire(r, s.device.id, t))));
    const name = s.t('phonebox.file_name', { date: made.toISOString().slice(0, 10) });
    const parts = [lines.join('\n') + '\n'];
    try {
      return new File(parts, name, { type: 'application/octet-stream' });
    } catch (e) {
      return new Blob(parts, { type: 'application/octet-stream' });
    }
  }
}

/** What the office sees of the phone beside its number: never more than the browser tells every site. */
function label() {
  const m = /\(([^)]*)\)/.exec(navigator.userAgent);
  return (m ? m[1] : navigator.platform || '').slice(0, 80);
}
