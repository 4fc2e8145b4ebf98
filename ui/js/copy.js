// @ts-check
import {tell, words} from './dom.js';

/**
 * Buttons with data-copy put their text on the clipboard; without a clipboard
 * (plain HTTP) they are hidden, the text stands beside them anyway.
 * @param {Document} doc
 */
export function copies(doc) {
  for (const b of /** @type {NodeListOf<HTMLButtonElement>} */ (doc.querySelectorAll('button[data-copy]'))) {
    if (!navigator.clipboard) { b.hidden = true; continue; }
    b.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(b.dataset.copy || '');
        b.textContent = words('copied');
        tell(words('copied'));
      } catch { b.hidden = true; }
    });
  }
}
