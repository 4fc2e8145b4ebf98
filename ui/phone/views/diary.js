// @ts-check
// 民情日记: not written a second time, but read from the visits, with thoughts
// added.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {addDays, month, monthDay, today, weekday} from '../day.js';
import {chosen, comma, empty, field, foot, form, group, keeping, marks, pending, picks, put, sound, way} from './common.js';
import {said} from './homes.js';
import {missing} from './today.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Visit} Visit */
/** @typedef {import('./common.js').Page} Page */

let months = 2;

/**
 * @param {Frame} f
 * @returns {Page}
 */
export function diary(f) {
  const list = f.live(() => {
    const visits = f.phone.visits().filter((v) => v.mine), thoughts = f.phone.thoughts();
    /** @type {Record<string, any[]>} */
    const days = {};
    const put = (/** @type {string} */ day, /** @type {any} */ node) => { (days[day] = days[day] || []).push(node); };
    for (const v of visits) put(v.day, entry(f, v, thoughts.filter((x) => x.visit === v.id)));
    for (const x of thoughts) if (!x.visit || !visits.some((v) => v.id === x.visit)) put(x.day, h('article', null, thinking(x)));
    const order = Object.keys(days).sort().reverse();
    if (!order.length) return missing(f) || empty(t('diary.empty'));
    const heads = Array.from(new Set(order.map((d) => d.slice(0, 7))));
    return [heads.slice(0, months).map((m) => {
      const kept = visits.filter((v) => v.day.slice(0, 7) === m && !v.voided && !v.pending), w = visits.filter((v) => v.day.slice(0, 7) === m && v.pending).length;
      return [h('div', {class: 'sec'}, h('h2', null, month(m + '-01')), h('span', {class: 'num'}, heard(kept), w ? [comma(), t('phone.more_waiting', {n: w})] : null)),
        order.filter((d) => d.slice(0, 7) === m).map((d) => h('section', {class: 'date'}, h('h3', {class: 'num'}, monthDay(d), h('small', null, weekday(d))), days[d]))];
    }), heads.length > months ? h('p', {class: 'after'}, h('button', {class: 'btn', type: 'button', 'data-at': 'older', onclick: () => { months += 3; f.refresh(); }}, t('phone.older'))) : null,
    h('p', {class: 'age'}, t('phone.print_at_office'))];
  });
  return {title: t('diary.title'), up: '#/', body: h('div', null, h('p', {class: 'lead'}, h('a', {class: 'btn', href: '#/thought'}, icon('plus'), t('phone.thought_add'))), list)};
}

/** @param {Frame} f @param {Visit} v @param {import('../types.js').Thought[]} thoughts */
function entry(f, v, thoughts) {
  const x = f.phone.home(v.home), weather = v.weather ? comma() + t('visit.weather.' + v.weather) : '';
  return h('article', null, h('h4', null, x ? h('a', {href: '#/home/' + x.id}, x.head) : t('phone.other_home'), h('small', {class: 'num'}, way(v), v.clock ? comma() + v.clock : '', weather)), h('p', null, marks(v)),
    h('p', {class: 'words'}, said(v)), thoughts.map((y) => thinking(y)),
    !v.voided && !v.pending && h('p', {class: 'acts'}, h('a', {class: 'txt', href: '#/amend/' + v.id}, t('visit.amend')), h('a', {class: 'txt', href: '#/thought/' + v.id}, t('phone.thought_add'))));
}

/** @param {import('../types.js').Thought & {pending?: string}} x */
function thinking(x) { return h('div', {class: 'thought'}, h('b', null, t('visit.thought_label')), x.pending && pending(x.pending), h('p', {class: 'words'}, x.words)); }

/**
 * @param {Frame} f
 * @param {string} id  visit it belongs to, or ""
 * @returns {Promise<Page>}
 */
export async function thought(f, id) {
  const key = 'thought:' + id, d = await f.phone.draft(key) || {words: '', on: 'today', day: ''};
  const v = f.phone.visits().find((x) => x.id === id), x = v && f.phone.home(v.home);
  const words = h('textarea', {rows: 6, 'data-most': 4000, value: d.words}), other = h('input', {type: 'date', max: today(), value: d.day});
  const otherBox = field('t-day', t('visit.day'), other);
  const on = group(t('visit.day'), picks('radio', 'on', [{value: 'today', label: t('visit.today')}, {value: 'yesterday', label: t('phone.yesterday')}, {value: 'other', label: t('phone.other_day')}], [d.on], 'grid3'));
  const e = form('', v ? h('p', {class: 'lead2 num'}, monthDay(v.day), ' ', x ? t('today.home_of', {name: x.head}) : '') : [on, otherBox], field('t-words', t('diary.words'), words, v ? t('visit.thought_hint') : t('diary.words_hint')));
  const fresh = () => { d.words = words.value; d.on = chosen(e, 'on')[0] || 'today'; d.day = other.value; otherBox.hidden = d.on !== 'other'; };
  fresh();
  e.addEventListener('input', () => { fresh(); void f.phone.keep(key, d); });
  const save = async () => {
    fresh();
    const wrongs = [];
    if (!v && d.on === 'other' && !d.day) wrongs.push({at: 't-day', text: t('phone.day_needed')});
    if (!d.words.trim()) wrongs.push({at: 't-words', text: t('visit.words_needed')});
    if (!sound(e, wrongs)) return;
    const day = v ? v.day : d.on === 'yesterday' ? addDays(today(), -1) : d.on === 'other' ? d.day : today();
    if (await put(f, {kind: 'thought.write', body: {day, visit: v ? v.id : '', words: d.words.trim()}, title: t('visit.thought_label') + comma() + monthDay(day), draft: key, value: d, again: '#/thought/' + id})) f.back();
  };
  return {title: t('phone.thought_title'), up: '#/diary', body: e, foot: foot(t('visit.save'), () => void save(), keeping(f))};
}

/**
 * Visits, calls and tries told apart, as the printed diary does: face to face,
 * once a day to a home.
 * @param {Visit[]} visits
 */
function heard(visits) {
  const of = (/** @type {string[]} */ ...ways) => visits.filter((v) => ways.indexOf(v.how) >= 0), seen = of('home', 'met', 'meeting');
  const once = new Set(seen.map((v) => v.home + ' ' + v.day)).size, phone = of('phone').length, absent = of('absent').length, declined = of('declined').length;
  const other = visits.length - once - phone - absent - declined;
  return [t('diary.count.visits', {n: once}), phone > 0 && [comma(), t('diary.count.phone', {n: phone})], absent > 0 && [comma(), t('diary.count.absent', {n: absent})],
    declined > 0 && [comma(), t('diary.count.declined', {n: declined})], other > 0 && [comma(), t('diary.count.other', {n: other})]];
}
