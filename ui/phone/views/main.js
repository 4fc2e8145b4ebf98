// @ts-check
// The frame around every screen: which one is shown, the bar above, the tabs
// below, the short message, the question. Screens are functions that give
// nodes; the address after # says which.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {clockOf} from '../day.js';
import {today} from './today.js';
import {homes, home, advise} from './homes.js';
import {visit, amend} from './visit.js';
import {matters, matter, raise} from './matters.js';
import {diary, thought} from './diary.js';
import {nights} from './nights.js';
import {box, draft, item} from './box.js';
import {me, about, lockSetting} from './me.js';
import {signIn, lockScreen, lostScreen, welcome, opening} from './gate.js';

/** @typedef {import('./common.js').Page} Page */
/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').View} View */
/** @typedef {import('../types.js').Phone} Phone */
/** @typedef {import('../types.js').State} State */

/** @type {Record<string, View>} */
const routes = {'': today, homes, home, advise, visit, amend, matters, matter, raise, diary, thought, nights, box, item, draft, me, about, lock: lockSetting, enter: signIn, welcome};

const tabs = [
  {tab: '', href: '#/', icon: 'today', key: 'web.tab.today'},
  {tab: 'homes', href: '#/homes', icon: 'home', key: 'web.tab.households'},
  {tab: 'record', href: '#/visit', icon: 'pen', key: 'web.tab.record'},
  {tab: 'matters', href: '#/matters', icon: 'list', key: 'web.tab.promises'},
  {tab: 'me', href: '#/me', icon: 'me', key: 'web.tab.me'},
];

/**
 * Shows the app and keeps it in step with the store.
 * @param {Phone} phone
 * @param {HTMLElement} root
 */
export function start(phone, root) {
  const bar = h('header'), main = h('main', {id: 'main', tabindex: '-1'}), below = h('footer', {class: 'below'});
  const skip = h('a', {class: 'skip', href: '#main', onclick: (/** @type {Event} */ e) => { e.preventDefault(); main.focus(); }}, t('web.skip'));
  const say = h('p', {role: 'status', 'aria-live': 'polite'}), act = h('span');
  const note = h('div', {class: 'toast', hidden: true}, say, act);
  root.textContent = '';
  root.append(skip, bar, main, below, note);

  /** @type {{box: HTMLElement, draw: () => any}[]} */
  let parts = [];
  let turn = 0, delivered = phone.state.delivered;
  const trail = [location.hash];
  /** @type {Map<string, number>} */
  const heights = new Map();
  /** @type {number|undefined} */
  let timer;

  /** @type {Frame} */
  const f = {
    phone, box: [],
    live(draw) {
      const box = h('div', {class: 'live'});
      parts.push({box, draw});
      fill(box, draw);
      return box;
    },
    go(hash) { location.hash = hash; },
    back() { if (trail.length > 1) history.back(); else location.replace(up); },
    refresh(to) {
      for (const x of parts) fill(x.box, x.draw, true);
      const e = to && main.querySelector(to);
      if (e instanceof HTMLElement) e.focus();
    },
    redraw() { void show(true); },
    toast(text, does) {
      clearTimeout(timer);
      act.textContent = '';
      say.textContent = '';
      note.hidden = false;
      // A new text in a region that was empty is read out; the same text twice would not be.
      setTimeout(() => { say.textContent = text; }, 20);
      if (does) act.append(h('button', {class: 'txt', type: 'button', onclick: () => { hush(); does.run(); }}, does.label));
      const end = () => { timer = window.setTimeout(() => { if (note.contains(document.activeElement)) end(); else hush(); }, 5000); };
      end();
    },
    ask,
  };
  const hush = () => { clearTimeout(timer); note.hidden = true; say.textContent = ''; act.textContent = ''; };
  let up = '#/';

  /**
   * Draws a part and, when it differs from what stands there, puts it in place
   * without losing where the finger or the reader was.
   * @param {HTMLElement} box
   * @param {() => any} draw
   * @param {boolean} [asked] by the person himself
   */
  function fill(box, draw, asked) {
    const at = document.activeElement;
    // Nothing is pulled away under somebody who is writing.
    if (!asked && at instanceof HTMLInputElement && at.type === 'text' && box.contains(at)) return;
    const next = h('div', {class: 'live'}, draw());
    if (next.isEqualNode(box)) return;
    const id = at && box.contains(at) ? at.getAttribute('href') || at.id || at.getAttribute('data-at') : '';
    box.textContent = '';
    while (next.firstChild) box.appendChild(next.firstChild);
    if (!id) return;
    for (const e of Array.from(box.querySelectorAll('a,button,input'))) {
      if (e instanceof HTMLElement && (e.getAttribute('href') || e.id || e.getAttribute('data-at')) === id) { e.focus({preventScroll: true}); return; }
    }
  }

  /** @returns {View|null} a screen that comes before all others */
  function gate() {
    const s = phone.state;
    if (!s.ready) return opening;
    if (s.lost) return lostScreen;
    if (s.locked && where().name !== 'enter') return lockScreen;
    if (!s.signedIn) return signIn;
    if (!phone.pref('welcomed')) return welcome;
    return null;
  }

  function where() {
    const [, name, arg] = /^#?\/?([^/]*)\/?(.*)$/.exec(location.hash) || [];
    return {name: name || '', arg: decodeURIComponent(arg || '')};
  }

  /** @type {View|null} */
  let shown = null;
  /** @type {(() => string)|null} the line below the title */
  let under = null;

  /**
   * Shows the screen the address names.
   * @param {boolean} [same] drawn again in place
   */
  async function show(same) {
    const mine = ++turn, before = gate(), {name, arg} = where(), view = before || routes[name] || today;
    parts = [];
    /** @type {Page} */
    let p;
    try {
      p = await view(f, arg);
    } catch (e) {
      if (mine !== turn) return;
      if (phone.state.locked) p = lockScreen(f);
      else throw e;
    }
    if (mine !== turn) return;
    shown = before;
    up = p.up || '#/';
    document.title = (p.outside || p.title) + ' · ' + t('web.product');
    root.className = 'app' + (before || p.tab === undefined ? ' task' : ' tabbed') + (before && before !== welcome ? ' bare' : '');
    head(p, before);
    main.textContent = '';
    main.append(p.body);
    below.textContent = '';
    if (p.foot) below.append(p.foot);
    if (p.tab !== undefined && !before) {
      below.append(h('nav', {class: 'tabs', 'aria-label': t('web.tab.label')}, tabs.map((x) => h('a', {href: x.href, class: x.tab === 'record' && 'rec', 'aria-current': x.tab === p.tab && 'page'}, h('span', null, icon(x.icon)), t(x.key)))));
    }
    roomy();
    if (same) return;
    const at = heights.get(location.hash) || 0;
    window.scrollTo(0, at && turn > 1 ? at : 0);
    const first = /** @type {HTMLElement|null} */ (main.querySelector('[data-first]'));
    if (turn > 1 || before) (first || main).focus({preventScroll: true});
  }

  /**
   * The bar above.
   * @param {Page} p
   * @param {View|null} before
   */
  function head(p, before) {
    bar.textContent = '';
    under = null;
    const title = h('h1', null, p.title);
    if (before && before !== welcome) { bar.className = 'bare'; bar.append(h('span', {class: 'seal', 'aria-hidden': 'true'}, t('web.seal')), h('div', null, h('b', null, t('web.product')), h('small', null, t('web.motto')))); return; }
    chip();
    if (p.tab !== undefined || before) {
      bar.className = 'top';
      under = typeof p.sub === 'function' ? p.sub : null;
      bar.append(h('div', null, title, p.sub && h('p', {class: 'num'}, under ? under() : p.sub)), net);
    } else {
      bar.className = 'bar';
      bar.append(h('a', {class: 'back', href: up, 'aria-label': t('web.back'), onclick: (/** @type {Event} */ e) => { e.preventDefault(); f.back(); }}, icon('back')), title, net);
    }
  }

  /** What stays in sight must leave room for what one is writing: with very large letters it stays at its place. */
  function roomy() { root.classList.toggle('low', root.classList.contains('task') && below.offsetHeight > window.innerHeight / 5); }

  /** What the network is doing, said only when it matters. */
  const net = h('span', {role: 'status'});
  function chip() {
    const s = phone.state;
    const text = s.sending ? t('phone.net.sending', {i: s.sending.i, n: s.sending.n}) : s.net === 'none' ? t('phone.net.none') : '';
    if (net.textContent === text && net.className) return;
    net.className = 'chip' + (s.sending ? ' on' : text ? ' off' : ' still');
    net.textContent = '';
    if (text) net.append(icon(s.sending ? 'send' : 'cloudoff'), text);
  }

  addEventListener('hashchange', () => {
    const now = location.hash;
    // Back is back, and not one more step forward.
    if (trail.length > 1 && trail[trail.length - 2] === now) trail.pop(); else trail.push(now);
    void show();
  });
  addEventListener('resize', roomy);
  addEventListener('scroll', () => { heights.set(trail[trail.length - 1], window.scrollY); }, {passive: true});
  // 大字 is remembered on the phone.
  const size = () => { const n = phone.pref('size'); document.documentElement.classList.toggle('size-2', n === 2); document.documentElement.classList.toggle('size-3', n === 3); };
  size();

  let first = true;
  phone.on((s) => {
    const line = bar.querySelector('.num');
    if (under && line && s.signedIn && !s.locked) line.textContent = under();
    size();
    chip();
    if (s.delivered && s.delivered !== delivered) f.toast(t('phone.delivered', {at: clockOf(new Date(s.delivered))}));
    delivered = s.delivered;
    if (first || gate() !== shown) { first = false; void show(); }
    void phone.box().then((all) => { f.box = all; }, () => { f.box = []; }).then(() => { for (const p of parts) fill(p.box, p.draw); });
  });
}

/**
 * Asks something before it cannot be undone. Phones of 2021 have no dialog
 * element that opens; they get the same box, with the focus kept inside.
 * @param {string} text
 * @param {{value: string, label: string, look?: string}[]} acts
 * @returns {Promise<string>} value of the button, "" when the question was put aside
 */
function ask(text, acts) {
  return new Promise((done) => {
    const from = document.activeElement;
    const q = h('p', {id: 'ask-q'}, text);
    const modal = typeof HTMLDialogElement === 'function' && 'showModal' in HTMLDialogElement.prototype;
    const end = (/** @type {string} */ v) => {
      if (modal) /** @type {HTMLDialogElement} */ (box).close();
      shell.remove();
      if (from instanceof HTMLElement) from.focus({preventScroll: true});
      done(v);
    };
    const buttons = acts.map((a) => h('button', {class: 'btn ' + (a.look || ''), type: 'button', onclick: () => end(a.value)}, a.label));
    const inside = [q, h('div', {class: 'acts'}, buttons)];
    /** @type {HTMLElement} */
    const box = modal ? h('dialog', {class: 'ask', 'aria-labelledby': 'ask-q'}, inside) : h('div', {class: 'ask', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': 'ask-q'}, inside);
    const shell = modal ? box : h('div', {class: 'veil'}, box);
    box.addEventListener('cancel', (e) => { e.preventDefault(); end(''); });
    box.addEventListener('keydown', (e) => {
      if (modal) return;
      if (e.key === 'Escape') end('');
      const i = buttons.indexOf(/** @type {any} */ (document.activeElement));
      if (e.key === 'Tab') { e.preventDefault(); buttons[(i + (e.shiftKey ? buttons.length - 1 : 1)) % buttons.length].focus(); }
    });
    document.body.append(shell);
    if (modal) /** @type {HTMLDialogElement} */ (box).showModal();
    buttons[0].focus();
  });
}
