// @ts-check
// 记走访: one answer is asked for, everything else is filled in beforehand or
// may be left out. Each keystroke is kept as a draft. No place; a photograph is
// never asked for, and can be added under 更多.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {addDays, clockOf, dayOf, daysBetween, monthDay, today} from '../day.js';
import {chosen, comma, empty, facts, field, foot, form, group, keeping, last, optional, picks, put, place, sound} from './common.js';
import {fits, seek, sorted} from './homes.js';
import {missing} from './today.js';
import {draft} from './box.js';
import {MOST, shrunk} from '../photo.js';
import {newID} from '../bytes.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Home} Home */
/** @typedef {import('./common.js').Page} Page */
/** @typedef {{title: string, by: string, days: string}} Promised */
/** @typedef {{began: string, day: string, clock: string, how: string, met: string, unmet: string, topics: string[], need: string, promises: Promised[], words: string, usual: boolean, weather: string, policies: string[], activities: string[], with: string[], thought: string, photos: string[]}} Draft */

const topics = ['health', 'income', 'housing', 'school', 'farming', 'subsidy', 'neighbours', 'work', 'water_road', 'other'];
const policies = ['birth', 'insurance', 'medical', 'education', 'subsidy', 'farming', 'law', 'safety', 'government_work', 'other'];
const activities = ['briefing', 'talk', 'open_talk', 'together', 'condolence', 'mediation', 'errand', 'research'];
/** @type {[string, string][]} */
const skies = [['sunny', 'sun'], ['cloudy', 'cloudy'], ['overcast', 'cloud'], ['rain', 'rain']];
const most = 3;

/** @returns {Promised} */
const promised = () => ({title: '', by: 'self', days: '7'});

/** @returns {Draft} */
function blank() {
  return {began: '', day: '', clock: '', how: 'home', met: 'met', unmet: 'absent', topics: [], need: '', promises: [promised()], words: '', usual: false, weather: '', policies: [], activities: [], with: [], thought: '', photos: []};
}

/**
 * @param {Frame} f
 * @param {string} id
 * @returns {Promise<Page>|Page}
 */
export function visit(f, id) {
  const x = id ? f.phone.home(id) : null;
  if (x) return write(f, x);
  return id ? f.phone.drafts().then((names) => names.indexOf('visit:' + id) >= 0 ? draft(f, 'visit:' + id) : pick(f)) : pick(f);
}

let asked = '';

/**
 * Which home, when none was tapped: those whose turn it is come first.
 * @param {Frame} f
 * @returns {Page}
 */
function pick(f) {
  asked = '';
  const list = f.live(() => {
    const all = sorted(f.phone.homes()).filter((x) => fits(x, asked));
    all.sort((a, b) => (a.due ? a.due.by : '9') < (b.due ? b.due.by : '9') ? -1 : 1);
    if (!f.phone.homes().length) return missing(f) || empty(t('today.no_homes'));
    if (!all.length) return empty(t('web.pick.none'));
    return h('ul', {class: 'list'}, all.map((x) => h('li', {class: 'hh'}, h('div', null, h('h2', null, h('a', {href: '#/visit/' + x.id}, x.head), h('small', null, facts(x))), h('p', {class: 'num'}, last(x))), icon('right'))));
  });
  return {title: t('visit.pick_title'), up: '#/', body: h('div', null, seek('', (q) => { asked = q; f.refresh(); }), list)};
}

/**
 * @param {Frame} f
 * @param {Home} x
 * @returns {Promise<Page>}
 */
async function write(f, x) {
  const key = 'visit:' + x.id, kept = await f.phone.draft(key);
  /** @type {Draft} */
  const d = Object.assign(blank(), kept || {});
  // A visit begun yesterday evening and finished this morning was yesterday's.
  const start = d.began ? new Date(d.began) : new Date();
  d.began = d.began || start.toISOString();
  if (!d.day && dayOf(start) !== today()) { d.day = dayOf(start); d.clock = d.clock || clockOf(start); }
  const day = () => d.day || today(), clock = () => d.clock || clockOf(start);

  // Who and when.
  const whenSays = h('b', {class: 'num'});
  const other = h('input', {type: 'date', id: 'v-day', max: today(), min: addDays(today(), -3 * 365)});
  const at = h('input', {type: 'time', id: 'v-clock'});
  const lateSays = h('p', {class: 'hint', role: 'status'});
  const chip = !d.day || d.day === today() ? 'today' : d.day === addDays(today(), -1) ? 'yesterday' : 'other';
  const days = picks('radio', 'on', [{value: 'today', label: t('visit.today')}, {value: 'yesterday', label: t('phone.yesterday')}, {value: 'other', label: t('phone.other_day')}], [chip], 'grid3');
  const otherBox = h('div', {class: 'f'}, h('label', {for: 'v-day'}, t('visit.day')), other);
  const times = h('div', {class: 'open', id: 'v-times', hidden: chip === 'today' && !d.clock}, group(h('span', {class: 'vh'}, t('visit.day')), days, 'v-on'), otherBox, h('div', {class: 'f'}, h('label', {for: 'v-clock'}, t('visit.clock')), at), lateSays);
  other.value = chip === 'other' ? d.day : '';
  at.addEventListener('input', () => { d.clock = at.value; });
  at.value = clock();
  const change = h('button', {class: 'txt', type: 'button', 'aria-expanded': String(!times.hidden), 'aria-controls': 'v-times', onclick: () => { times.hidden = !times.hidden; change.setAttribute('aria-expanded', String(!times.hidden)); }}, t('visit.change_time'));
  const tops = h('div', {class: 'tops'},
    h('div', {class: 'who'}, h('div', null, h('b', null, x.head), h('p', {class: 'num'}, place(x), x.members.length ? comma() + t('visit.people', {n: x.members.length}) : '')), h('a', {class: 'txt', href: '#/visit'}, t('visit.swap'))),
    h('div', {class: 'row'}, whenSays, change), times);

  // How.
  const how = group(t('visit.how_label'), picks('radio', 'how', ['home', 'phone', 'met', 'absent'].map((k) => ({value: k, label: t('visit.chip.' + k)})), [d.how], 'grid4'), 'v-how');
  const met = h('div', {class: 'sub'}, group(t('visit.met_label'), picks('radio', 'met', ['met', 'meeting', 'reception'].map((k) => ({value: k, label: t('visit.met.' + k)})), [d.met])));
  const unmet = h('div', {class: 'sub'}, group(t('visit.unmet_label'), picks('radio', 'unmet', ['absent', 'declined'].map((k) => ({value: k, label: t('visit.unmet.' + k)})), [d.unmet], 'grid2')));
  const about = group([t('visit.topics_label'), h('small', null, t('visit.several'))], picks('checkbox', 'topics', topics.map((k) => ({value: k, label: t('visit.topic.' + k)})), d.topics));

  // The one answer.
  const need = group(t('visit.need_label'), picks('radio', 'need', [{value: '0', label: t('visit.need_none')}, {value: '1', label: t('visit.need_some')}], [d.need], 'grid2'), 'v-need');
  const sub = h('div', {class: 'sub'});
  /** @param {boolean} [jump] */
  const drawPromises = (jump) => {
    sub.textContent = '';
    d.promises.forEach((p, i) => sub.append(promise(p, i)));
    if (d.promises.length < most) sub.append(h('button', {class: 'txt', type: 'button', onclick: () => { d.promises.push(promised()); drawPromises(true); keep(); }}, icon('plus'), t('visit.one_more')));
    const e = jump && sub.querySelector('#v-what-' + (d.promises.length - 1));
    if (e instanceof HTMLElement) e.focus();
  };
  /** @param {Promised} p @param {number} i */
  const promise = (p, i) => {
    const what = h('input', {type: 'text', 'data-most': 200, value: p.title, autocomplete: 'off', oninput: () => { p.title = what.value; }});
    const box = h('div', {class: 'one'}, field('v-what-' + i, t('visit.promise_what'), what),
      group(t('visit.promise_by'), picks('radio', 'by' + i, ['self', 'station', 'township'].map((k) => ({value: k, label: t('appeal.by.' + k)})), [p.by])),
      group(t('visit.promise_days'), picks('radio', 'days' + i, ['3', '7', '15'].map((k) => ({value: k, label: t('visit.days', {n: k})})), [p.days], 'grid3')),
      i === 0 && h('p', {class: 'hint'}, t('visit.promise_hint')));
    box.addEventListener('change', () => { p.by = chosen(box, 'by' + i)[0] || p.by; p.days = chosen(box, 'days' + i)[0] || p.days; });
    return box;
  };

  // The rest.
  const words = h('textarea', {rows: 2, 'data-most': 4000, value: d.words});
  const usual = h('div', {class: 'f'}, picks('checkbox', 'usual', [{value: '1', label: t('visit.usual')}], d.usual ? ['1'] : []), h('p', {class: 'hint'}, t('visit.usual_hint')));
  const thought = h('textarea', {rows: 3, 'data-most': 4000, value: d.thought});
  const who = companions(f, d, () => keep());
  const photos = await snaps(f, x.id, d, () => keep());
  const more = h('details', {class: 'more fold'}, h('summary', null, t('visit.more'), h('small', null, t('visit.more_what'))),
    group([t('visit.weather_label'), optional()], picks('radio', 'weather', skies.map(([k, i]) => ({value: k, label: [icon(i), t('visit.weather.' + k)]})), [d.weather], 'grid4')),
    group([t('visit.policies_label'), h('small', null, t('visit.several'))], picks('checkbox', 'policies', policies.map((k) => ({value: k, label: t('visit.policy.' + k)})), d.policies)),
    group([t('visit.activities_label'), h('small', null, t('visit.several'))], picks('checkbox', 'activities', activities.map((k) => ({value: k, label: t('visit.activity.' + k)})), d.activities)),
    who, photos.box, field('v-thought', [t('visit.thought_label'), optional()], thought, t('visit.thought_hint')));
  if (d.weather || d.policies.length || d.activities.length || d.with.length || d.thought || d.photos.length) more.open = true;
  const going = h('p', {class: 'going', hidden: !kept}, t('phone.draft_found'), h('button', {class: 'txt', type: 'button', onclick: () => { void photos.drop().then(() => f.phone.keep(key, null)).then(() => f.redraw()); }}, t('phone.draft_drop')));
  const e = form('visit', going, tops, how, met, unmet, about, need, sub, field('v-words', [t('visit.words_label'), optional()], words, [icon('mic'), h('span', null, t('visit.words_hint'))]), usual, more);

  const fresh = () => {
    d.how = chosen(e, 'how')[0] || 'home';
    d.met = chosen(e, 'met')[0] || 'met';
    d.unmet = chosen(e, 'unmet')[0] || 'absent';
    d.topics = chosen(e, 'topics');
    d.need = chosen(e, 'need')[0] || '';
    d.words = words.value;
    d.thought = thought.value;
    d.weather = chosen(e, 'weather')[0] || '';
    d.policies = chosen(e, 'policies');
    d.activities = chosen(e, 'activities');
    const on = chosen(e, 'on')[0];
    d.day = on === 'yesterday' ? addDays(today(), -1) : on === 'other' ? other.value : '';
    if (!d.clock) at.value = on === 'today' ? clockOf(start) : '';
    otherBox.hidden = on !== 'other';
    met.hidden = d.how !== 'met';
    unmet.hidden = d.how !== 'absent';
    sub.hidden = d.need !== '1';
    const n = day();
    whenSays.textContent = (n === today() ? t('visit.today') : n === addDays(today(), -1) ? t('phone.yesterday') : monthDay(n)) + (clock() && !(d.day && !d.clock) ? ' ' + clock() : '');
    lateSays.textContent = late() ? t('phone.late', {day: monthDay(n)}) : '';
    usual.hidden = !mayBeUsual();
    d.usual = chosen(e, 'usual').length > 0 && mayBeUsual();
  };
  const late = () => daysBetween(day(), today()) > 1;
  const mayBeUsual = () => d.need === '0' && !d.words.trim() && !d.topics.length && d.how !== 'absent';
  const keep = () => { fresh(); void f.phone.keep(key, {...d, who: x.head}); };
  drawPromises();
  fresh();
  e.addEventListener('input', keep);
  e.addEventListener('change', keep);

  const save = async () => {
    await photos.ready();
    fresh();
    const wrongs = [];
    if (chosen(e, 'on')[0] === 'other' && !other.value) wrongs.push({at: 'v-day', text: t('phone.day_needed')});
    if (d.day > today()) wrongs.push({at: 'v-day', text: t('visit.at_range')});
    if (!d.need) wrongs.push({at: 'v-need', text: t('visit.need_needed')});
    if (d.need === '1') d.promises.forEach((p, i) => { if (!p.title.trim() && i === 0) wrongs.push({at: 'v-what-' + i, text: t('appeal.title_needed')}); });
    if (wrongs.some((w) => w.at === 'v-day')) times.hidden = false;
    if (!sound(e, wrongs)) return;
    const body = told(x, d, day(), d.day && !d.clock ? '' : clock());
    if (await put(f, {kind: 'visit.record', body, title: t('today.home_of', {name: x.head}) + comma() + t('visit.how.' + body.how), draft: key, value: d, photos: d.photos.map((p) => photoOf(x.id, p)), again: '#/visit/' + x.id, says: late() ? t('phone.saved_late') : ''})) f.go('#/');
  };
  return {title: t('visit.new_title'), up: '#/', body: e, foot: foot(t('visit.save'), () => void save(), keeping(f, 'phone.first_here_no_place'))};
}

/**
 * The record as the server takes it.
 * @param {Home} x
 * @param {Draft} d
 * @param {string} day
 * @param {string} clock
 */
function told(x, d, day, clock) {
  const need = d.need === '1', words = d.words.trim(), how = d.how === 'met' ? d.met : d.how === 'absent' ? d.unmet : d.how;
  /** @type {Record<string, any>} */
  const out = {household: x.id, at: clock ? day + 'T' + clock : day, how, topics: d.topics, policies: d.policies, activities: d.activities, weather: d.weather, words, with: d.with, thought: d.thought.trim(),
    usual: d.usual && !need && !words && !d.topics.length && d.how !== 'absent', promises: need ? d.promises.filter((p) => p.title.trim()).map((p) => ({title: p.title.trim(), by: p.by, days: Number(p.days)})) : []};
  for (const k of Object.keys(out)) if (out[k] === '' || out[k] === false || (Array.isArray(out[k]) && !out[k].length)) delete out[k];
  return out;
}

/**
 * Where a photograph of an unfinished record is kept.
 * @param {string} home
 * @param {string} id
 */
const photoOf = (home, id) => 'photo:' + home + ':' + id;

/**
 * Photographs: each is a draft beside the record's own, so that a keystroke does
 * not write them anew.
 * @param {Frame} f
 * @param {string} home
 * @param {Draft} d
 * @param {() => void} changed
 */
async function snaps(f, home, d, changed) {
  /** @type {Map<string, string>} */
  const there = new Map();
  for (const id of d.photos) {
    const p = await f.phone.draft(photoOf(home, id));
    if (p) there.set(id, p.jpeg);
  }
  d.photos = d.photos.filter((id) => there.has(id));
  const shown = h('div', {class: 'snaps'}), said = h('p', {class: 'hint', role: 'status'});
  const input = h('input', {type: 'file', accept: 'image/*', id: 'v-photo', class: 'vh', onchange: () => { busy = busy.then(add); }});
  const button = h('label', {class: 'btn snap'}, input, icon('plus'), t('phone.photo_add'));
  /** @type {Promise<void>} */
  let busy = Promise.resolve();
  const add = async () => {
    const file = input.files && input.files[0];
    if (!file || d.photos.length >= MOST) return;
    said.textContent = t('phone.photo_making');
    try {
      const jpeg = await shrunk(file), id = newID();
      // Named first: what is named and not there is left out at the next opening,
      // what lies there unnamed would stay.
      d.photos.push(id);
      changed();
      await f.phone.keep(photoOf(home, id), {jpeg});
      there.set(id, jpeg);
      said.textContent = '';
    } catch (e) {
      d.photos = d.photos.filter((id) => there.has(id));
      said.textContent = t('phone.photo_not');
    }
    input.value = '';
    draw();
    changed();
  };
  /** @param {string} id */
  const drop = async (id) => {
    d.photos = d.photos.filter((p) => p !== id);
    there.delete(id);
    await f.phone.keep(photoOf(home, id), null);
    draw();
    changed();
  };
  const draw = () => {
    shown.textContent = '';
    d.photos.forEach((id, i) => shown.append(h('figure', null, h('img', {src: 'data:image/jpeg;base64,' + (there.get(id) || ''), alt: t('phone.photo_n', {n: i + 1})}),
      h('button', {class: 'txt', type: 'button', 'aria-label': t('phone.photo_drop_n', {n: i + 1}), onclick: () => void drop(id)}, t('phone.photo_drop')))));
    shown.hidden = !d.photos.length;
    button.hidden = d.photos.length >= MOST;
  };
  draw();
  return {
    box: group([t('visit.photos_label'), optional()], [shown, button, said, h('p', {class: 'hint'}, t('phone.photo_how', {n: MOST}))], 'v-photos'),
    ready: () => busy,
    drop: async () => { for (const id of d.photos.slice()) await drop(id); },
  };
}

/**
 * Who went along: chosen ones stay in sight, others are found by name.
 * @param {Frame} f
 * @param {Draft} d
 * @param {() => void} changed
 */
function companions(f, d, changed) {
  const me = f.phone.me(), all = me ? me.colleagues : [];
  if (!all.length) return null;
  const few = 8, box = h('div', {class: 'picks'});
  const q = h('input', {type: 'search', id: 'v-with', autocomplete: 'off', placeholder: t('phone.with_seek'), oninput: (/** @type {any} */ e) => { e.stopPropagation(); if (!e.isComposing) draw(); }, oncompositionend: () => draw()});
  const draw = () => {
    const w = q.value.trim();
    box.textContent = '';
    const some = all.filter((c) => d.with.indexOf(c.id) >= 0 || (w ? c.name.indexOf(w) >= 0 : all.length <= few)).slice(0, 20);
    for (const c of some) box.append(h('label', null, h('input', {type: 'checkbox', name: 'with', value: c.id, checked: d.with.indexOf(c.id) >= 0}), h('span', null, c.name)));
  };
  box.addEventListener('change', () => { d.with = chosen(box, 'with'); changed(); });
  draw();
  return group([t('visit.partners_label'), optional()], [all.length > few ? [h('label', {class: 'vh', for: 'v-with'}, t('phone.with_seek')), q] : null, box]);
}

/**
 * 更正: the words of an earlier visit; what stood there stays readable.
 * @param {Frame} f
 * @param {string} id
 * @returns {Promise<Page>}
 */
export async function amend(f, id) {
  const v = f.phone.visits().find((x) => x.id === id), key = 'amend:' + id;
  if (!v) return {title: t('visit.amend_title'), up: '#/diary', body: h('div', null, empty(t('phone.record_gone')))};
  const d = await f.phone.draft(key) || {words: v.words, why: ''};
  const x = f.phone.home(v.home);
  const words = h('textarea', {rows: 6, 'data-most': 4000, value: d.words}), why = h('input', {type: 'text', 'data-most': 200, value: d.why, autocomplete: 'off'});
  const e = form('', h('p', {class: 'lead2 num'}, monthDay(v.day), ' ', x ? t('today.home_of', {name: x.head}) : '', comma(), t('visit.how.' + v.how)),
    field('a-words', t('visit.col_words'), words), field('a-why', [t('visit.amend_why'), optional()], why, t('visit.amend_hint')));
  e.addEventListener('input', () => { d.words = words.value; d.why = why.value; void f.phone.keep(key, {...d, who: x ? x.head : ''}); });
  const save = async () => {
    if (!sound(e, [])) return;
    const body = {visit: v.id, version: v.version, at: v.clock ? v.day + 'T' + v.clock : v.day, how: v.how, topics: v.topics, policies: v.policies || [], activities: v.activities || [], weather: v.weather, words: words.value.trim(), why: why.value.trim()};
    const title = t('visit.amend_title') + comma() + (x ? t('today.home_of', {name: x.head}) : monthDay(v.day));
    if (await put(f, {kind: 'visit.amend', body, title, draft: key, value: d, again: '#/amend/' + id})) f.back();
  };
  return {title: t('visit.amend_title'), up: '#/diary', body: e, foot: foot(t('visit.save'), () => void save(), keeping(f))};
}
