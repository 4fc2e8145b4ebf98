// The service worker's side of the page: it is asked for where it exists, and a
// new version waits until somebody takes it.

export function keepShell() {
  /** @type {ServiceWorkerRegistration|null} */
  let reg = null;
  /** @type {(patch: {worker?: boolean, renewed?: boolean}) => void} */
  let say = () => {};
  const build = document.documentElement.dataset.build || '';
  const sw = navigator.serviceWorker;
  let taking = false;

  const look = () => {
    if (!reg || !reg.waiting || !sw.controller) return;
    // A page that is already of the new build need not ask anybody.
    reg.waiting.postMessage({ take: build });
    setTimeout(() => { if (reg && reg.waiting) say({ renewed: true }); }, 300);
  };

  const begin = async () => {
    try {
      reg = await sw.register('/m/sw.js', { scope: '/m/', updateViaCache: 'none' });
    } catch (e) {
      return; // refused here; the page works while it stays open
    }
    say({ worker: true });
    look();
    reg.addEventListener('updatefound', () => {
      const w = reg && reg.installing;
      if (w) w.addEventListener('statechange', () => { if (w.state === 'installed') look(); });
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && reg) reg.update().catch(() => {});
    });
  };

  if (sw) {
    sw.addEventListener('controllerchange', () => { if (taking) location.reload(); });
    if (document.readyState === 'complete') void begin();
    else addEventListener('load', () => { void begin(); });
  }
  return {
    /** @param {(patch: {worker?: boolean, renewed?: boolean}) => void} fn */
    tell(fn) {
      say = fn;
      if (reg) say({ worker: true });
      look();
    },
    renew() {
      if (!reg || !reg.waiting) { location.reload(); return; }
      taking = true;
      reg.waiting.postMessage({ take: 'now' });
      setTimeout(() => location.reload(), 3000);
    },
  };
}
