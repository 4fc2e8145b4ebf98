// @ts-check

/**
 * A button with data-confirm asks in a dialog and then sends its form with
 * sure=1, which spares the page that asks the same question.
 * @param {Document} doc
 */
export function confirms(doc) {
  const ask = /** @type {HTMLDialogElement|null} */ (doc.getElementById('ask'));
  if (!ask || typeof ask.showModal !== 'function') return;
  doc.addEventListener('click', (e) => {
    const by = e.target instanceof Element ? e.target.closest('button[data-confirm]') : null;
    if (!(by instanceof HTMLButtonElement) || !by.form || by.dataset.asked === '1') return;
    if (!by.form.reportValidity()) { e.preventDefault(); return; }
    e.preventDefault();
    const text = ask.querySelector('p');
    if (text) text.textContent = by.dataset.confirm || '';
    const yes = /** @type {HTMLButtonElement} */ (ask.querySelector('[value=yes]'));
    const no = /** @type {HTMLButtonElement} */ (ask.querySelector('[value=no]'));
    no.onclick = () => ask.close();
    yes.onclick = () => {
      ask.close();
      const sure = doc.createElement('input');
      sure.type = 'hidden';
      sure.name = 'sure';
      sure.value = '1';
      by.form?.append(sure);
      by.dataset.asked = '1';
      by.click();
    };
    ask.showModal();
    no.focus();
  });
}
