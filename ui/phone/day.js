// @ts-check
// Days as people say them. A day travels as 2026-11-26.

const lang = () => document.documentElement.lang || 'zh-CN';

/** @param {number} n */
const two = (n) => (n < 10 ? '0' : '') + n;

/**
 * The day of a moment by the phone's clock.
 * @param {Date} d
 */
export function dayOf(d) { return d.getFullYear() + '-' + two(d.getMonth() + 1) + '-' + two(d.getDate()); }

export function today() { return dayOf(new Date()); }

/**
 * 15:04 of a moment by the phone's clock.
 * @param {Date} d
 */
export function clockOf(d) { return two(d.getHours()) + ':' + two(d.getMinutes()); }

/**
 * Noon of a day, so that no change of the clock moves it.
 * @param {string} day
 */
function noon(day) { const [y, m, d] = day.split('-').map(Number); return new Date(y, m - 1, d, 12); }

/**
 * @param {string} day
 * @param {number} n
 */
export function addDays(day, n) { const d = noon(day); d.setDate(d.getDate() + n); return dayOf(d); }

/**
 * Days from a to b.
 * @param {string} a
 * @param {string} b
 */
export function daysBetween(a, b) { return Math.round((noon(b).getTime() - noon(a).getTime()) / 864e5); }

/**
 * 11月23日; with the year when it is not this one.
 * @param {string} day
 */
export function monthDay(day) {
  const d = noon(day);
  return d.toLocaleDateString(lang(), d.getFullYear() === new Date().getFullYear() ? {month: 'short', day: 'numeric'} : {year: 'numeric', month: 'short', day: 'numeric'});
}

/**
 * 周四, or 星期四 when long.
 * @param {string} day
 * @param {boolean} [long]
 */
export function weekday(day, long) { return noon(day).toLocaleDateString(lang(), {weekday: long ? 'long' : 'short'}); }

/** @param {string} day 2026年11月 */
export function month(day) { return noon(day).toLocaleDateString(lang(), {year: 'numeric', month: 'long'}); }

/**
 * Monday of the week a day lies in.
 * @param {string} day
 */
export function monday(day) { return addDays(day, -((noon(day).getDay() + 6) % 7)); }
