// @ts-check
// 今天: whom to see and why, what was promised; nothing has to be touched to
// know it. One strip about the network, and only when it matters.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {addDays, monthDay, today as now, weekday} from '../day.js';
import {comma, dots, empty, facts, headOf, keepFile, last, moment, put, reason, runs, section, waiting, when} from './common.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Home} Home */
/** @typedef {import('./common.js').Matter} Matter */
/** @typedef {import('./common.js').Page} Page */

/** How many days before its day a home comes to the top, as at the desk. */
const ahead = 14;
const shown = 6;

/**
 * Visits that were begun and not saved; ids of homes.
 * @type {string[]}
 */
let begun = [];
/** How many were begun for homes that are no longer in the list. */
let lone = 0;
let looked = 0; // age of the list they were looked for in
/**
 * The promise that is being ticked off, with the word about it.
 * @type {{id: string, words: string}|null}
 */
let ticking = null;

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function today(f) {
  const day = now();
  const sub = () => {
    const me = f.phone.me(), village = me && (me.villages.find((v) => v.id === me.village) || {name: ''}).name;
    return t('today.sub', {day: monthDay(day), weekday: weekday(day, true)}) + (village ? comma() + village : '');
  };
  const body = h('div', null,
    f.live(() => {
      if (f.phone.state.listAt !== looked) void looking(f); // the list came anew
      return [strip(f), card(f)];
    }),
    f.live(() => whom(f)),
    f.live(() => promised(f)),
    h('nav', {class: 'links', 'aria-label': t('today.links')},
      h('a', {class: 'btn', href: '#/diary'}, icon('book'), t('web.menu.diary')),
      h('a', {class: 'btn', href: '#/nights'}, icon('bed'), t('today.stays'))),
    f.live(() => figures(f)),
    f.live(() => age(f)));
  void looking(f);
  return {title: t('today.title'), sub, tab: '', body};
}

/**
 * Drafts whose home is no longer mine: no list of homes leads to them.
 * @param {Frame} f
 * @param {string[]} names
 */
export function strays(f, names) {
  return f.phone.state.listAt ? names.filter((n) => /^(visit|advise):/.test(n) && !f.phone.home(n.slice(n.indexOf(':') + 1))) : [];
}

/**
 * Looks for what was begun; it is shown when it was found.
 * @param {Frame} f
 */
async function looking(f) {
  looked = f.phone.state.listAt;
  const names = await f.phone.drafts().catch(() => /** @type {string[]} */ ([]));
  const next = f.phone.homes().map((x) => x.id).filter((id) => names.indexOf('visit:' + id) >= 0);
  const far = strays(f, names).length;
  if (next.join() === begun.join() && far === lone) return;
  begun = next;
  lone = far;
  f.refresh();
}

/**
 * The one strip. What needs a hand comes before what only has to be known.
 * @param {Frame} f
 */
export function strip(f) {
  const s = f.phone.state, n = s.waiting;
  const see = (/** @type {string} */ key) => h('a', {class: 'txt', href: '#/box'}, t(key));
  const send = () => h('button', {class: 'txt', type: 'button', 'data-at': 'send', onclick: () => void f.phone.send()}, t('phone.send_now'));
  /** @param {string} look @param {string} sign @param {any} words @param {any} act */
  const line = (look, sign, words, act) => h('div', {class: 'net ' + look, role: 'status'}, look && icon(sign), h('p', null, words), act);
  if (s.expired) return line('w', 'key', t('phone.net.expired'), h('a', {class: 'txt', href: '#/enter'}, t('phone.enter')));
  if (s.held) {
    const all = f.box.filter((i) => i.state === 'held'), why = all[0] && all[0].reasons[0];
    const one = why && all.every((i) => i.reasons[0] && saying(i.reasons[0]) === saying(why));
    return line('w', 'alert', one ? t('phone.net.held', {n: s.held, why: saying(why)}) : t('phone.net.held_plain', {n: s.held}), see('phone.open_it'));
  }
  if (s.relock) return line('w', 'lock', t('phone.relock'), h('a', {class: 'txt', href: '#/lock'}, t('phone.relock_set')));
  if (s.fleeting) return line('w', 'alert', t('phone.net.fleeting'), null);
  if (n && s.full) return line('w', 'alert', t('phone.net.full', {n}), send());
  if (n && s.oldest && Date.now() - s.oldest > 3 * 864e5) {
    return line('w', 'clock', t('phone.net.old', {n, day: monthDay(addDays(now(), -Math.floor((Date.now() - s.oldest) / 864e5)))}),
      h('span', {class: 'acts'}, s.net === 'none' ? see('phone.see') : send(), h('button', {class: 'txt', type: 'button', 'data-at': 'file', onclick: () => void keepFile(f)}, t('phone.as_file'))));
  }
  if (n && s.net === 'none') return line('', 'cloudoff', [h('b', null, t('phone.net.offline')), h('br'), t('phone.net.offline_n', {n})], see('phone.see'));
  if (n && s.net === 'weak' && !s.sending) return line('', 'cloudoff', t('phone.net.weak'), send());
  if (n && s.kept === false) return line('w', 'alert', t('phone.not_kept'), send());
  if (lone) return line('w', 'pen', t('phone.net.stray', {n: lone}), see('phone.see'));
  if (s.renewed) return line('i', 'download', t('phone.net.renewed'), h('button', {class: 'txt', type: 'button', 'data-at': 'renew', onclick: () => f.phone.renew()}, t('phone.renew')));
  return null;
}

/** @param {{key: string, args?: Record<string, any>, text: string}} r without its full stop */
export function saying(r) { return (r.text || t(r.key, r.args)).replace(/[。.]$/, ''); }

/**
 * Once, in a browser inside WeChat on an iPhone: how to get out of it.
 * @param {Frame} f
 */
function card(f) {
  if (f.phone.state.shell !== 'wechat-ios' || f.phone.pref('wechat_seen')) return null;
  return h('section', {class: 'info'}, h('p', null, t('phone.wechat')), h('button', {class: 'txt', type: 'button', onclick: () => { f.phone.pref('wechat_seen', true); f.refresh(); }}, t('phone.seen')));
}

/** @param {Frame} f what takes the place of a list that is not there */
export function missing(f) {
  const s = f.phone.state;
  if (s.gone72) return h('section', {class: 'info'}, h('p', null, h('b', null, t('phone.gone72'))), h('p', null, t('phone.gone72_how')));
  if (!s.listAt) return h('section', {class: 'info'}, h('p', null, t('phone.first_load')));
  return null;
}

/** @param {Frame} f */
function whom(f) {
  const none = missing(f), all = f.phone.homes();
  if (none && !all.length) return none;
  const edge = addDays(now(), ahead);
  const turn = all.filter((x) => x.due && x.due.by <= edge).sort((a, b) => order(a, b));
  const rest = all.filter((x) => turn.indexOf(x) < 0);
  return [section('today.due', all.length && t('today.due_n', {n: turn.length, of: all.length})),
    turn.length ? h('ul', {class: 'list'}, turn.map((x) => row(f, x))) : empty(t(all.length ? 'today.due_none' : 'today.no_homes')),
    turn.length && rest.length ? h('p', {class: 'after'}, h('a', {class: 'txt', href: '#/homes'}, t('today.rest', {n: rest.length}), icon('right'))) : null];
}

/** @param {Home} a @param {Home} b */
function order(a, b) { return a.due && b.due && a.due.by !== b.due.by ? (a.due.by < b.due.by ? -1 : 1) : a.initials < b.initials ? -1 : 1; }

/** @param {Frame} f @param {Home} x */
function row(f, x) {
  const going = begun.indexOf(x.id) >= 0, why = reason(x);
  return h('li', {class: 'hh'}, h('div', null,
    h('h3', null, h('a', {href: '#/home/' + x.id}, x.head), h('small', null, facts(x))),
    h('p', {class: 'num'}, last(x), why && comma(), why), dots(x), waiting(f, x.id)),
  h('a', {class: 'go', href: '#/visit/' + x.id, 'aria-label': t(going ? 'phone.go_on_with' : 'today.record_for', {name: x.head})}, icon('pen'), t(going ? 'phone.go_on' : 'web.tab.record')));
}

/** @param {Frame} f */
function promised(f) {
  if (missing(f) && !f.phone.homes().length) return null;
  const all = f.phone.matters().filter((m) => m.mine && (runs(m) || (m.pending && m.pending !== 'closed')));
  const soon = addDays(now(), 3), over = all.filter((m) => runs(m) && m.due && m.due < now()).length, near = all.filter((m) => runs(m) && m.due && m.due >= now() && m.due <= soon).length;
  return [section('today.promised', over || near ? [over > 0 && t('today.over', {n: over}), over > 0 && near > 0 && comma(), near > 0 && t('today.near', {n: near})] : all.length ? t('today.promised_n', {n: all.length}) : ''),
    all.length ? h('ul', {class: 'list todo'}, all.slice(0, shown).map((m) => promise(f, m))) : empty(t('today.promised_none')),
    all.length > shown ? h('p', {class: 'after'}, h('a', {class: 'txt', href: '#/matters'}, t('today.all_matters'), icon('right'))) : null];
}

/** @param {Frame} f @param {Matter} m */
function promise(f, m) {
  const told = !runs(m), may = m.moves.indexOf('answer') >= 0 && !told;
  if (ticking && ticking.id === m.id && may) return telling(f, m);
  return h('li', {class: told && 'told'},
    told ? h('span', {class: 'done on'}, h('span', null, icon('check'))) :
      may ? h('button', {class: 'done', type: 'button', 'data-at': 'tick-' + m.id, onclick: () => { ticking = {id: m.id, words: ''}; f.refresh('#told'); }}, h('span', null, icon('check')), h('b', {class: 'vh'}, t('today.tick', {title: m.title}))) : h('span'),
    h('div', null, h('a', {href: '#/matter/' + m.id}, h('b', null, m.title), h('small', null, headOf(f, m.home)))),
    told ? h('span', {class: 'when'}, t('phone.ticked')) : when(m));
}

/**
 * The word about what came of it stands before the save, so that one record
 * tells both.
 * @param {Frame} f
 * @param {Matter} m
 */
function telling(f, m) {
  const mine = /** @type {{id: string, words: string, wrong?: boolean}} */ (ticking);
  const input = h('input', {type: 'text', id: 'told', value: mine.words, maxlength: 1000, placeholder: t('phone.told_word'), autocomplete: 'off', required: true, 'aria-invalid': mine.wrong ? 'true' : null, 'aria-describedby': mine.wrong ? 'told-wrong' : null, oninput: () => { mine.words = input.value; }});
  const tell = async () => {
    const words = input.value.trim();
    if (!words) { mine.wrong = true; f.refresh('#told'); return; }
    const done = await put(f, {kind: 'matter.move', body: {appeal: m.id, move: 'answer', outcome: 'solved', words}, title: t('today.tick', {title: m.title})});
    if (!done) return;
    ticking = null;
    f.refresh();
  };
  return h('li', {class: 'telling'}, h('p', null, icon('check'), h('b', null, t('today.tick', {title: m.title}))),
    h('label', {class: 'vh', for: 'told'}, t('phone.told_word')), input,
    mine.wrong ? h('p', {class: 'wrong', id: 'told-wrong'}, t('appeal.result_needed')) : null,
    h('div', {class: 'acts'}, h('button', {class: 'btn p', type: 'button', onclick: () => void tell()}, t('visit.save')), h('button', {class: 'txt', type: 'button', onclick: () => { ticking = null; f.refresh('[data-at="tick-' + m.id + '"]'); }}, t('phone.not_yet'))));
}

/**
 * What the plans ask of me and what is done, as the server reckoned when the
 * list was made. What has not been sent is told beside it and never added.
 * @param {Frame} f
 */
export function figures(f) {
  const all = f.phone.figures();
  if (!all.length) return null;
  return [section('phone.figures'), h('ul', {class: 'list far'}, all.map((g) => {
    const n = f.box.filter((i) => i.kind === kinds[g.duty] && (i.state === 'saved' || i.state === 'sending')).length;
    return h('li', null, h('div', null, h('b', null, t(g.duty)), h('small', null, g.campaign)), h('span', {class: 'num'}, t('quota.line', {due: g.due, unit: t(g.unit), done: g.done}), g.waits ? h('small', null, t('quota.beside.waiting', {n: g.waits, unit: t(g.unit)})) : null, n ? h('small', {class: 'wait'}, t('phone.more_waiting', {n})) : null));
  }))];
}

/** @type {Record<string, string>} the kind of record a duty is made of */
const kinds = {'quota.duty.visits': 'visit.record', 'quota.duty.stay_days': 'stay.week'};

/** @param {Frame} f */
export function age(f) {
  const s = f.phone.state;
  return s.listAt ? h('p', {class: 'age'}, t('phone.list_at', {at: moment(s.listAt)})) : null;
}
