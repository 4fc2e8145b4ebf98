// @ts-check

/**
 * The code of an activation slip comes behind "#" of the address its QR opens,
 * so that it never reaches a server's log. It is put into the field and taken
 * from the address bar.
 * @param {Document} doc
 */
export function slipCode(doc) {
  const field = doc.querySelector('form[action="/activate"] input[name=code]');
  const code = location.hash.slice(1);
  if (!(field instanceof HTMLInputElement) || !/^[0-9A-Za-z-]{12,20}$/.test(code)) return;
  field.value = code;
  history.replaceState(null, '', location.pathname + location.search);
  field.form?.requestSubmit?.();
}
