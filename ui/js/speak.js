// @ts-check
// Reads the page aloud where the phone can; the button is hidden
// where it cannot, and without scripts.

const button = /** @type {HTMLButtonElement | null} */ (document.getElementById('speak'));
const main = document.getElementById('main');
const synth = window.speechSynthesis;

/** The page's words in pieces a phone reads without stopping in the middle. */
function pieces() {
  /** @type {string[]} */
  const out = [];
  for (const e of /** @type {NodeListOf<HTMLElement>} */ (main?.querySelectorAll('h1,h2,h3,p,li,legend,a.big,button,label>span'))) {
    if (e.offsetParent === null || e.closest('details:not([open])') && !e.matches('summary')) continue;
    // A number is read sign by sign.
    const text = e.innerText.trim();
    if (text) out.push(e.matches('.tel') ? [...text.replace(/\s/g, '')].join(' ') : text);
  }
  return out;
}

if (button && main && synth && typeof SpeechSynthesisUtterance === 'function') {
  const label = /** @type {HTMLElement} */ (button.querySelector('span'));
  const start = label.textContent || '', stop = button.dataset.stop || start;
  let reading = false;
  const end = () => { reading = false; label.textContent = start; button.setAttribute('aria-pressed', 'false'); };
  button.hidden = false;
  button.addEventListener('click', () => {
    synth.cancel();
    if (reading) { end(); return; }
    const list = pieces();
    list.forEach((text, i) => {
      const u = new SpeechSynthesisUtterance(text);
      u.lang = document.documentElement.lang;
      u.rate = .85;
      u.onerror = end;
      if (i === list.length - 1) u.onend = end;
      synth.speak(u);
    });
    reading = list.length > 0;
    label.textContent = reading ? stop : start;
    button.setAttribute('aria-pressed', String(reading));
  });
  addEventListener('pagehide', () => synth.cancel());
}
