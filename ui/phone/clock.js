// Time without trusting the phone's clock. `t` is the phone's own count of
// milliseconds, from which the age of a record is told; `age` is how long the
// office has not been heard, for which the larger evidence counts. Both only
// ever grow by a step: within a page's life by the monotonic clock (and by the
// wall clock where the phone slept, as the monotonic one stands still then),
// between two by the wall clock. A clock set back adds nothing and takes
// nothing away.

const DAY = 86400000;

/** @typedef {{t: number, age: number, wall: number}} Kept */

export class Clock {
  /**
   * @param {Kept|null} kept
   * @param {() => number} wall
   * @param {() => number} mono
   */
  constructor(kept, wall = () => Date.now(), mono = () => performance.now()) {
    this.wall = wall;
    this.mono = mono;
    const now = wall();
    const away = kept ? Math.max(0, now - kept.wall) : 0;
    this.t = (kept ? kept.t : 0) + away;
    this.age = (kept ? kept.age : 0) + away;
    this.lastWall = now;
    this.lastMono = mono();
  }

  /** Takes the step since the last look. */
  step() {
    const wall = this.wall();
    const mono = this.mono();
    const m = Math.max(0, mono - this.lastMono);
    const w = Math.max(0, wall - this.lastWall);
    this.lastWall = wall;
    this.lastMono = mono;
    this.age += Math.max(m, w);
    // No page sleeps for a week; so long a leap is a clock that was set.
    this.t += w > m && w - m < 7 * DAY ? w : m;
    return this.t;
  }

  /** The office was heard. */
  heard() {
    this.step();
    this.age = 0;
  }

  /**
   * What another tab knows is taken over where it is later.
   * @param {Kept} other
   */
  meet(other) {
    this.t = Math.max(this.t, other.t);
  }

  /** @returns {Kept} */
  kept() { return { t: this.t, age: this.age, wall: this.lastWall }; }
}
