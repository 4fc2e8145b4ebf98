// @ts-check
// 驻村: seven switches for a week, set beforehand to what the plan usually asks;
// the official makes them true and saves.
import {h} from '../dom.js';
import {t} from '../texts.js';
import {addDays, monday, monthDay, today} from '../day.js';
import {chosen, empty, field, foot, form, group, keeping, picks, put, section, sound, tag} from './common.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Page} Page */

/**
 * @param {Frame} f
 * @param {string} which  "this" for the week that runs
 * @returns {Page}
 */
export function nights(f, which) {
  const first = which === 'this' ? monday(today()) : addDays(monday(today()), -7), me = f.phone.me();
  const stays = f.phone.stays().filter((s) => s.kind === 'stay' && s.state !== 'voided');
  const waits = f.box.filter((i) => i.kind === 'stay.week' && i.state !== 'closed' && i.body && i.body.monday === first);
  const told = [0, 1, 2, 3, 4, 5, 6].map((i) => { const d = addDays(first, i); return stays.some((s) => s.from <= d && d <= s.to) || waits.some((w) => w.body.nights[i]); });
  const fresh = told.every((x) => !x), like = (me && me.nights) || [];
  const ahead = (/** @type {number} */ i) => addDays(first, i) > today();
  const on = told.map((x, i) => x || (fresh && !ahead(i) && Boolean(like[i])));
  const options = on.map((_, i) => ({value: String(i), label: t('stay_page.weekday.' + (i + 1) % 7), small: t('stay_page.dom', {n: Number(addDays(first, i).slice(8))}), disabled: told[i] || ahead(i)}));
  const villages = me ? me.villages : [];
  const village = h('select', null, villages.map((v) => h('option', {value: v.id, selected: me !== null && v.id === me.village}, v.name)));
  const hint = told.some(Boolean) ? t('stay_page.nights_hint') : on.some(Boolean) ? t('phone.nights_filled') : t('phone.nights_tap');
  const e = form('', h('div', {class: 'pills'}, h('a', {class: 'pill', href: '#/nights', 'aria-current': which !== 'this' && 'true'}, t('phone.week_last')), h('a', {class: 'pill', href: '#/nights/this', 'aria-current': which === 'this' && 'true'}, t('phone.week_this'))),
    group(h('span', {class: 'num'}, t('phone.nights_of', {from: monthDay(first), to: monthDay(addDays(first, 6))})), [picks('checkbox', 'nights', options, on.map((x, i) => x ? String(i) : ''), 'seven'), h('p', {class: 'hint'}, hint)], 'n-nights'),
    villages.length > 1 ? field('n-village', t('stay_page.village'), village) : villages.length ? h('p', {class: 'lead2'}, t('phone.nights_in', {name: villages[0].name})) : null);
  const list = f.live(() => {
    const all = f.phone.stays(), some = all.slice().sort((a, b) => a.from < b.from ? 1 : -1).slice(0, 6), name = (/** @type {string} */ id) => (villages.find((v) => v.id === id) || {name: id}).name;
    const n = f.box.filter((i) => i.kind === 'stay.week' && (i.state === 'saved' || i.state === 'sending')).length;
    return [section('phone.stays', n ? t('phone.more_waiting', {n}) : ''), some.length ? h('ul', {class: 'list far'}, some.map((s) => h('li', null, h('div', null, h('b', {class: 'num'}, monthDay(s.from), s.to !== s.from && '—' + monthDay(s.to)), h('small', {class: 'num'}, name(s.village), ' ', t('stay.kind.' + s.kind), t('stay_page.days', {n: s.days}))), tag(t('stay.state.' + s.state), s.state === 'confirmed' ? 'g' : s.state === 'disputed' ? 'o' : '')))) : empty(t('stay_page.own_none'))];
  });
  const save = async () => {
    const set = chosen(e, 'nights').map(Number), fresh = [0, 1, 2, 3, 4, 5, 6].map((i) => set.indexOf(i) >= 0 && !told[i]);
    const wrongs = [];
    if (!fresh.some(Boolean)) wrongs.push({at: 'n-nights', text: t('phone.nights_none')});
    if (!sound(e, wrongs)) return;
    if (await put(f, {kind: 'stay.week', body: {monday: first, nights: fresh, village: villages.length > 1 ? village.value : villages.length ? villages[0].id : ''}, title: t('phone.nights_title', {from: monthDay(first), n: fresh.filter(Boolean).length}), again: '#/nights' + (which ? '/' + which : '')})) f.go('#/');
  };
  return {title: t('today.stays'), up: '#/', body: h('div', null, e, list), foot: foot(t('visit.save'), () => void save(), keeping(f, 'phone.nights_no_place'))};
}
