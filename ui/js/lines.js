// @ts-check

/**
 * A link with data-line goes to that line of the text field it names and marks
 * it, so that a mistake told by its line is found without counting.
 * @param {Document} doc
 */
export function lines(doc) {
  for (const a of /** @type {NodeListOf<HTMLAnchorElement>} */ (doc.querySelectorAll('a[data-line]'))) {
    a.addEventListener('click', (e) => {
      const area = doc.querySelector(a.hash);
      if (!(area instanceof HTMLTextAreaElement)) return;
      e.preventDefault();
      const n = Number(a.dataset.line);
      let from = 0;
      for (let i = 1; i < n; i++) {
        const next = area.value.indexOf('\n', from);
        if (next < 0) break;
        from = next + 1;
      }
      const end = area.value.indexOf('\n', from);
      area.focus();
      area.setSelectionRange(from, end < 0 ? area.value.length : end);
      const height = parseFloat(getComputedStyle(area).lineHeight) || 20;
      area.scrollTop = Math.max(0, (n - 4) * height);
      area.scrollLeft = 0;
      area.scrollIntoView({block: 'nearest'});
    });
  }
}
