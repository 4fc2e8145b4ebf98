// @ts-check
import {composing, typing} from './dom.js';

/**
 * "/" goes to the search box, Escape leaves it.
 * @param {Document} doc
 */
export function searchKey(doc) {
  const box = /** @type {HTMLInputElement|null} */ (doc.getElementById('find'));
  if (!box) return;
  doc.addEventListener('keydown', (e) => {
    if (composing(e) || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === '/' && !typing(e.target)) {
      e.preventDefault();
      box.focus();
      box.select();
    } else if (e.key === 'Escape' && doc.activeElement === box) {
      box.blur();
    }
  });
}
