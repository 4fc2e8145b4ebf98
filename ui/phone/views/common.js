// @ts-check
// What several screens share.
import {h, icon} from '../dom.js';
import {t} from '../texts.js';
import {addDays, clockOf, dayOf, daysBetween, monthDay, today, weekday} from '../day.js';

/** @typedef {import('../types.js').Phone} Phone */
/** @typedef {import('../types.js').Home} Home */
/** @typedef {import('../types.js').Item} Item */
/** @typedef {import('../types.js').State} State */
/** @typedef {import('../types.js').Matter & {pending?: Item['state']}} Matter */
/** @typedef {import('../types.js').Visit & {pending?: Item['state']}} Visit */

/**
 * One screen.
 * @typedef {object} Page
 * @property {string} title
 * @property {string} [outside]  title for the browser, which writes it into its history for anybody to read: no name of anybody in it
 * @property {string|(() => string)} [sub]  told anew when something changes
 * @property {string} [tab]   the tab it is; without one the screen has a way back
 * @property {string} [up]    where back leads when nothing was opened before
 * @property {HTMLElement} body
 * @property {HTMLElement} [foot]  what stays at the lower edge
 */

/**
 * What the frame offers a screen.
 * @typedef {object} Frame
 * @property {Phone} phone
 * @property {Item[]} box  unsent and held records as last read
 * @property {(draw: () => any) => HTMLElement} live  a part that is drawn again when something changes
 * @property {(hash: string) => void} go
 * @property {() => void} back
 * @property {(to?: string) => void} refresh  draws the live parts again; to is what gets the focus
 * @property {() => void} redraw
 * @property {(text: string, act?: {label: string, run: () => void}) => void} toast
 * @property {(text: string, acts: {value: string, label: string, look?: string}[]) => Promise<string>} ask
 */

/** @typedef {(f: Frame, arg: string) => Page|Promise<Page>} View */

export const comma = () => t('web.comma_long');

/** @param {string} key @param {any} [extra] what stands at the right */
export function section(key, extra) { return h('div', {class: 'sec'}, h('h2', null, t(key)), extra && h('span', {class: 'num'}, extra)); }

/** @param {string} text */
export function empty(text) { return h('p', {class: 'empty box'}, text); }

/** @param {string} text @param {string} [look] */
export function tag(text, look) { return h('span', {class: 'tag ' + (look || 'n')}, text); }

/**
 * A button that calls somebody.
 * @param {string} number
 * @param {string} name
 * @param {boolean} [written] with the number beside it
 */
export function call(number, name, written) {
  if (!number) return null;
  return h('a', {class: written ? 'txt' : 'callme', href: 'tel:' + number.replace(/[^0-9+]/g, ''), 'aria-label': !written && t('phone.call', {name})}, icon('phone'), written ? [h('span', {class: 'vh'}, t('phone.call', {name})), h('span', {class: 'num'}, number)] : t('phone.call_short'));
}

/**
 * Why and when a home is to be visited, by the calendar of today: the picture
 * may be some days old.
 * @param {Home} x
 */
export function reason(x) {
  if (!x.due) return null;
  const left = daysBetween(today(), x.due.by), late = left < 0;
  let key = x.due.key, args = x.due.args || {};
  if (/^quota\.next\./.test(key)) {
    if (late) { key = 'quota.next.past'; args = {days: -left}; }
    else if (left <= 3) key = 'quota.next.now';
    else { const [, m, d] = x.due.by.split('-').map(Number); key = 'quota.next.by'; args = {month: m, day: d}; }
  }
  return h('span', late ? {class: 'due'} : null, t(key, args));
}

/**
 * Done and wanted of a year, as the server counted.
 * @param {Home} x
 */
export function dots(x) {
  const {want, seen} = x.year, done = want ? x.year.done : seen, out = [];
  for (let i = 0; i < Math.min(Math.max(done, want), 12); i += 1) out.push(h('i', {class: i < done && 'on'}));
  return h('p', {class: 'dots'}, out, h('span', {class: 'num'}, want ? t('progress.home.times_of', {done, of: want, n: seen}) : t('progress.home.times', {n: seen})));
}

/**
 * How many of a home's visits wait: they are not in the figure beside it.
 * @param {Frame} f
 * @param {string} home
 */
export function waiting(f, home) {
  const n = f.phone.visits(home).filter((v) => v.pending && v.pending !== 'closed').length;
  return n ? h('p', {class: 'num wait'}, t('phone.more_waiting', {n})) : null;
}

/** @param {Home} x village and group */
export function place(x) { return x.village + x.group; }

/**
 * Group and what matters most, as one line.
 * @param {Home} x
 * @param {number} [most]
 */
export function facts(x, most) { return [x.group, ...x.tags.slice(0, most || 2).map((k) => t(k))].filter(Boolean).join(t('today.dot')); }

/** @param {Home} x */
export function last(x) { return x.last ? t('today.last', {day: monthDay(x.last)}) : t('visit.never_yet'); }

/**
 * When a matter falls due, in the words of the list.
 * @param {Matter} m
 */
export function when(m) {
  if (!m.due) return null;
  const left = daysBetween(today(), m.due);
  const text = left < 0 ? t('matter.over', {n: -left}) : left === 0 ? t('matter.today') : left === 1 ? t('matter.tomorrow') : left < 7 ? weekday(m.due) : monthDay(m.due);
  return h('span', {class: 'when num' + (left <= 3 ? ' due' : '')}, text);
}

/** @param {Matter} m somebody still has to do something */
export function runs(m) { return m.state === 'registered' || m.state === 'handling' || m.state === 'extension'; }

/** @param {Frame} f @param {string} id */
export function headOf(f, id) { const x = id && f.phone.home(id); return x ? t('today.home_of', {name: x.head}) : ''; }

/**
 * 今天 08:10 of a moment.
 * @param {number} ms
 */
export function moment(ms) {
  const d = new Date(ms), day = dayOf(d), n = today();
  return (day === n ? t('visit.today') : day === addDays(n, -1) ? t('phone.yesterday') : monthDay(day)) + ' ' + clockOf(d);
}

/**
 * Words for a way of a visit.
 * @param {Visit} v
 */
export function way(v) { return t('visit.how.' + v.how); }

/** @param {Visit} v what is said openly about a record */
export function marks(v) {
  return [v.late && tag(t('visit.mark.late')), v.proxy && tag(t('visit.mark.proxy')), v.version > 1 && tag(t('visit.mark.amended')), v.voided && tag(t('visit.mark.void'), 'c'), v.pending && pending(v.pending)];
}

/** @param {string} state where an unsent record is */
export function pending(state) {
  if (state === 'held') return tag(t('phone.state.held'), 'o');
  if (state === 'sending') return tag(t('phone.state.sending'), 'i');
  return state === 'saved' ? tag(t('phone.state.saved')) : null;
}

/**
 * Chips: real radios or boxes under a drawn label.
 * @param {string} kind radio or checkbox
 * @param {string} name
 * @param {{value: string, label: any, small?: string, disabled?: boolean}[]} options
 * @param {string[]} chosen
 * @param {string} [look]
 */
export function picks(kind, name, options, chosen, look) {
  return h('div', {class: 'picks ' + (look || '')}, options.map((o) => h('label', null,
    h('input', {type: kind, name, value: o.value, checked: chosen.indexOf(o.value) >= 0, disabled: o.disabled}), h('span', null, o.label, o.small && h('small', null, o.small)))));
}

/**
 * A group of chips with its question.
 * @param {any} legend
 * @param {any} inside
 * @param {string} [id]
 */
export function group(legend, inside, id) { return h('fieldset', {class: 'f', id}, h('legend', null, legend), inside); }

/** @param {HTMLElement} e how many signs too many; below nothing there is room */
function beyond(e) { return e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement ? Array.from(e.value.trim()).length - Number(e.getAttribute('data-most')) : 0; }

/**
 * Tells how much room is left when it becomes scarce. Nothing is ever cut.
 * @param {HTMLElement} input
 */
function room(input) {
  const most = Number(input.getAttribute('data-most'));
  if (!most) return null;
  const says = h('p', {class: 'hint num', role: 'status', hidden: true});
  const tell = () => {
    const n = beyond(input);
    says.hidden = n < -Math.max(20, most / 10);
    says.textContent = says.hidden ? '' : n > 0 ? t('phone.beyond', {n, most}) : t('phone.left', {n: -n});
  };
  input.addEventListener('input', tell);
  tell();
  return says;
}

/**
 * A labelled field.
 * @param {string} id
 * @param {any} label
 * @param {HTMLElement} input
 * @param {any} [hint]
 */
export function field(id, label, input, hint) {
  input.id = id;
  return h('div', {class: 'f'}, h('label', {for: id}, label), input, room(input), hint && h('p', {class: 'hint'}, hint));
}

export const optional = () => h('small', null, t('web.optional'));

/**
 * What is wrong, beside the field it is about; the first such is brought into
 * sight. Saying it again replaces what was said before.
 * @param {HTMLElement} form
 * @param {{at: string, text: string}[]} wrongs ids of fields
 * @returns {boolean} nothing is wrong
 */
export function sound(form, wrongs) {
  form.querySelectorAll('.wrong').forEach((e) => e.remove());
  form.querySelectorAll('.bad').forEach((e) => e.classList.remove('bad'));
  form.querySelectorAll('[aria-invalid]').forEach((e) => { e.removeAttribute('aria-invalid'); e.removeAttribute('aria-describedby'); });
  for (const e of Array.from(form.querySelectorAll('[data-most]'))) {
    if (e instanceof HTMLElement && !e.closest('[hidden]') && beyond(e) > 0) wrongs.push({at: e.id, text: t('phone.beyond', {n: beyond(e), most: e.getAttribute('data-most')})});
  }
  for (const w of wrongs) {
    const e = form.querySelector('#' + w.at);
    if (!e) continue;
    const box = e.closest('.f') || e, fold = e.closest('details');
    if (fold) fold.open = true;
    box.classList.add('bad');
    const p = h('p', {class: 'wrong', id: w.at + '-wrong'}, icon('alert'), h('span', null, w.text));
    box.appendChild(p);
    const of = e.matches('fieldset') ? e : e;
    of.setAttribute('aria-describedby', p.id);
    if (!e.matches('fieldset')) e.setAttribute('aria-invalid', 'true');
  }
  if (!wrongs.length) return true;
  const first = form.querySelector('.bad');
  if (first) {
    first.scrollIntoView({block: 'center'});
    const i = /** @type {HTMLElement|null} */ (first.querySelector('input,textarea,select'));
    if (i) i.focus({preventScroll: true});
  }
  return false;
}

/**
 * Values of a group of chips.
 * @param {HTMLElement} form
 * @param {string} name
 */
export function chosen(form, name) {
  return Array.from(/** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('input[name="' + name + '"]:checked'))).map((i) => i.value);
}

/**
 * The big button at the lower edge with what it does below it.
 * @param {string} label
 * @param {() => void} run
 * @param {string} [note]
 */
export function foot(label, run, note) {
  return h('div', {class: 'foot'}, h('button', {class: 'btn p', type: 'button', onclick: run}, label), note && h('p', null, note));
}

/**
 * A form whose Enter leads nowhere: on a phone it belongs to the input method.
 * @param {string} look
 * @param {...any} kids
 */
export function form(look, ...kids) {
  const e = h('form', {class: 'form ' + look, novalidate: true, autocomplete: 'off', onsubmit: (/** @type {Event} */ ev) => ev.preventDefault()}, kids);
  e.addEventListener('keydown', (ev) => { if (ev.key === 'Enter' && ev.target instanceof HTMLInputElement) ev.preventDefault(); });
  return e;
}

/**
 * Gives a file to the person: to another program where the phone can, into the
 * downloads otherwise.
 * @param {Frame} f
 */
export async function keepFile(f) {
  const blob = await f.phone.file(), name = 'lianxin-' + today() + '.lxbox';
  const n = /** @type {any} */ (navigator);
  if (typeof File === 'function' && n.canShare) {
    const file = new File([blob], name, {type: 'application/octet-stream'});
    if (n.canShare({files: [file]})) {
      try { await n.share({files: [file]}); return; } catch (e) { if (e instanceof Error && e.name === 'AbortError') return; }
    }
  }
  const url = URL.createObjectURL(blob);
  const a = h('a', {href: url, download: name, hidden: true});
  document.body.appendChild(a);
  a.click();
  setTimeout(() => { a.remove(); URL.revokeObjectURL(url); }, 60000);
  f.toast(t('phone.file_kept'));
}

/**
 * What saving does here: on this phone first, or at once to the office where the
 * phone keeps nothing.
 * @param {Frame} f
 * @param {string} [key]
 */
export function keeping(f, key) { return t(f.phone.state.fleeting ? 'phone.first_now' : key || 'phone.first_here'); }

let saving = false;

/**
 * Saves a record, says so, and offers to take it back for five seconds. What
 * was written comes back into the form then.
 * @param {Frame} f
 * @param {{kind: string, body: any, title: string, draft?: string, value?: any, photos?: string[], again?: string, says?: string}} r
 * @returns {Promise<boolean>} it cannot be lost any more
 */
export async function put(f, r) {
  if (saving) return false;
  saving = true;
  let id = '';
  try {
    id = await f.phone.save(r.kind, r.body, r.title, r.draft, r.photos);
  } catch (e) {
    const s = f.phone.state;
    if (!s.locked) await f.ask(t(!s.fleeting ? 'phone.not_saved' : s.expired ? 'phone.not_sent_expired' : 'phone.not_sent'), [{value: 'ok', label: t('phone.seen'), look: 'p'}]);
    return false;
  } finally {
    saving = false;
  }
  if (f.phone.state.fleeting) { f.toast(t('phone.sent_now')); return true; }
  f.toast(r.says || t('phone.saved'), {label: t('phone.undo'), run: async () => {
    if (!await f.phone.undo(id)) { f.toast(t('phone.undo_late')); return; }
    if (r.draft) await f.phone.keep(r.draft, r.value);
    if (r.again) f.go(r.again); else f.refresh();
  }});
  return true;
}
