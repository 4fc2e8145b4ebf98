// @ts-check
import {composing, typing, words} from './dom.js';

/**
 * Keys in tables marked data-keys: ↑↓ move, space chooses, Enter opens the
 * row's link (as links do). Nothing happens unless the focus is in the table.
 * A box "all" (data-all) chooses every row; the bar marked data-bulk shows how
 * many are chosen.
 * @param {Document} doc
 */
export function tableKeys(doc) {
  for (const table of doc.querySelectorAll('table[data-keys]')) {
    table.addEventListener('keydown', (ev) => {
      const e = /** @type {KeyboardEvent} */ (ev);
      if (composing(e) || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
      const row = e.target instanceof Element ? e.target.closest('tbody tr') : null;
      if (!row) return;
      if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
        const next = e.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
        const at = next && /** @type {HTMLElement|null} */ (next.querySelector('td a, td button, td input'));
        if (at) { e.preventDefault(); at.focus(); }
      } else if (e.key === ' ' && !(e.target instanceof HTMLInputElement) && !(e.target instanceof HTMLButtonElement)) {
        const box = /** @type {HTMLInputElement|null} */ (row.querySelector('input[type=checkbox]'));
        if (box) { e.preventDefault(); box.click(); }
      }
    });
  }
  for (const form of doc.querySelectorAll('form')) {
    const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll('tbody input[type=checkbox].ck'));
    if (boxes.length === 0) continue;
    const all = /** @type {HTMLInputElement|null} */ (form.querySelector('input[data-all]'));
    const bulk = /** @type {HTMLElement|null} */ (form.querySelector('[data-bulk]'));
    const count = () => {
      let n = 0;
      for (const b of boxes) {
        if (b.checked) n++;
        const tr = b.closest('tr');
        if (tr) tr.setAttribute('aria-selected', String(b.checked));
      }
      if (all) { all.checked = n === boxes.length; all.indeterminate = n > 0 && n < boxes.length; }
      if (bulk) bulk.textContent = n > 0 ? words('chosen', {n}) : '';
    };
    form.addEventListener('change', (e) => {
      if (all && e.target === all) for (const b of boxes) b.checked = all.checked;
      count();
    });
    count();
  }
}
