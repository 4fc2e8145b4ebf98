// @ts-check

/**
 * While a matter is written down, those that may be the same are shown below
 * it. The answer is a fragment of our own server; without scripts the form asks
 * after it was sent.
 * @param {Document} doc
 */
export function alikes(doc) {
  const box = /** @type {HTMLElement|null} */ (doc.querySelector('[data-alike]'));
  const form = box && box.closest('form');
  if (!box || !form) return;
  let wait = 0, last = '';
  /** @type {AbortController|null} */
  let running = null;
  const ask = async () => {
    const data = new FormData(form);
    const at = new URL(box.dataset.alike || '', location.href);
    for (const name of ['title', 'household', 'place']) at.searchParams.set(name, String(data.get(name) || ''));
    if (at.search === last) return;
    last = at.search;
    if (running) running.abort();
    running = new AbortController();
    try {
      const r = await fetch(at, {signal: running.signal, headers: {Accept: 'text/html'}});
      if (!r.ok) return;
      const page = new DOMParser().parseFromString(await r.text(), 'text/html');
      box.replaceChildren(...page.body.childNodes);
    } catch { /* no network: the form asks when it is sent */ }
  };
  const later = (/** @type {Event} */ e) => {
    if (e instanceof InputEvent && e.isComposing || box.contains(/** @type {Node} */ (e.target))) return;
    clearTimeout(wait);
    wait = window.setTimeout(ask, 300);
  };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  form.addEventListener('compositionend', later);
}
