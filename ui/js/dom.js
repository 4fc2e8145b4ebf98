// @ts-check

/**
 * Words for scripts lie in the page, so that they come from the same catalogue.
 * @param {string} name data attribute of #live
 * @param {Record<string, string|number>} [args]
 * @returns {string}
 */
export function words(name, args = {}) {
  const live = document.getElementById('live');
  let s = (live && live.dataset[name]) || '';
  for (const k of Object.keys(args)) s = s.replace('{' + k + '}', String(args[k]));
  return s;
}

/**
 * Tells something to people and to screen readers.
 * @param {string} text
 */
export function tell(text) {
  const live = document.getElementById('live');
  if (!live) return;
  live.textContent = '';
  setTimeout(() => { live.textContent = text; }, 30);
}

/**
 * True while a Chinese input method is composing: no key means anything then.
 * @param {KeyboardEvent} e
 */
export function composing(e) { return e.isComposing || e.keyCode === 229; }

/**
 * True where keys are text.
 * @param {EventTarget|null} t
 */
export function typing(t) {
  return t instanceof HTMLElement && (t.isContentEditable || t.matches('textarea,select,input:not([type=checkbox]):not([type=radio]):not([type=button])'));
}
