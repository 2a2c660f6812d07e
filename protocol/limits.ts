/** Every limit of the wire contract, by name and with its unit. Both ends import these; neither has its own. */

/** Largest request body the worker reads, in bytes. */
export const BODY_MAX_BYTES = 1_048_576;
/** Longest tail of a run's output that a heartbeat may carry, in UTF-16 code units (a job's output is kept to 64 KiB). */
export const LOG_TAIL_MAX_CHARS = 65_536;
/** Most runs one heartbeat may carry; a longer spool goes out in several heartbeats. */
export const RUNS_MAX = 50;
/** Most readings one run may carry. */
export const READINGS_MAX = 100;
/** Most copies whose depth one run may tell of. */
export const DEPTHS_MAX = 100;
/** Most marker births or sightings one run or heartbeat may carry. */
export const MARKERS_MAX = 100;
/** Most paths of harmed files one sighting may name. */
export const EXAMPLES_MAX = 5;
/** Most jobs of one host, and most datasets of one plan or job. */
export const JOBS_MAX = 200;
export const DATASETS_MAX = 100;
/** Most failures in a row, or runs looked back at, that a plan may ask for before an alert. */
export const FAILURES_MAX = 50;
/** How far `created` of a signature may be from the worker's clock before the request is refused as `clock_skew`. */
export const CLOCK_SKEW_MAX_SECONDS = 300;
/** How long an enrolment code may be used, and how many random bits it has. */
export const ENROLLMENT_CODE_TTL_SECONDS = 900;
export const ENROLLMENT_CODE_BITS = 128;
/** Longest name of a site, host, tier, dataset or job. */
export const NAME_MAX_CHARS = 63;
/** Longest name of a reading. */
export const READING_NAME_MAX_CHARS = 200;
/** Longest one-line explanation (a reason, a reading's text, a path of a sampled file). */
export const TEXT_MAX_CHARS = 1_000;
/** Shortest and longest interval, grace or window, in seconds. */
export const SECONDS_MIN = 1;
export const SECONDS_MAX = 366 * 86_400;
/** Most versions, and the longest reach back in seconds (twenty years), that a plan may ask of a copy. */
export const VERSIONS_MAX = 100_000;
export const REACH_MAX_SECONDS = 20 * SECONDS_MAX;
