// @ts-check
// 没送出的: each record with where it is and why, and what can be done.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {monthDay} from '../day.js';
import {call, comma, empty, field, form, headOf, keepFile, moment, pending, put, section, sound} from './common.js';
import {saying, strip} from './today.js';

/** @typedef {import('./common.js').Frame} Frame */
/** @typedef {import('./common.js').Item} Item */
/** @typedef {import('./common.js').Page} Page */

/**
 * @param {Frame} f
 * @returns {Promise<Page>}
 */
export async function box(f) {
  const begun = await unfinished(f);
  const list = f.live(() => {
    const out = f.box.filter((i) => i.state === 'saved' || i.state === 'sending'), held = f.box.filter((i) => i.state === 'held'), over = f.box.filter((i) => i.state === 'closed');
    const s = f.phone.state;
    return [s.expired || (s.waiting && s.full) ? strip(f) : null,
      out.length ? [section('phone.box_waiting', t('phone.box_n', {n: out.length})), rows(f, out),
        h('div', {class: 'acts pad'}, h('button', {class: 'btn p', type: 'button', 'data-at': 'send', onclick: () => void f.phone.send()}, icon('send'), t('phone.send_now')), h('button', {class: 'btn', type: 'button', 'data-at': 'file', onclick: () => void keepFile(f)}, icon('download'), t('phone.as_file'))),
        h('p', {class: 'age'}, t('phone.as_file_how'))] : held.length || begun ? null : empty(t('phone.box_none')),
      held.length ? [section('phone.box_held', t('phone.box_n', {n: held.length})), rows(f, held), h('p', {class: 'age'}, t('phone.box_held_how'))] : null,
      over.length ? [section('phone.box_over'), rows(f, over)] : null,
      begun,
    ];
  });
  return {title: t('phone.box'), up: '#/', body: h('div', null, list)};
}

/**
 * What was begun and not saved: with its form while there is one, else with its
 * words.
 * @param {Frame} f
 */
async function unfinished(f) {
  const names = await f.phone.drafts(), out = [];
  for (const name of names) {
    const [kind, id] = name.split(':'), d = await f.phone.draft(name);
    if (!d || !becomes[kind]) continue; // words for a held record stand on its own page
    const there = kind === 'raise' || (kind === 'thought' && !id) || ((kind === 'visit' || kind === 'advise') && f.phone.home(id)) ||
      ((kind === 'amend' || kind === 'thought') && f.phone.visits().some((v) => v.id === id)) || (kind === 'matter' && f.phone.matters().some((m) => m.id === id));
    out.push(h('li', null, h('div', null, h('a', {href: there ? '#/' + kind + (id ? '/' + id : '') : '#/draft/' + encodeURIComponent(name)}, h('b', null, draftName(f, name, d)),
      h('small', null, t(there ? 'phone.draft_goes_on' : 'phone.draft_stray'))))));
  }
  return out.length ? [section('phone.box_begun', t('phone.box_n', {n: out.length})), h('ul', {class: 'list todo plain'}, out)] : null;
}

/** @type {Record<string, string>} kind of draft → kind of record */
const becomes = {visit: 'visit.record', amend: 'visit.amend', thought: 'thought.write', matter: 'matter.move', raise: 'matter.open', advise: 'advice.send'};

/** @param {Frame} f @param {string} name @param {any} d */
function draftName(f, name, d) {
  const [kind, id] = name.split(':'), v = kind === 'amend' ? f.phone.visits().find((x) => x.id === id) : null;
  const head = headOf(f, kind === 'raise' ? d.home : v ? v.home : kind === 'visit' || kind === 'advise' ? id : '') || (d.who ? t('today.home_of', {name: d.who}) : '');
  return [head, t('phone.kind.' + becomes[kind])].filter(Boolean).join(comma());
}

/**
 * A draft whose form is gone: its words can be taken along.
 * @param {Frame} f
 * @param {string} name
 * @returns {Promise<Page>}
 */
export async function draft(f, name) {
  const d = await f.phone.draft(name);
  if (!d) return {title: t('phone.box_begun'), up: '#/box', body: h('div', null, empty(t('phone.box_went')))};
  const says = [d.title, ...(d.promises || []).map((/** @type {any} */ p) => p.title), d.value, d.words, d.wish, d.thought, d.why].filter(Boolean).join('\n');
  const words = h('textarea', {rows: 6, readonly: true, id: 'd-words', value: says});
  const copy = async () => {
    try { await navigator.clipboard.writeText(says); } catch (e) {
      words.focus();
      words.select();
      document.execCommand('copy'); // phones without the newer way
    }
    f.toast(t('phone.draft_copied'));
  };
  const drop = async () => {
    if (await f.ask(t('phone.draft_drop_ask'), [{value: 'no', label: t('phone.leave_it')}, {value: 'yes', label: t('phone.draft_away'), look: 'bad'}]) !== 'yes') return;
    await f.phone.keep(name, null);
    f.go('#/box');
  };
  return {title: t('phone.box_begun'), up: '#/box', body: h('div', null, h('h2', {class: 'what'}, draftName(f, name, d)), h('section', {class: 'info w'}, h('p', null, t('phone.draft_stray_how'))),
    h('div', {class: 'form'}, h('div', {class: 'f'}, h('label', {for: 'd-words'}, t('phone.draft_words')), words)),
    h('div', {class: 'acts pad'}, h('button', {class: 'btn p', type: 'button', onclick: () => void copy()}, t('phone.draft_copy')), h('button', {class: 'btn bad', type: 'button', onclick: () => void drop()}, t('phone.draft_away'))))};
}

/**
 * A record's line for people; where its copy went, from what the office has.
 * @param {Frame} f
 * @param {Item} i
 */
function named(f, i) {
  if (i.title) return i.title;
  const b = i.body || {}, v = b.visit && f.phone.visits().find((x) => x.id === b.visit), m = b.appeal && f.phone.matters().find((x) => x.id === b.appeal);
  return [headOf(f, b.household || (v && v.home) || (m && m.home) || ''), t('phone.kind.' + i.kind)].filter(Boolean).join(comma());
}

/** @param {Frame} f @param {Item[]} all */
function rows(f, all) {
  return h('ul', {class: 'list todo plain'}, all.map((i) => h('li', null, h('div', null, h('a', {href: '#/item/' + i.id}, h('b', null, named(f, i)), h('small', {class: 'num'}, t('phone.kept_at', {at: moment(i.saved)})), i.state === 'held' && i.reasons[0] && h('small', {class: 'o'}, t('phone.because', {why: saying(i.reasons[0])})))), i.state === 'closed' ? icon('check') : pending(i.state))));
}

/**
 * @param {Frame} f
 * @param {string} id
 * @returns {Promise<Page>}
 */
export async function item(f, id) {
  f.box = await f.phone.box();
  return {title: t('phone.box_item'), up: '#/box', body: h('div', null, f.live(() => inside(f, id)))};
}

/** @param {Frame} f @param {string} id */
function inside(f, id) {
  const i = f.box.find((x) => x.id === id);
  if (!i) return h('p', {class: 'empty box'}, t('phone.box_went'));
  const clash = i.theirs && i.reasons.some((r) => /\.changed_meanwhile$/.test(r.key));
  const mine = i.body && text(i.kind, i.body), theirs = clash && text(i.kind, i.theirs);
  return [h('h2', {class: 'what'}, named(f, i)), h('p', {class: 'lead2 num'}, t('phone.kept_at', {at: moment(i.saved)}), ' ', pending(i.state)),
    i.reasons.length ? h('section', {class: 'info w'}, h('p', null, h('b', null, t(i.state === 'closed' ? 'phone.was_held' : 'phone.not_through'))), i.reasons.map((r) => h('p', null, saying(r) + t('phone.stop'))), i.answer && h('p', null, i.answer), i.state === 'held' && h('p', null, t('phone.safe'))) : null,
    i.person && i.state === 'held' ? h('section', {class: 'box person'}, h('div', null, h('b', null, t('phone.ask_person', {name: i.person.name})), i.person.office && h('p', {class: 'dim'}, i.person.office)), call(i.person.phone, i.person.name, true)) : null,
    clash ? h('div', {class: 'both'}, h('section', {class: 'box'}, h('h3', null, t('phone.mine')), h('p', {class: 'words'}, mine || '—')), h('section', {class: 'box'}, h('h3', null, t('phone.theirs')), h('p', {class: 'words'}, theirs || '—'))) :
      mine ? h('section', {class: 'box'}, h('p', {class: 'words'}, mine)) : i.body === null ? h('p', {class: 'empty box'}, t('phone.body_closed')) : null,
    i.kind === 'visit.photo' && i.body && i.body.jpeg ? h('p', {class: 'snaps'}, h('img', {src: 'data:image/jpeg;base64,' + i.body.jpeg, alt: t('visit.photos_label')})) : null,
    i.state === 'held' ? i.chosen ? h('p', {class: 'info'}, t('phone.chosen', {what: t('phone.choose.' + i.chosen)})) : clash ? choosing(f, i) : wordless(i) ? adding(f, i) : null : null,
    i.state === 'saved' ? h('div', {class: 'acts pad'}, h('button', {class: 'btn', type: 'button', onclick: () => void back(f, i)}, t('phone.take_back'))) : null,
    i.state === 'closed' ? h('div', {class: 'acts pad'}, h('button', {class: 'btn p', type: 'button', onclick: async () => { await f.phone.forget(i.id); f.back(); }}, t('phone.seen'))) : null];
}

/**
 * Two edits of one text met: which is to stand.
 * @param {Frame} f
 * @param {Item} i
 */
function choosing(f, i) {
  /** @param {'mine'|'theirs'|'both'} choice none is put before the others */
  const button = (choice) => h('button', {class: 'btn', type: 'button', 'data-at': choice, onclick: () => void choose(f, i, {choice, seen: i.theirs.version || 0})}, t('phone.choose.' + choice));
  return [h('div', {class: 'acts pad choose'}, button('mine'), button('theirs'), i.kind === 'visit.amend' ? button('both') : null), h('p', {class: 'age'}, t('phone.both_kept'))];
}

/**
 * Sends a choice about a held record.
 * @param {Frame} f
 * @param {Item} i
 * @param {{choice: string, seen?: number, words?: string}} what
 * @param {{draft: string, value: any}} [kept]
 */
async function choose(f, i, what, kept) {
  const title = t('phone.choose.' + what.choice) + comma() + named(f, i);
  if (!await put(f, {kind: 'held.choose', body: {held: i.held, ...what}, title, again: '#/item/' + i.id, ...(kept || {})})) return;
  f.box = await f.phone.box();
  f.refresh();
}

/** @param {Item} i it was refused for want of words */
function wordless(i) {
  return !!i.held && ['matter.move', 'thought.write', 'advice.send'].includes(i.kind) && !(i.body && i.body.words) && i.reasons.some((r) => r.field === 'words');
}

/**
 * The words that were missing.
 * @param {Frame} f
 * @param {Item} i
 */
function adding(f, i) {
  const key = 'words:' + i.id;
  const old = /** @type {HTMLTextAreaElement|null} */ (document.getElementById('b-words'));
  const words = h('textarea', {rows: 3, 'data-most': 2000, value: old ? old.value : ''});
  if (!old) void f.phone.draft(key).then((d) => { if (d && !words.value) words.value = d.words; }, () => {});
  words.addEventListener('input', () => void f.phone.keep(key, {words: words.value}));
  const e = form('', field('b-words', t('phone.add_words'), words));
  const send = () => {
    if (!sound(e, words.value.trim() ? [] : [{at: 'b-words', text: t('phone.add_words_needed')}])) return;
    void choose(f, i, {choice: 'words', words: words.value.trim()}, {draft: key, value: {words: words.value}});
  };
  e.append(h('div', {class: 'acts'}, h('button', {class: 'btn p', type: 'button', 'data-at': 'words', onclick: send}, t('phone.choose.words'))));
  return e;
}

/**
 * Takes a record that has not been sent out of the box.
 * @param {Frame} f
 * @param {Item} i
 */
async function back(f, i) {
  if (await f.ask(t('phone.take_back_ask'), [{value: 'no', label: t('phone.leave_it')}, {value: 'yes', label: t('phone.take_back'), look: 'bad'}]) !== 'yes') return;
  const done = await f.phone.undo(i.id);
  f.back();
  f.toast(t(done ? 'phone.taken_back' : 'phone.undo_late'));
}

/**
 * What a record says, for reading.
 * @param {string} kind
 * @param {any} b
 */
function text(kind, b) {
  if (typeof b === 'string') return b;
  /** @type {string[]} */
  const out = [];
  if (b.at || b.day) out.push(monthDay(String(b.at || b.day).slice(0, 10)) + String(b.at || '').slice(10).replace('T', ' '));
  if (kind === 'held.choose') out.push(t('phone.choose.' + b.choice));
  if (b.how) out.push(t('visit.how.' + b.how));
  if (b.topics && b.topics.length) out.push(b.topics.map((/** @type {string} */ k) => t('visit.topic.' + k)).join(t('web.comma')));
  if (b.usual) out.push(t('visit.usual'));
  if (kind === 'matter.move') out.push(b.move === 'ask' ? t('phone.way.ask') + comma() + t('matter.until', {day: monthDay(b.due)}) : b.outcome ? t('appeal.outcome.' + b.outcome) : '');
  if (kind === 'stay.week') out.push((b.nights || []).map((/** @type {boolean} */ on, /** @type {number} */ n) => on ? t('stay_page.weekday.' + (n + 1) % 7) : '').filter(Boolean).join(t('web.comma')));
  for (const k of ['title', 'wish', 'value', 'words', 'thought', 'why']) if (b[k]) out.push(b[k]);
  for (const p of b.promises || []) out.push(t('visit.promise_what') + t('web.colon') + p.title);
  return out.filter(Boolean).join('\n');
}
