// @ts-check
// What comes before everything else: signing in, the lock, the three cards of
// the first run, and a phone that was marked lost.
import {composing, h, icon} from '../dom.js';
import {t} from '../texts.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Page} Page */

/** @returns {Page} */
export function opening() { return {title: t('web.product'), body: h('div', {class: 'gatebox', 'aria-busy': 'true'}, h('h1', null, t('phone.opening')))}; }

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function signIn(f) {
  const user = h('input', {type: 'text', id: 'user', autocomplete: 'username', autocapitalize: 'off', autocorrect: 'off', spellcheck: 'false', maxlength: 32, 'data-first': true});
  const pass = h('input', {type: 'password', id: 'pass', autocomplete: 'current-password', maxlength: 200});
  const show = h('button', {class: 'txt', type: 'button', 'aria-pressed': 'false', onclick: () => { const on = pass.type === 'password'; pass.type = on ? 'text' : 'password'; show.setAttribute('aria-pressed', String(on)); show.textContent = t(on ? 'phone.hide' : 'phone.show'); }}, t('phone.show'));
  const wrong = h('p', {class: 'wrong', role: 'alert', hidden: true});
  const button = h('button', {class: 'btn p full'}, t('phone.enter'));
  const again = f.phone.state.signedIn;
  const go = async () => {
    if (!user.value.trim() || !pass.value) { say(t('phone.enter_both')); (user.value.trim() ? pass : user).focus(); return; }
    button.disabled = true;
    button.textContent = t('phone.entering');
    try {
      const r = await f.phone.signIn(user.value.trim(), pass.value);
      if (!r.ok) say(r.text);
      else if (f.phone.state.relock) f.go('#/lock');
      else if (again) f.go('#/');
    } catch (e) {
      say(t('phone.enter_no_net'));
    }
    button.disabled = false;
    button.textContent = t('phone.enter');
  };
  const say = (/** @type {string} */ text) => { wrong.hidden = false; wrong.textContent = ''; wrong.append(icon('alert'), h('span', null, text)); };
  const e = h('form', {class: 'gatebox', novalidate: true, onsubmit: (/** @type {Event} */ ev) => { ev.preventDefault(); void go(); }},
    h(again ? 'h2' : 'h1', null, t(again ? 'phone.enter_again' : 'phone.enter_title')), again && h('p', {class: 'lead2'}, t('phone.enter_kept')),
    f.phone.state.fleeting && h('p', {class: 'info w'}, t('phone.fleeting')),
    h('div', {class: 'f'}, h('label', {for: 'user'}, t('phone.user')), user), h('div', {class: 'f'}, h('label', {for: 'pass'}, t('phone.pass')), h('div', {class: 'asking'}, pass, show)), wrong, button,
    h('p', {class: 'hint'}, t('phone.enter_forgot')));
  e.addEventListener('keydown', (ev) => { if (ev.key === 'Enter' && composing(ev)) ev.preventDefault(); });
  return {title: t(again ? 'phone.enter_again' : 'phone.enter_title'), up: '#/', body: h('div', null, e, h('p', {class: 'holds'}, icon('lock'), h('span', null, t('phone.will_hold'))))};
}

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function lockScreen(f) {
  let tries = f.phone.state.tries || 0;
  const pin = h('input', {type: 'password', id: 'pin', inputmode: 'numeric', pattern: '[0-9]*', maxlength: 6, autocomplete: 'off', class: 'pin', 'data-first': true});
  const wrong = h('p', {class: 'wrong', role: 'alert', hidden: true});
  const other = h('p', null, h('a', {class: 'txt', href: '#/enter'}, t('phone.lock_forgot')));
  let busy = false;
  pin.addEventListener('input', async () => {
    pin.value = pin.value.replace(/[^0-9]/g, '');
    if (pin.value.length < 6 || busy) return;
    busy = true;
    const ok = await f.phone.unlock(pin.value);
    busy = false;
    if (ok) return;
    tries = Math.max(tries + 1, f.phone.state.tries || 0);
    pin.value = '';
    say();
    if (tries < 5) pin.focus();
  });
  // The digits count no more after five wrong tries, right ones neither: the
  // field goes, so that nobody comes to the tenth without knowing.
  const say = () => {
    wrong.hidden = !tries;
    wrong.textContent = '';
    wrong.append(icon('alert'), h('span', null, tries < 5 ? t('phone.lock_wrong', {n: 5 - tries}) : t('phone.lock_wrong_many')));
    asks.hidden = tries >= 5;
  };
  const asks = h('div', {class: 'f'}, h('label', {for: 'pin'}, t('phone.lock_enter')), pin);
  say();
  return {title: t('phone.locked'), body: h('form', {class: 'gatebox', onsubmit: (/** @type {Event} */ e) => e.preventDefault()}, h('h1', null, t('phone.locked')), asks, wrong, other)};
}

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function lostScreen(f) {
  const n = f.phone.state.dropped;
  return {title: t('phone.lost'), body: h('div', {class: 'gatebox'}, h('h1', null, t('phone.lost')), h('p', null, t('phone.lost_what')), n ? h('p', null, t('phone.lost_drafts', {n})) : null, h('p', null, t('phone.lost_how')))};
}

/**
 * The three cards of the first run, in one sight.
 * @param {Frame} f
 * @returns {Page}
 */
export function welcome(f) {
  const apple = /iPhone|iPad|iPod/.test(navigator.userAgent), again = Boolean(f.phone.pref('welcomed'));
  /** @type {[string, string, string][]} */
  const cards = [['device', 'phone.card1', f.phone.state.shell ? 'phone.card1_wechat' : apple ? 'phone.card1_apple' : 'phone.card1_android'], ['cloudoff', 'phone.card2', 'phone.card2_what'], ['eye', 'phone.card3', 'phone.card3_what']];
  if (f.phone.state.fleeting) { cards.shift(); cards[0] = ['cloudoff', 'phone.card_fleeting', 'phone.fleeting']; }
  const done = () => { f.phone.pref('welcomed', true); if (again) f.back(); else { f.go('#/'); f.redraw(); } };
  return {title: t('phone.learn'), up: '#/me', body: h('ol', {class: 'cards'}, cards.map(([sign, head, what]) => h('li', {class: 'box'}, icon(sign), h('div', null, h('h2', null, t(head)), h('p', null, t(what)))))),
    foot: h('div', {class: 'foot'}, h('button', {class: 'btn p', type: 'button', onclick: done}, t(again ? 'phone.seen' : 'phone.start')))};
}
