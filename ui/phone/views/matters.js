// @ts-check
// 事项: what I answer for and what I reported; an answer, a later day with its
// reason, or 办好了.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {addDays, monthDay, today} from '../day.js';
import {chosen, comma, empty, field, foot, form, group, headOf, keeping, optional, pending, picks, put, runs, section, sound, tag, when} from './common.js';
import {age, missing} from './today.js';
import {matterRow} from './homes.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Matter} Matter */
/** @typedef {import('./common.js').Page} Page */

let view = 'mine';

/**
 * @param {Frame} f
 * @param {string} which
 * @returns {Page}
 */
export function matters(f, which) {
  if (which === 'mine' || which === 'raised') view = which;
  const list = f.live(() => {
    const none = missing(f);
    if (none && !f.phone.matters().length) return none;
    const all = f.phone.matters(), sets = {mine: all.filter((m) => m.mine), raised: all.filter((m) => m.raised && !m.mine)};
    const some = view === 'raised' ? sets.raised : sets.mine;
    const open = some.filter((m) => runs(m)), rest = some.filter((m) => !runs(m));
    const pill = (/** @type {'mine'|'raised'} */ k) => h('a', {class: 'pill', href: '#/matters/' + k, 'aria-current': view === k && 'true'}, t('phone.matters.' + k), h('span', {class: 'num'}, sets[k].filter(runs).length || ''));
    return [h('div', {class: 'pills'}, pill('mine'), pill('raised')),
      open.length ? h('ul', {class: 'list todo plain'}, open.map((m) => line(f, m))) : empty(t(view === 'mine' ? 'today.promised_none' : 'phone.matters_raised_none')),
      rest.length ? [section('phone.matters_rest'), h('ul', {class: 'list todo plain'}, rest.map((m) => line(f, m)))] : null,
      h('p', {class: 'after'}, h('a', {class: 'txt', href: '#/raise'}, icon('plus'), t('matter.new_title'))), age(f)];
  });
  return {title: t('web.tab.promises'), tab: 'matters', body: h('div', null, list)};
}

/** @param {Frame} f @param {Matter} m */
function line(f, m) {
  const li = matterRow(m), home = headOf(f, m.home), small = li.querySelector('small');
  if (home && small) small.insertBefore(document.createTextNode(home + t('today.dot')), small.firstChild);
  return li;
}

/**
 * Ways on from here, each with the move it stands for.
 * @type {[string, string, string][]}
 */
const ways = [['solved', 'answer', 'phone.way.solved'], ['partly', 'answer', 'appeal.outcome.partly'], ['cannot', 'answer', 'appeal.outcome.cannot'], ['withdrawn', 'answer', 'phone.way.withdrawn'], ['ask', 'ask', 'phone.way.ask']];

/**
 * @param {Frame} f
 * @param {string} id
 * @returns {Promise<Page>}
 */
export async function matter(f, id) {
  const m = f.phone.matters().find((x) => x.id === id), key = 'matter:' + id;
  if (!m) return {title: t('web.tab.promises'), up: '#/matters', body: h('div', null, empty(t('phone.record_gone')))};
  const x = m.home ? f.phone.home(m.home) : null;
  /** @type {[string, any][]} */
  const rows = [
    [t('matter.col_home'), x && h('a', {href: '#/home/' + x.id}, x.head)],
    [t('matter.col_state'), [tag(t('appeal.state.' + m.state), m.state === 'closed' ? 'g' : ''), ' ', m.outcome && t('appeal.outcome.' + m.outcome), m.pending && pending(m.pending)]],
    [t('matter.col_due'), m.due && runs(m) && [h('span', {class: 'num'}, t('matter.until', {day: monthDay(m.due)})), ' ', when(m), m.provisional && h('small', null, t('phone.provisional'))]],
    [t('matter.col_owner'), m.owner],
    [t('matter.raised_on'), m.opened && h('span', {class: 'num'}, monthDay(m.opened))],
    [t('matter.wish'), m.wish && h('p', {class: 'words'}, m.wish)],
    [t('matter.col_heart'), m.emphasis && t('appeal.emphasis.' + m.emphasis)],
    [t('matter.result'), m.said && h('p', {class: 'words'}, m.said)],
  ];
  const facts = h('dl', {class: 'facts box'}, rows.filter((r) => r[1]).map(([k, v]) => h('div', null, h('dt', null, k), h('dd', null, v))));
  const mine = ways.filter((w) => m.moves.indexOf(w[1]) >= 0);
  const title = h('h2', {class: 'what'}, m.title);
  if (!mine.length) return {title: t('web.tab.promises'), up: '#/matters', body: h('div', null, title, facts)};
  const d = await f.phone.draft(key) || {way: '', words: '', days: '7'};
  const words = h('textarea', {rows: 3, 'data-most': 1000, value: d.words}), label = h('span');
  const wordsBox = field('m-words', [label], words);
  const from = m.due && m.due > today() ? m.due : today(), to = () => addDays(from, Number(d.days));
  const until = h('p', {class: 'hint num'});
  const days = group(t('phone.later_by'), [picks('radio', 'days', ['3', '7', '15'].map((k) => ({value: k, label: t('visit.days', {n: k})})), [d.days], 'grid3'), until], 'm-days');
  const e = form('', group(t('phone.what_came'), picks('radio', 'way', mine.map((w) => ({value: w[0], label: t(w[2])})), [d.way]), 'm-way'), days, wordsBox);
  const fresh = () => {
    d.way = chosen(e, 'way')[0] || '';
    d.days = chosen(e, 'days')[0] || '7';
    d.words = words.value;
    days.hidden = d.way !== 'ask';
    wordsBox.hidden = !d.way;
    label.textContent = '';
    label.append(d.way === 'ask' ? t('matter.extend_why') : t('phone.say_result'));
    until.textContent = t('phone.later_to', {day: monthDay(to())});
  };
  fresh();
  e.addEventListener('input', () => { fresh(); void f.phone.keep(key, d); });
  const save = async () => {
    fresh();
    const wrongs = [];
    if (!d.way) wrongs.push({at: 'm-way', text: t('phone.way_needed')});
    else if (!d.words.trim()) wrongs.push({at: 'm-words', text: t(d.way === 'ask' ? 'appeal.reason_needed' : 'appeal.result_needed')});
    if (!sound(e, wrongs)) return;
    const body = d.way === 'ask' ? {appeal: m.id, move: 'ask', due: to(), words: d.words.trim()} : {appeal: m.id, move: 'answer', outcome: d.way, words: d.words.trim()};
    const w = ways.find((y) => y[0] === d.way);
    if (await put(f, {kind: 'matter.move', body, title: (w ? t(w[2]) : '') + t('web.colon') + m.title, draft: key, value: d, again: '#/matter/' + id})) f.back();
  };
  return {title: t('web.tab.promises'), up: '#/matters', body: h('div', null, title, facts, e), foot: foot(t('visit.save'), () => void save(), keeping(f))};
}

/**
 * A matter heard outside a visit.
 * @param {Frame} f
 * @returns {Promise<Page>}
 */
export async function raise(f) {
  const d = await f.phone.draft('raise') || {home: '', title: '', wish: '', by: 'township'};
  const what = h('input', {type: 'text', 'data-most': 200, value: d.title, autocomplete: 'off'}), wish = h('textarea', {rows: 3, 'data-most': 2000, value: d.wish});
  const home = h('select', null, h('option', {value: ''}, t('phone.choose_home')), f.phone.homes().map((x) => h('option', {value: x.id, selected: x.id === d.home}, x.head + comma() + x.village + x.group)));
  const e = form('', field('r-home', t('matter.whose_home'), home), field('r-what', t('matter.new_what'), what, t('matter.new_what_hint')), field('r-wish', [t('matter.wish'), optional()], wish, t('matter.wish_hint')));
  e.addEventListener('input', () => { d.home = home.value; d.title = what.value; d.wish = wish.value; void f.phone.keep('raise', d); });
  const save = async () => {
    const wrongs = [];
    if (!d.home) wrongs.push({at: 'r-home', text: t('phone.home_needed')});
    if (!d.title.trim()) wrongs.push({at: 'r-what', text: t('appeal.title_needed')});
    if (!sound(e, wrongs)) return;
    if (await put(f, {kind: 'matter.open', body: {household: d.home, title: d.title.trim(), wish: d.wish.trim(), source: 'own'}, title: t('matter.new_do') + t('web.colon') + d.title.trim(), draft: 'raise', value: d, again: '#/raise'})) f.go('#/matters/raised');
  };
  return {title: t('matter.new_title'), up: '#/matters', body: e, foot: foot(t('visit.save'), () => void save(), keeping(f))};
}
