// The key of what the phone can read: it cannot be taken out of the browser, and
// with a lock it lies nowhere but wrapped under the six digits.
import { chance, join, text, utf8 } from './bytes.js';

/** Rounds of PBKDF2-SHA-256 between six digits and the wrapping key. */
export const ROUNDS = 600000;

/**
 * The row "cache" of the store `keys`. `g` counts the keys there have been, so
 * that another tab notices that its own is of yesterday.
 * @typedef {object} CacheKey
 * @property {number} g
 * @property {CryptoKey} [key]
 * @property {{salt: Uint8Array, nonce: Uint8Array, closed: Uint8Array, rounds: number}} [wrapped]
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

/**
 * A new key, wrapped under a pin.
 * @param {string} pin
 */
export async function lockedKey(pin) {
  const raw = chance(32);
  const salt = chance(16);
  const nonce = chance(12);
  const by = await fromPin(pin, salt, ROUNDS);
  const closed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8('lianxin cache key') }, by, raw));
  const key = await imported(raw);
  raw.fill(0);
  return { key, wrapped: { salt, nonce, closed, rounds: ROUNDS } };
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
