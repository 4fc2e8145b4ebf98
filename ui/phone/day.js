// @ts-check
// Days as people say them. A day travels as 2026-11-26. The country has one
// time, and the server reckons by it: the phone does too, whatever its zone says.

const ZONE = 'Asia/Shanghai';
const EAST = 8 * 36e5;

const lang = () => document.documentElement.lang || 'zh-CN';

/**
 * The day of a moment by the phone's clock.
 * @param {Date} d
 */
export function dayOf(d) { return new Date(d.getTime() + EAST).toISOString().slice(0, 10); }

export function today() { return dayOf(new Date()); }

/**
 * 15:04 of a moment by the phone's clock.
 * @param {Date} d
 */
export function clockOf(d) { return new Date(d.getTime() + EAST).toISOString().slice(11, 16); }

/**
 * Noon of a day.
 * @param {string} day
 */
function noon(day) { const [y, m, d] = day.split('-').map(Number); return new Date(Date.UTC(y, m - 1, d, 4)); }

/**
 * @param {string} day
 * @param {number} n
 */
export function addDays(day, n) { return dayOf(new Date(noon(day).getTime() + n * 864e5)); }

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
  return noon(day).toLocaleDateString(lang(), day.slice(0, 4) === today().slice(0, 4) ? {month: 'short', day: 'numeric', timeZone: ZONE} : {year: 'numeric', month: 'short', day: 'numeric', timeZone: ZONE});
}

/**
 * 周四, or 星期四 when long.
 * @param {string} day
 * @param {boolean} [long]
 */
export function weekday(day, long) { return noon(day).toLocaleDateString(lang(), {weekday: long ? 'long' : 'short', timeZone: ZONE}); }

/** @param {string} day 2026年11月 */
export function month(day) { return noon(day).toLocaleDateString(lang(), {year: 'numeric', month: 'long', timeZone: ZONE}); }

/**
 * Monday of the week a day lies in.
 * @param {string} day
 */
export function monday(day) { return addDays(day, -((noon(day).getUTCDay() + 6) % 7)); }
