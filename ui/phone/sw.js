// Keeps the shell of one build and nothing else: no answer of the server's
// programme interface, no page of another door. The head of this file, with the
// build and its files, is written by the server (internal/offline/shell.go).
/* global BUILD, FILES */
'use strict';

const NAME = 'lianxin-' + BUILD;
const PAGE = '/m/';
const PATIENCE = 3000;

function fill() {
  return caches.open(NAME).then((c) => c.addAll(FILES.map((f) => new Request(f, f === PAGE ? { cache: 'reload', credentials: 'omit' } : { credentials: 'omit' }))));
}

self.addEventListener('install', (e) => { e.waitUntil(fill()); });

self.addEventListener('activate', (e) => {
  e.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((n) => n.startsWith('lianxin-') && n !== NAME).map((n) => caches.delete(n))))
    .then(() => self.clients.claim()));
});

// A new version waits: "now" when a person takes it, or when the page that asks
// is already of this build.
self.addEventListener('message', (e) => {
  if (e.data && (e.data.take === 'now' || e.data.take === BUILD)) self.skipWaiting();
});

self.addEventListener('fetch', (e) => {
  const r = e.request;
  const u = new URL(r.url);
  if (r.method !== 'GET' || u.origin !== self.location.origin) return;
  if (u.pathname.startsWith('/m/a/')) e.respondWith(kept(r));
  else if (r.mode === 'navigate' && u.pathname === PAGE) e.respondWith(page(e, r));
});

/** Files carry the build in their address and never change. */
async function kept(r) {
  return (await caches.match(r, { ignoreVary: true })) || fetch(r);
}

/**
 * The page comes from the network when it is there within three seconds. One of
 * another build is shown only when all its files are kept already: half a
 * program is worse than an old one.
 */
async function page(e, r) {
  // Looking must not open: an old worker that still answers would make its cache
  // anew, empty, after the new one has cleared it away.
  const mine = await caches.match(PAGE, { ignoreVary: true, cacheName: NAME });
  try {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), mine ? PATIENCE : 60000);
    const res = await fetch(r.url, { credentials: 'same-origin', cache: 'no-cache', signal: stop.signal, redirect: 'follow' });
    clearTimeout(timer);
    const build = res.headers.get('X-Lianxin-Build') || '';
    // The browser may take a cache away from a worker that lives on.
    if (res.ok && build === BUILD && !mine) e.waitUntil(fill().catch(() => {}));
    if (res.ok && (build === BUILD || !mine)) return res;
    if (res.ok && build) {
      if (await caches.match(PAGE, { ignoreVary: true, cacheName: 'lianxin-' + build })) return res;
      self.registration.update().catch(() => {});
    }
  } catch (fault) { /* no network, or too slow */ }
  return mine || Response.error();
}
