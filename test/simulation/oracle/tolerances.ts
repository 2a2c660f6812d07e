/** How exact the oracle is. Every tolerance has its reason; none is an option. Durations in milliseconds. */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The promise itself: an incident stands this long, of the clocks being alive, after its deadline. */
export const NOTICE_WITHIN_MS = 120 * SECOND;

/** Clocks that stood still for longer than this leave hosts with a spool to deliver; a shorter stop is only waited out. */
export const BLIND_AFTER_MS = 5 * MINUTE;

/** Sweeps are a minute apart, so a stop this long may look longer than `BLIND_AFTER_MS` from sweep to sweep. */
export const BLIND_MAYBE_AFTER_MS = 3 * MINUTE;

/** A sweep is dated by the event that began it, and may know what was told until it wrote its verdict. */
export const SWEEP_LASTS_MS = 10 * SECOND;

/** Beats a host gets to deliver what waited: one may be lost, and the one after it brings everything. */
export const BEATS_TO_DELIVER = 2;

/** A run that began this little before its slot is the run of that slot: timers fire a little early. */
export const EARLY_START_MS = 5 * MINUTE;

/** A delivery that failed is tried again after at most this long: the longest step of the backoff. */
export const RETRY_WITHIN_MS = 60 * MINUTE;

/** A message that no channel took for this long is given up: nobody wants last week's alert. */
export const DELIVERY_EXPIRES_MS = 3 * DAY;

/** The wire and the clocks of hosts count in whole seconds here and there; rounding is no false alarm. */
export const ROUNDING_MS = 2 * SECOND;

/** The run log reaches back at least this far: the page shows no more. */
export const RUNS_KEPT_MS = 90 * DAY;

/** What a run's end may be told after its longest time, before it counts as a run that never ended. */
export const END_TOLD_WITHIN_MS = 5 * MINUTE;
