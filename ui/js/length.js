// @ts-check

/**
 * Beside a text that has to fit on one page, data-length counts while one types:
 * the characters of the form's long fields without spaces; a quotation counts
 * while it is ticked.
 * @param {Document} doc
 */
export function lengths(doc) {
  for (const meter of /** @type {NodeListOf<HTMLElement>} */ (doc.querySelectorAll('[data-length]'))) {
    const form = meter.closest('form');
    const n = meter.querySelector('[data-n]');
    const bar = meter.querySelector('meter');
    if (!form || !n || !bar) continue;
    const count = () => {
      let sum = 0;
      for (const area of form.querySelectorAll('textarea')) {
        const tick = area.closest('[data-quote]')?.querySelector('input[type=checkbox]');
        if (tick instanceof HTMLInputElement && !tick.checked) continue;
        sum += [...area.value.replace(/\s/gu, '')].length;
      }
      n.textContent = String(sum);
      bar.value = sum;
    };
    form.addEventListener('input', count);
    count();
  }
}
