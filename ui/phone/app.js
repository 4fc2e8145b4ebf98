// Opens the store, looks after the service worker, and hands the phone to the
// screens.
import { pref } from './entry.js';
import { openPhone } from './store.js';
import { load, t } from './texts.js';
import { keepShell } from './shell.js';
import { start } from './views/main.js';

async function boot() {
  const root = /** @type {HTMLElement} */ (document.getElementById('app'));
  await load(pref('lang') || document.documentElement.lang);
  const shell = keepShell();
  const phone = await openPhone({ t, renew: () => shell.renew() });
  shell.tell((patch) => phone.store.set(patch));
  const me = phone.me();
  if (me && me.lang && !pref('lang')) await load(me.lang);
  root.textContent = '';
  start(phone, root);
}

boot().catch((e) => {
  // Nothing can be shown by the screens: say it in the page itself.
  const root = document.getElementById('app');
  if (root) root.textContent = t('phonebox.broken');
  throw e;
});
