// @ts-check
// 我的: letters, lock, what this phone holds, the way out.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {call, comma, field, foot, form, keepFile, section, sound} from './common.js';
import {age, figures} from './today.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Page} Page */

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function me(f) {
  const body = h('div', null, f.live(() => {
    const m = f.phone.me(), s = f.phone.state, n = s.waiting + s.held, size = f.phone.pref('size') || 1, lang = document.documentElement.lang;
    const row = (/** @type {string} */ href, /** @type {string} */ sign, /** @type {string} */ text, /** @type {any} */ extra) => h('li', null, h('a', {class: 'way', href}, icon(sign), h('span', null, text), extra ? h('small', {class: 'num'}, extra) : null, icon('right')));
    return [
      m ? h('div', {class: 'tops'}, h('div', {class: 'row'}, h('div', null, h('b', {class: 'name'}, m.name), h('p', {class: 'dim'}, [m.township, m.unit, m.post].filter(Boolean).join(t('today.dot')))))) : null,
      h('ul', {class: 'list'}, row('#/box', 'send', t('phone.box'), n ? t('phone.box_n', {n}) : t('phone.none')), row('#/diary', 'book', t('diary.title'), null), row('#/nights', 'bed', t('today.stays'), null)),
      figures(f),
      section('phone.letters'),
      h('div', {class: 'box'}, h('span', {class: 'sizes', role: 'group', 'aria-label': t('web.size.label')}, [1, 2, 3].map((i) => h('button', {type: 'button', 'data-at': 'size' + i, 'aria-pressed': size === i && 'true', onclick: () => { f.phone.pref('size', i); grow(i); f.refresh(); }}, t('web.size.' + i)))),
        h('span', {class: 'sizes', role: 'group', 'aria-label': t('phone.language')}, [['zh-CN', 'web.lang.zh'], ['en', 'web.lang.en']].map(([k, w]) => h('button', {type: 'button', lang: k, 'data-at': k, 'aria-pressed': lang === k && 'true', onclick: () => speak(f, k)}, t(w))))),
      section('phone.this_phone'),
      h('ul', {class: 'list'}, row('#/lock', 'lock', t('phone.lock'), t(s.hasLock ? 'phone.on' : 'phone.off')),
        s.hasLock ? h('li', null, h('button', {class: 'way', type: 'button', onclick: () => f.phone.lock()}, icon('lock'), h('span', null, t('phone.lock_now')))) : null,
        h('li', {class: 'way still'}, icon('device'), h('span', null, t('phone.used'), s.kept === false && h('small', null, t(s.fleeting ? 'phone.net.fleeting' : 'phone.not_kept')), !s.worker && h('small', null, t('phone.no_worker'))), h('small', {class: 'num'}, bytes(s.used)))),
      section('phone.help'),
      h('ul', {class: 'list'}, row('#/about', 'eye', t('phone.about'), null), row('#/welcome', 'plan', t('phone.learn'), null),
        h('li', {class: 'way still'}, icon('alert'), h('span', null, t('web.foot.feedback'), h('small', null, t('phone.feedback_how'))), m && m.complaints ? call(m.complaints, t('web.foot.feedback'), true) : null),
        m && m.office.phone ? h('li', {class: 'way still'}, icon('home'), h('span', null, m.office.name), call(m.office.phone, m.office.name, true)) : null),
      h('div', {class: 'acts pad'}, h('button', {class: 'btn bad', type: 'button', 'data-at': 'out', onclick: () => void leave(f)}, t('phone.out'))),
      age(f)];
  }));
  return {title: t('web.tab.me'), tab: 'me', body};
}

/** @param {number} n */
function grow(n) { document.documentElement.classList.toggle('size-2', n === 2); document.documentElement.classList.toggle('size-3', n === 3); }

/**
 * The words are part of the shell; without one that stays, starting again
 * where there is no signal would end the app.
 * @param {Frame} f
 * @param {string} lang
 */
function speak(f, lang) {
  if (lang === document.documentElement.lang) return;
  if (!f.phone.state.worker && f.phone.state.net === 'none') { f.toast(t('phone.language_later')); return; }
  f.phone.pref('lang', lang);
  location.reload();
}

/** @param {number} n */
function bytes(n) { return n < 1e6 ? Math.max(1, Math.round(n / 1e3)) + ' KB' : (n / 1e6).toFixed(1) + ' MB'; }

/** @param {Frame} f */
async function leave(f) {
  const n = f.phone.state.waiting, drafts = (await f.phone.drafts().catch(() => [])).length;
  if (n) {
    const a = await f.ask(t('phone.out_waiting', {n}) + (drafts ? t('phone.out_drafts', {n: drafts}) : ''), [{value: 'send', label: t('phone.send_first'), look: 'p'}, {value: 'file', label: t('phone.as_file')}, {value: 'out', label: t('phone.out_anyway'), look: 'bad'}, {value: 'no', label: t('phone.stay')}]);
    if (a === 'send') {
      await f.phone.send();
      f.go('#/box');
      if (f.phone.state.waiting && f.phone.state.net !== 'ok') f.toast(t('phone.no_signal_now'));
      return;
    }
    if (a === 'file') { await keepFile(f); return; }
    if (a !== 'out') return;
  } else if (await f.ask(t('phone.out_ask') + (drafts ? t('phone.out_drafts', {n: drafts}) : ''), [{value: 'no', label: t('phone.stay')}, {value: 'out', label: t('phone.out'), look: 'bad'}]) !== 'out') return;
  const done = await f.phone.signOut(n ? 'forced' : 'asked');
  // Something was saved in another window in between: it is asked about, too.
  if (done.ok) f.go('#/'); else f.toast(t('phone.out_waiting', {n: done.waiting}));
}

/** @returns {Page} */
export function about() {
  const no = ['place', 'photo', 'online', 'rank', 'secret', 'peers'], yes = ['holds', 'sealed', 'gone', 'honest'];
  return {title: t('phone.about'), up: '#/me', body: h('div', null,
    section('phone.about_not'), h('ul', {class: 'list says'}, no.map((k) => h('li', null, icon('cross'), h('span', null, t('phone.about_not.' + k))))),
    section('phone.about_holds'), h('ul', {class: 'list says'}, yes.map((k) => h('li', null, icon('check'), h('span', null, t('phone.about_holds.' + k))))))};
}

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function lockSetting(f) {
  const has = f.phone.state.hasLock;
  const pin = () => h('input', {type: 'password', inputmode: 'numeric', maxlength: 6, autocomplete: 'off', class: 'pin'});
  const one = pin(), two = pin();
  const e = form('', f.phone.state.relock && h('section', {class: 'info w'}, h('p', null, t('phone.relock')), f.phone.state.dropped ? h('p', null, t('phone.relock_dropped', {n: f.phone.state.dropped})) : null,
      h('button', {class: 'txt', type: 'button', onclick: async () => { await f.phone.leaveOpen(); f.go('#/'); }}, t('phone.relock_not'))),
    h('p', {class: 'lead2'}, t('phone.lock_how')), field('p-one', t('phone.lock_pin'), one), field('p-two', t('phone.lock_again'), two),
    has && h('p', null, h('button', {class: 'btn', type: 'button', onclick: async () => { await f.phone.setLock(''); f.back(); f.toast(t('phone.lock_off')); }}, t('phone.lock_take_off'))));
  const save = async () => {
    const wrongs = [];
    if (!/^[0-9]{6}$/.test(one.value)) wrongs.push({at: 'p-one', text: t('phone.lock_six')});
    else if (/^(.)\1{5}$/.test(one.value) || '0123456789'.indexOf(one.value) >= 0 || '9876543210'.indexOf(one.value) >= 0) wrongs.push({at: 'p-one', text: t('phone.lock_easy')});
    else if (one.value !== two.value) wrongs.push({at: 'p-two', text: t('phone.lock_other')});
    if (!sound(e, wrongs)) return;
    const anew = f.phone.state.relock;
    await f.phone.setLock(one.value);
    if (anew) f.go('#/'); else f.back();
    f.toast(t('phone.lock_on'));
  };
  return {title: t('phone.lock') + (has ? comma() + t('phone.on') : ''), up: '#/me', body: e, foot: foot(t('visit.save'), () => void save())};
}
