// Bytes, texts and ids. No crypto.randomUUID and no structuredClone: the floor
// is Chrome 87 and iOS 15.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** @param {string} s */
export function utf8(s) { return encoder.encode(s); }

/** @param {ArrayBuffer|Uint8Array} b */
export function text(b) { return decoder.decode(b); }

/**
 * base64url without padding.
 * @param {ArrayBuffer|Uint8Array} b
 */
export function b64u(b) {
  const a = b instanceof Uint8Array ? b : new Uint8Array(b);
  let s = '';
  for (let i = 0; i < a.length; i += 0x2000) s += String.fromCharCode.apply(null, /** @type {any} */ (a.subarray(i, i + 0x2000)));
  return btoa(s).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** @param {string} s */
export function unb64u(s) {
  const raw = atob(s.replace(/-/g, '+').replace(/_/g, '/'));
  const out = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) out[i] = raw.charCodeAt(i);
  return out;
}

/** @param {Uint8Array} b */
export function hex(b) { return Array.from(b, (x) => x.toString(16).padStart(2, '0')).join(''); }

/** @param {number} n */
export function chance(n) { return crypto.getRandomValues(new Uint8Array(n)); }

/**
 * Random bytes before others.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
export function join(a, b) {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * 16 bytes as 26 signs, as the server writes ids.
 * @param {Uint8Array} b
 */
export function crockford(b) {
  let out = '';
  for (let i = 0; i < 26; i++) {
    let v = 0;
    for (let j = 0; j < 5; j++) {
      const bit = i * 5 + j - 2;
      v <<= 1;
      if (bit >= 0) v |= (b[bit >> 3] >> (7 - (bit & 7))) & 1;
    }
    out += digits[v];
  }
  return out;
}

/**
 * An id that sorts by time: 48 bits of milliseconds, 80 of chance.
 * @param {number} [now]
 */
export function newID(now = Date.now()) {
  const b = chance(16);
  let ms = Math.max(0, now);
  for (let i = 5; i >= 0; i--) {
    b[i] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  return crockford(b);
}
