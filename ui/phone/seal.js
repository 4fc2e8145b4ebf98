// Sealing for the server's public key and signing with the phone's own. What is
// sealed here the phone itself cannot read again (docs/adr/0006).
import { b64u, chance, join, unb64u, utf8 } from './bytes.js';

const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const SIGN = { name: 'ECDSA', namedCurve: 'P-256' };

/** @typedef {{id: string, point: string}} ServerKey */

/**
 * Seals a text.
 * @param {ServerKey} to
 * @param {string} words
 * @param {string} place  what it belongs to, authenticated with it
 */
export async function seal(to, words, place) {
  const point = await crypto.subtle.importKey('raw', unb64u(to.point), CURVE, false, []);
  const mine = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(CURVE, true, ['deriveBits']));
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: point }, /** @type {CryptoKey} */ (mine.privateKey), 256);
  const ikm = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  const key = await crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info: utf8('lianxin outbox 1') },
    ikm, { name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const nonce = chance(12);
  const closed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce, additionalData: utf8(place) }, key, utf8(words));
  const eph = await crypto.subtle.exportKey('raw', /** @type {CryptoKey} */ (mine.publicKey));
  return ['1', to.id, b64u(eph), b64u(join(nonce, new Uint8Array(closed)))].join('.');
}

/**
 * Where an operation's body belongs.
 * @param {{id: string, kind: string, version: number, device: string}} op
 */
export function placeOf(op) { return [op.id, op.kind, op.version, op.device].join('\n'); }

/** A pair to sign with; the private half never leaves the browser. */
export async function signingPair() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(SIGN, false, ['sign', 'verify']));
  const point = b64u(await crypto.subtle.exportKey('raw', /** @type {CryptoKey} */ (pair.publicKey)));
  return { pair, point };
}

/**
 * SHA-256 of a text: how a body is signed, and how a signature names the one before it.
 * @param {string} words
 */
export async function digest(words) { return b64u(await crypto.subtle.digest('SHA-256', utf8(words))); }

/**
 * What a signature stands under.
 * @param {{id: string, kind: string, version: number, device: string, seq: number, clock: string, body: string, prev: string}} op
 */
export async function toSign(op) {
  return ['lianxin op 1', op.id, op.kind, op.version, op.device, op.seq, op.clock, await digest(op.body), op.prev].join('\n');
}

/** @param {CryptoKey} key @param {string} words */
export async function sign(key, words) {
  return b64u(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, utf8(words)));
}
