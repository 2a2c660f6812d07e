/**
 * The compressed timetable: a night is 45 seconds. Graces and windows are several nights long, so that a slow machine that
 * takes half a minute for a night misses nothing.
 */

/** Seconds from the start of a night to the start of the next. */
export const NIGHT_SECONDS = 45;
/** When jobs are planned again: a little more than a night, so that a slower night makes no job late for a moment. */
export const JOB_SECONDS = 60;
/** How often each host beats, and how late it may be. */
export const BEAT = { everySeconds: 10, graceSeconds: 20 } as const;
/** How late a job may be, and when the pusher kills it. */
export const JOB_GRACE_SECONDS = 120;
export const JOB_MAX_SECONDS = 90;
/** How long the sync job waits for a peer that is away, as it is in the outage. */
export const PATIENCE_SECONDS = 30;
/** The greatest age that the data of each farther tier may reach. */
export const WINDOW_SECONDS = { archive: 180, staging: 240, offsite: 300 } as const;
/** How often the worker's clock looks for missed deadlines. */
export const SWEEP_SECONDS = 5;
/** Files of each dataset that a marker names. Reading one back from restic takes half a second of CPU. */
export const SAMPLES = 3;
