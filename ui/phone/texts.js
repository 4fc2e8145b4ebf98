// The words of the app, made by the server from its own catalogue.

/** @type {Record<string, string>} */
let words = {};
let tag = 'zh-CN';

/** @param {string} lang */
export async function load(lang) {
  const m = await import(lang === 'en' ? './texts-en.js' : './texts-zh-CN.js');
  words = m.default;
  tag = lang === 'en' ? 'en' : 'zh-CN';
  document.documentElement.lang = tag;
}

export function lang() { return tag; }

/** @param {string} key */
export function has(key) { return key in words; }

/**
 * The text of a key; {name} is replaced, {n:day|days} chosen by the number. A key without a text is shown itself, so that nothing is blank.
 * @param {string} key
 * @param {Record<string, any>} [args]
 */
export function t(key, args) {
  const s = words[key];
  if (s === undefined) return key;
  if (!args) return s;
  return s.replace(/\{([a-z_]+):([^|{}]*)\|([^|{}]*)\}/g, (_, n, one, many) => (String(args[n]) === "1" ? one : many)).replace(/\{([a-z_]+)\}/g, (all, n) => (n in args ? String(args[n]) : all));
}
