// @ts-check

/**
 * The phone's menu closes on Escape and on a tap beside it.
 * @param {Document} doc
 */
export function menus(doc) {
  for (const m of /** @type {NodeListOf<HTMLDetailsElement>} */ (doc.querySelectorAll('details.menu'))) {
    doc.addEventListener('keydown', (e) => { if (e.key === 'Escape' && m.open) { m.open = false; m.querySelector('summary')?.focus(); } });
    doc.addEventListener('click', (e) => { if (m.open && e.target instanceof Node && !m.contains(e.target)) m.open = false; });
  }
}
