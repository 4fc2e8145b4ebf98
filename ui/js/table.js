// @ts-check
import {composing, typing, words} from './dom.js';

/**
 * Keys in tables marked data-keys: ↑↓ move, space chooses, Enter opens the
 * row's link. Where the table stands in a form, A chooses all rows, and a
 * letter presses the button marked with it (data-key) for the rows chosen, or
 * for the row one is on. ? opens the list of keys. Nothing happens unless the
 * focus is in the table, so that no key means something unawares; a table
 * marked data-start takes the focus when the page opens at a desk.
 * A box "all" (data-all) chooses every row; the bar marked data-bulk shows how
 * many are chosen.
 * @param {Document} doc
 */
export function tableKeys(doc) {
  /** @param {Element|null} row @returns {HTMLElement|null} */
  const place = (row) => row && /** @type {HTMLElement|null} */ (row.querySelector('td a') || row.querySelector('td button, td input'));
  /** @param {Element|null} row @returns {HTMLInputElement|null} */
  const box = (row) => row && /** @type {HTMLInputElement|null} */ (row.querySelector('input[type=checkbox]'));
  for (const table of doc.querySelectorAll('table[data-keys]')) {
    const form = table.closest('form');
    table.addEventListener('keydown', (ev) => {
      const e = /** @type {KeyboardEvent} */ (ev);
      if (composing(e) || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
      const row = e.target instanceof Element ? e.target.closest('tbody tr') : null;
      if (!row) return;
      const one = box(row);
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        const at = place(e.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling);
        if (at) { e.preventDefault(); at.focus(); }
      } else if (e.key === ' ' && e.target !== one && !(e.target instanceof HTMLButtonElement)) {
        if (one) { e.preventDefault(); one.click(); }
      } else if (e.key === 'Enter' && e.target === one) {
        const link = /** @type {HTMLElement|null} */ (row.querySelector('td a'));
        e.preventDefault();
        if (link) link.click();
      } else if (e.key === '?') {
        const help = /** @type {HTMLDetailsElement|null} */ (doc.querySelector('[data-keyhelp]'));
        if (help) { e.preventDefault(); help.open = !help.open; }
      } else if (form && e.key.toLowerCase() === 'a') {
        const all = /** @type {HTMLInputElement|null} */ (form.querySelector('input[data-all]'));
        if (all) { e.preventDefault(); all.click(); }
      } else if (form && /^[a-z]$/i.test(e.key)) {
        const button = /** @type {HTMLButtonElement|null} */ (form.querySelector(`[data-key="${e.key.toLowerCase()}"]`));
        if (!button) return;
        e.preventDefault();
        if (one && !form.querySelector('tbody input.ck:checked')) one.click();
        button.click();
      }
    });
    if (table.hasAttribute('data-start') && doc.activeElement === doc.body && !location.hash && matchMedia('(min-width:821px)').matches && !matchMedia('(pointer:coarse)').matches) {
      const at = place(table.querySelector('tbody tr'));
      if (at) at.focus({preventScroll: true});
    }
  }
  for (const form of doc.querySelectorAll('form')) {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('tbody input[type=checkbox].ck'));
    if (boxes.length === 0) continue;
    const all = /** @type {HTMLInputElement|null} */ (form.querySelector('input[data-all]'));
    const bulk = /** @type {HTMLElement|null} */ (form.querySelector('[data-bulk]'));
    const none = bulk ? bulk.textContent : '';
    const count = () => {
      let n = 0;
      for (const b of boxes) {
        if (b.checked) n++;
        const tr = b.closest('tr');
        if (tr) tr.setAttribute('aria-selected', String(b.checked));
      }
      if (all) { all.checked = n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
      if (bulk) bulk.textContent = n > 0 ? words('chosen', {n}) : none;
    };
    form.addEventListener('change', (e) => {
      if (all && e.target === all) for (const b of boxes) b.checked = all.checked;
      count();
    });
    count();
  }
}
