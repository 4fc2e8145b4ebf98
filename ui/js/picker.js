// @ts-check

/**
 * Household pickers search while one types; one inside data-focus has the focus
 * when the page opens. The answer is a fragment of HTML
 * from our own server, the same list a page without scripts would show.
 * @param {Document} doc
 */
export function pickers(doc) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (doc.querySelectorAll('[data-picker]'))) {
    const input = /** @type {HTMLInputElement|null} */ (box.querySelector('input[type=search]'));
    const found = box.querySelector('.found');
    const source = box.dataset.picker;
    if (!input || !found || !source) continue;
    let wait = 0, asked = input.value.trim();
    if (box.closest('[data-focus]') && document.activeElement === document.body) input.focus();
    /** @type {AbortController|null} */
    let running = null;
    const search = async () => {
      if (running) running.abort();
      running = new AbortController();
      asked = input.value.trim();
      const at = new URL(source, location.href);
      at.searchParams.set('q', input.value.trim());
      at.searchParams.set('name', box.dataset.name || '');
      try {
        const r = await fetch(at, {signal: running.signal, headers: {Accept: 'text/html'}});
        if (!r.ok) return;
        const page = new DOMParser().parseFromString(await r.text(), 'text/html');
        found.replaceChildren(...page.body.childNodes);
        // One answer is the answer.
        const all = /** @type {NodeListOf<HTMLInputElement>} */ (found.querySelectorAll('input[type=radio]'));
        if (all.length === 1) { all[0].checked = true; all[0].dispatchEvent(new Event('change', {bubbles: true})); }
      } catch { /* no network: the button still works */ }
    };
    input.addEventListener('input', (e) => {
      if (/** @type {InputEvent} */ (e).isComposing) return;
      clearTimeout(wait);
      wait = window.setTimeout(search, 180);
    });
    input.addEventListener('compositionend', () => { clearTimeout(wait); wait = window.setTimeout(search, 60); });
    input.addEventListener('keydown', (e) => {
      if (e.key === 'Enter' && !e.isComposing) {
        // With somebody chosen for what was typed, Enter goes on as in any field,
        // where the form does not begin with the search.
        const first = /** @type {HTMLButtonElement|null} */ (input.form && input.form.querySelector('button:not([type=button])'));
        if (asked === input.value.trim() && found.querySelector('input:checked') && first && first.name !== 'find') return;
        e.preventDefault();
        search();
      }
      if (e.key === 'ArrowDown') {
        const first = /** @type {HTMLInputElement|null} */ (found.querySelector('input[type=radio]'));
        if (first) { e.preventDefault(); first.focus(); first.click(); }
      }
    });
  }
}
