// @ts-check
import {drawings} from './icons.js';

/**
 * Makes an element. Handlers are given as "onclick" and the like, true writes a
 * bare attribute, false and null none. Children may be texts, nodes, lists, or
 * nothing.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>|null} [attrs]
 * @param {...any} kids
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attrs, ...kids) {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === false || v === null || v === undefined) continue;
    if (typeof v === 'function') e.addEventListener(k.slice(2), v);
    else if (k === 'value' || k === 'checked') /** @type {any} */ (e)[k] = v;
    else e.setAttribute(k, v === true ? '' : String(v));
  }
  add(e, kids);
  return e;
}

/**
 * Appends children of any kind.
 * @param {Node} to
 * @param {any} kid
 */
export function add(to, kid) {
  if (Array.isArray(kid)) for (const k of kid) add(to, k);
  else if (kid instanceof Node) to.appendChild(kid);
  else if (kid !== null && kid !== undefined && kid !== false && kid !== '') to.appendChild(document.createTextNode(String(kid)));
}

/**
 * A drawing beside a word; the word says it, the drawing is not read out.
 * @param {string} name
 */
export function icon(name) {
  const s = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  s.setAttribute('class', 'i');
  s.setAttribute('viewBox', '0 0 24 24');
  s.setAttribute('aria-hidden', 'true');
  s.innerHTML = drawings[name];
  return s;
}

/**
 * True while a Chinese input method is composing: no key means anything then.
 * @param {KeyboardEvent} e
 */
export function composing(e) { return e.isComposing || e.keyCode === 229; }
