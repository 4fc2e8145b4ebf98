// @ts-check
// 走访户 and 一户: who is who, how to reach them, what happened there.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {monthDay} from '../day.js';
import {call, chosen, comma, dots, empty, facts, field, foot, form, group, keeping, last, marks, optional, pending, picks, put, place, reason, section, sound, tag, waiting, way, when} from './common.js';
import {age, missing} from './today.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Home} Home */
/** @typedef {import('./common.js').Matter} Matter */
/** @typedef {import('./common.js').Visit} Visit */
/** @typedef {import('./common.js').Page} Page */

/** What was asked for last; it stands when one comes back from a home. */
let asked = '';

/**
 * @param {Home} x
 * @param {string} q
 */
export function fits(x, q) {
  const w = q.trim().toLowerCase().replace(/\s+/g, '');
  if (!w) return true;
  if (/^[a-z]+$/.test(w)) return x.initials.indexOf(w) === 0 || x.pinyin.indexOf(w) === 0 || x.members.some((m) => m.initials.indexOf(w) === 0);
  const digits = w.replace(/[^0-9]/g, '');
  return [x.head, place(x), x.village, x.group, x.address, ...x.members.map((m) => m.name)].some((s) => s.toLowerCase().replace(/\s+/g, '').indexOf(w) >= 0) ||
    (digits.length > 2 && digits === w && [x.phone, ...x.members.map((m) => m.phone)].some((p) => p.replace(/[^0-9]/g, '').indexOf(digits) >= 0));
}

/**
 * A field that narrows a list while one types; a word that is being composed
 * is waited for.
 * @param {string} value
 * @param {(q: string) => void} say
 */
export function seek(value, say) {
  const input = h('input', {type: 'search', id: 'seek', value, placeholder: t('phone.seek'), autocomplete: 'off', autocapitalize: 'off', enterkeyhint: 'search',
    oninput: (/** @type {any} */ e) => { if (!e.isComposing) say(input.value); }, oncompositionend: () => say(input.value)});
  return h('div', {class: 'seek'}, h('label', {class: 'vh', for: 'seek'}, t('phone.seek')), icon('search'), input);
}

/** @param {Home[]} all by place, then by name */
export function sorted(all) { return all.slice().sort((a, b) => place(a) + ' ' + a.initials < place(b) + ' ' + b.initials ? -1 : 1); }

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function homes(f) {
  const list = f.live(() => {
    const all = sorted(f.phone.homes()), some = all.filter((x) => fits(x, asked)), many = new Set(all.map((x) => x.village)).size > 1;
    if (!all.length) return missing(f) || empty(t('today.no_homes'));
    if (!some.length) return empty(t('web.pick.none'));
    /** @type {[string, Home[]][]} */
    const groups = [];
    for (const x of some) {
      const g = groups[groups.length - 1], name = many ? place(x) : x.group;
      if (g && g[0] === name) g[1].push(x); else groups.push([name, [x]]);
    }
    return [groups.map(([name, xs]) => [h('h2', {class: 'grp'}, name), h('ul', {class: 'list'}, xs.map((x) => row(f, x)))]), age(f)];
  });
  const body = h('div', null, seek(asked, (q) => { asked = q; f.refresh(); }), list);
  return {title: t('web.tab.households'), sub: () => t('phone.homes_n', {n: f.phone.homes().length}), tab: 'homes', body};
}

/** @param {Frame} f @param {Home} x */
function row(f, x) {
  const tags = x.tags.slice(0, 2).map((k) => t(k)).join(t('web.comma'));
  const why = reason(x);
  return h('li', {class: 'hh'}, h('div', null, h('h3', null, h('a', {href: '#/home/' + x.id}, x.head), h('small', null, tags)), h('p', {class: 'num'}, last(x), why && comma(), why), waiting(f, x.id)), call(x.phone, x.head));
}

/**
 * @param {Frame} f
 * @param {string} id
 * @returns {Page}
 */
export function home(f, id) {
  const x = f.phone.home(id);
  if (!x) return {title: t('web.tab.households'), up: '#/homes', body: h('div', null, empty(t('phone.home_gone')))};
  const body = h('div', null, f.live(() => {
    const y = f.phone.home(id);
    return y ? inside(f, y) : empty(t('phone.home_gone'));
  }));
  return {title: x.head, outside: t('web.tab.households'), up: '#/homes', body, foot: h('div', {class: 'foot'}, h('a', {class: 'btn p', href: '#/visit/' + id}, icon('pen'), t('web.tab.record')))};
}

/** @param {Frame} f @param {Home} x */
function inside(f, x) {
  const me = f.phone.me(), ms = f.phone.matters(x.id), vs = f.phone.visits(x.id), why = reason(x);
  const open = ms.filter((m) => m.state !== 'closed' && m.state !== 'merged'), over = ms.filter((m) => open.indexOf(m) < 0);
  return [
    h('div', {class: 'tops'},
      h('div', {class: 'row'}, h('div', null, h('b', null, place(x)), x.address && h('p', {class: 'dim'}, x.address)), x.phone ? call(x.phone, x.head, true) : h('span', {class: 'dim'}, t('phone.no_number'))),
      h('div', {class: 'row'}, h('div', {class: 'fact'}, h('p', {class: 'num'}, last(x), why && comma(), why), dots(x), waiting(f, x.id), x.role === 'joint' && h('p', {class: 'dim'}, t('phone.joint'))))),
    x.tags.length || x.priority ? [section('phone.needs'), h('p', {class: 'tags box'}, x.priority && tag(t('phone.priority'), 'o'), x.tags.map((k) => tag(t(k))))] : null,
    section('phone.people', t('visit.people', {n: x.members.length})),
    x.members.length ? h('ul', {class: 'list people'}, x.members.map((m) => h('li', {class: 'hh'}, h('div', null, h('h3', null, m.name, h('small', {class: 'num'}, [m.relation, m.age >= 0 && t('phone.age', {n: m.age})].filter(Boolean).join(t('today.dot'))))), call(m.phone, m.name)))) : empty(t('phone.people_none')),
    section('phone.matters_of', open.length ? t('today.promised_n', {n: open.length}) : ''),
    open.length ? h('ul', {class: 'list todo plain'}, open.map((m) => matterRow(m))) : empty(t('today.promised_none')),
    over.length ? h('details', {class: 'more'}, h('summary', null, t('phone.matters_over', {n: over.length})), h('ul', {class: 'list todo plain'}, over.map((m) => matterRow(m)))) : null,
    section('phone.visits_of'),
    vs.length ? visits(vs) : empty(t('visit.never_yet')),
    section('phone.card'),
    x.card ? h('div', {class: 'box'}, h('p', {class: 'num'}, icon('card'), t('phone.card_n', {number: x.card.number, day: x.card.printed ? monthDay(x.card.printed) : '—'})), me && h('p', null, t('phone.card_on', {name: me.name, head: x.head})), x.card.state === 'stale' && h('p', {class: 'due'}, t('phone.card_stale'))) : empty(t('phone.card_none')),
    h('p', {class: 'after'}, h('a', {class: 'txt', href: '#/advise/' + x.id}, t('phone.advise'), icon('right'))),
  ];
}

/** @param {Matter} m */
export function matterRow(m) {
  const done = m.state === 'closed';
  return h('li', null, h('div', null, h('a', {href: '#/matter/' + m.id}, h('b', null, m.title), h('small', null, t('appeal.state.' + m.state), m.outcome && (done || m.state === 'answered') ? comma() + t('appeal.outcome.' + m.outcome) : ''), m.pending && h('small', null, pending(m.pending)))), done ? null : when(m));
}

/** @param {Visit[]} vs */
function visits(vs) {
  const li = (/** @type {Visit} */ v) => h('li', null, h('b', {class: 'num'}, monthDay(v.day)), h('small', null, way(v), v.mine ? '' : comma() + v.by), marks(v), h('p', {class: 'words'}, said(v)));
  return [h('ul', {class: 'list past'}, vs.slice(0, 4).map(li)), vs.length > 4 ? h('details', {class: 'more'}, h('summary', null, t('phone.visits_more', {n: vs.length - 4})), h('ul', {class: 'list past'}, vs.slice(4).map(li))) : null];
}

/** @param {Visit} v what was heard, or that all was as usual */
export function said(v) {
  const about = v.topics.map((k) => t('visit.topic.' + k)).join(t('web.comma'));
  return v.words || about || (v.usual ? t('visit.usual') : t('visit.no_words'));
}

/**
 * 改资料: a word to the office, which does the changing.
 * @param {Frame} f
 * @param {string} id
 * @returns {Promise<Page>}
 */
export async function advise(f, id) {
  const x = f.phone.home(id), key = 'advise:' + id;
  if (!x) return home(f, id);
  const d = await f.phone.draft(key) || {kind: '', member: '', value: '', words: ''};
  const kinds = ['phone', 'address', 'head', 'joined', 'left', 'deceased', 'moved', 'living', 'needs', 'other'];
  const value = h('input', {type: 'text', value: d.value, 'data-most': 200, autocomplete: 'off'});
  const words = h('textarea', {rows: 3, 'data-most': 500, value: d.words});
  const member = h('select', null, h('option', {value: ''}, t('phone.advise_home')), x.members.map((m) => h('option', {value: m.id, selected: m.id === d.member}, m.name)));
  const box = field('advise-value', t('phone.advise_value'), value), who = field('advise-member', [t('phone.advise_who'), optional()], member);
  const e = form('', h('p', {class: 'lead2'}, t('phone.advise_how')),
    group(t('phone.advise_kind'), picks('radio', 'kind', kinds.map((k) => ({value: k, label: t('advice.kind.' + k)})), [d.kind]), 'advise-kind'), who, box,
    field('advise-words', [t('phone.advise_words'), optional()], words));
  const fresh = () => {
    d.kind = chosen(e, 'kind')[0] || '';
    d.member = member.value; d.value = value.value; d.words = words.value;
    const asks = d.kind === 'phone' || d.kind === 'address';
    box.hidden = !asks;
    value.setAttribute('inputmode', d.kind === 'phone' ? 'tel' : 'text');
    who.hidden = !x.members.length || d.kind === 'address' || d.kind === 'moved';
  };
  fresh();
  e.addEventListener('input', () => { fresh(); void f.phone.keep(key, {...d, who: x.head}); });
  const save = async () => {
    fresh();
    const asks = d.kind === 'phone' || d.kind === 'address';
    const wrongs = [];
    if (!d.kind) wrongs.push({at: 'advise-kind', text: t('advice.kind_needed')});
    else if (d.kind === 'phone' && d.value.replace(/[^0-9]/g, '').length < 7) wrongs.push({at: 'advise-value', text: t('phone.number_needed')});
    else if (d.kind === 'address' && !d.value.trim()) wrongs.push({at: 'advise-value', text: t('advice.value_needed')});
    else if (!asks && !d.words.trim()) wrongs.push({at: 'advise-words', text: t('advice.words_needed')});
    if (!sound(e, wrongs)) return;
    if (await put(f, {kind: 'advice.send', body: {household: id, kind: d.kind, member: who.hidden ? '' : d.member, value: asks ? d.value.trim() : '', words: d.words.trim()}, title: t('today.home_of', {name: x.head}) + comma() + t('advice.kind.' + d.kind), draft: key, value: d, again: '#/advise/' + id})) f.back();
  };
  return {title: t('phone.advise_title', {name: x.head}), outside: t('phone.advise'), up: '#/home/' + id, body: e, foot: foot(t('visit.save'), () => void save(), keeping(f))};
}
