// @ts-check

/**
 * Household pickers search while one types; one inside data-focus has the focus
 * when the page opens. The answer is a fragment of HTML
 * from our own server, the same list a page without scripts would show. Where
 * several may be chosen (data-many), who is ticked in the answer joins those
 * offered above it.
 * @param {Document} doc
 */
export function pickers(doc) {
  for (const box of /** @type {NodeListOf<HTMLElement>} */ (doc.querySelectorAll('[data-picker]'))) {
    const input = /** @type {HTMLInputElement|null} */ (box.querySelector('input[type=search]'));
    const found = box.querySelector('.found');
    const source = box.dataset.picker;
    if (!input || !found || !source) continue;
    const many = box.dataset.many !== undefined;
    if (many) found.addEventListener('change', (e) => join(box, /** @type {HTMLInputElement} */ (e.target), input, found));
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
        if (many) {
          for (const x of /** @type {NodeListOf<HTMLInputElement>} */ (found.querySelectorAll('input'))) {
            const above = chip(box, x.value);
            if (above) x.checked = above.checked;
          }
          return;
        }
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
        if (many) { e.preventDefault(); search(); return; }
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

/**
 * The one of those offered above the search who has this id.
 * @param {HTMLElement} box
 * @param {string} id
 */
function chip(box, id) {
  return Array.from(/** @type {NodeListOf<HTMLInputElement>} */ (box.querySelectorAll('.picks input'))).find((x) => x.value === id);
}

/**
 * Who was found and ticked stands above from now on, and the search is free again.
 * @param {HTMLElement} box
 * @param {HTMLInputElement} one
 * @param {HTMLInputElement} input
 * @param {Element} found
 */
function join(box, one, input, found) {
  const above = chip(box, one.value), picks = box.querySelector('.picks'), line = one.closest('label');
  if (above) above.checked = one.checked;
  if (!one.checked || !picks || !line) return;
  if (!above) {
    const name = line.querySelector('b'), note = line.querySelector('small'), label = document.createElement('label'), span = document.createElement('span');
    span.append(name ? name.textContent || '' : '');
    if (note) span.append(' ', note.cloneNode(true));
    label.append(one, span);
    picks.append(label);
  }
  input.value = '';
  found.replaceChildren();
  input.focus();
}
