// The key of what the phone can read: it cannot be taken out of the browser, and
// with a lock it lies nowhere but wrapped under the six digits.
import { b64u, chance, join, text, unb64u, utf8 } from './bytes.js';
import { seal } from './seal.js';

/** Rounds of PBKDF2-SHA-256 between six digits and the wrapping key. */
export const ROUNDS = 600000;

/**
 * The row "cache" of the store `keys`. `g` counts the keys there have been, so
 * that another tab notices that its own is of yesterday.
 * @typedef {object} CacheKey
 * @property {number} g
 * @property {CryptoKey} [key]
 * @property {{salt: Uint8Array, nonce: Uint8Array, closed: Uint8Array, rounds: number}} [wrapped]
 * @property {string} [back]  the key sealed for the server, which gives it to its owner who enters with the password
 */

const AES = { name: 'AES-GCM', length: 256 };

/**
 * A new key that nobody can export.
 * @returns {Promise<CryptoKey>}
 */
export async function plainKey() {
  return /** @type {CryptoKey} */ (await crypto.subtle.generateKey(AES, false, ['encrypt', 'decrypt']));
}

/** @param {string} pin @param {Uint8Array} salt @param {number} rounds */
async function fromPin(pin, salt, rounds) {
  const base = await crypto.subtle.importKey('raw', utf8(pin), 'PBKDF2', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations: rounds }, base, AES, false, ['encrypt', 'decrypt']);
}

/** @param {Uint8Array} raw */
async function imported(raw) {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/** @param {string} s  as the server gives it back */
export function givenBack(s) { return imported(unb64u(s)); }

/**
 * A new key, wrapped under a pin, and sealed for the server.
 * @param {string} pin
 * @param {import('./seal.js').ServerKey|null} to
 * @param {string} device
 * @param {string} account
 */
export async function lockedKey(pin, to, device, account) {
  const raw = chance(32);
  const salt = chance(16);
  const nonce = chance(12);
  const by = await fromPin(pin, salt, ROUNDS);
  const closed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8('lianxin cache key') }, by, raw));
  const key = await imported(raw);
  const back = to ? await seal(to, b64u(raw), 'lianxin cache key 1\n' + device + '\n' + account) : '';
  raw.fill(0);
  return { key, wrapped: { salt, nonce, closed, rounds: ROUNDS }, back };
}

/**
 * Opens a wrapped key; null when the pin is another.
 * @param {{salt: Uint8Array, nonce: Uint8Array, closed: Uint8Array, rounds: number}} w
 * @param {string} pin
 * @returns {Promise<CryptoKey|null>}
 */
export async function unwrap(w, pin) {
  const by = await fromPin(pin, w.salt, w.rounds);
  try {
    const raw = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: w.nonce, additionalData: utf8('lianxin cache key') }, by, w.closed));
    const key = await imported(raw);
    raw.fill(0);
    return key;
  } catch (e) {
    return null;
  }
}

/**
 * Encrypts a value for one place of the store `copy`.
 * @param {CryptoKey} key
 * @param {string} place
 * @param {any} value
 */
export async function close(key, place, value) {
  const nonce = chance(12);
  const b = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(place) }, key, utf8(JSON.stringify(value)));
  return join(nonce, new Uint8Array(b));
}

/** @param {CryptoKey} key @param {string} place @param {Uint8Array} closed */
export async function open(key, place, closed) {
  const b = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: closed.subarray(0, 12), additionalData: utf8(place) }, key, closed.subarray(12));
  return JSON.parse(text(b));
}
