// @ts-check

/**
 * A part marked data-when="name=value" is open while that answer is chosen. Old
 * browsers and pages without scripts show it all the time.
 * @param {Document} doc
 */
export function opens(doc) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (doc.querySelectorAll('[data-when]'))) {
    const [name, value] = (part.dataset.when || '').split('=');
    const form = part.closest('form');
    if (!form || !name) continue;
    const show = () => {
      const fields = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll(`[name="${CSS.escape(name)}"]`));
      let on = false;
      for (const f of fields) {
        const chosen = f.type === 'radio' || f.type === 'checkbox' ? f.checked : true;
        if (chosen && f.value === value) on = true;
      }
      part.hidden = !on;
    };
    form.addEventListener('change', show);
    show();
  }
}
