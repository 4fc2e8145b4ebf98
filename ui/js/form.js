// @ts-check
import {tell, words} from './dom.js';

/**
 * Guards of forms that write: Enter that ends a Chinese composition does not
 * send, a form is sent once, and leaving with unsaved words asks first.
 * Forms marked data-free (filters, searches, switches) are left alone.
 * @param {Document} doc
 */
export function formGuards(doc) {
  let composed = 0;
  doc.addEventListener('compositionend', () => { composed = Date.now(); }, true);
  doc.addEventListener('keydown', (e) => {
    // Safari ends the composition before the Enter that ended it.
    if (e.key === 'Enter' && e.target instanceof HTMLInputElement && (e.isComposing || e.keyCode === 229 || Date.now() - composed < 60)) {
      e.preventDefault();
    }
  }, true);

  /** @type {Set<HTMLFormElement>} */
  const dirty = new Set();
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (doc.querySelectorAll('form[method=post]'))) {
    const watched = form.querySelector('input[name=op]') !== null && !form.hasAttribute('data-free');
    if (watched) form.addEventListener('input', () => dirty.add(form));
    form.addEventListener('submit', (e) => {
      // A form that answers with a file leaves its page standing and may be sent again.
      if (e.defaultPrevented || form.hasAttribute('data-again')) return;
      if (form.dataset.sent === '1') { e.preventDefault(); return; }
      form.dataset.sent = '1';
      dirty.delete(form);
      const by = /** @type {SubmitEvent} */ (e).submitter;
      if (watched && by instanceof HTMLButtonElement && !by.name) {
        by.setAttribute('aria-disabled', 'true');
        tell(words('sending'));
      }
    });
  }
  // Coming back by the browser's button finds the page as it was left.
  window.addEventListener('pageshow', () => {
    for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (doc.querySelectorAll('form[data-sent]'))) {
      delete form.dataset.sent;
      for (const b of form.querySelectorAll('[aria-disabled]')) b.removeAttribute('aria-disabled');
    }
  });
  window.addEventListener('beforeunload', (e) => {
    for (const form of dirty) {
      if (form.isConnected && form.dataset.sent !== '1') {
        e.preventDefault();
        e.returnValue = words('unsaved');
        return;
      }
    }
  });
}
