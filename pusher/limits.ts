/** Every limit of the pusher's own, by name and with its unit. Limits of the wire are in protocol/limits.ts. */

/** The tail of a run's output that is kept, in bytes of UTF-8. */
export const TAIL_BYTES = 65_536;
/** The longest secret that is surely redacted where the tail is cut, in bytes. */
export const TAIL_SLACK_BYTES = 8_192;
/** What one child's captured output may come to, in bytes; what is beyond is dropped from `Ended`, not from the terminal. */
export const CAPTURE_MAX_BYTES = 16_777_216;
/** Between SIGTERM and SIGKILL to a process group, in milliseconds. */
export const KILL_AFTER_MS = 5_000;
/** How long a killed child is waited for (one in an uninterruptible system call may never end), in milliseconds. */
export const REAP_MS = 5_000;
/** How long output of a child that has ended is waited for, when something it left behind holds the pipe. */
export const DRAIN_MS = 2_000;
/** A job that is still running after this gets its start announced; a shorter one sends its result alone. */
export const START_NOTICE_AFTER_MS = 1_000;
/** A notice of a run that goes on is tried again after this, while the worker is not reached. */
export const NOTICE_AGAIN_MS = 60_000;
/** Progress of a run is told no more often than this, and no less often than that. */
export const PROGRESS_EVERY_MIN_MS = 60_000;
export const PROGRESS_EVERY_MAX_MS = 900_000;
/** What the spool may take on disk, in bytes: over it log tails are dropped, the oldest first. */
export const SPOOL_MAX_BYTES = 67_108_864;
/** Largest answer of the worker that is read, in bytes. */
export const ANSWER_MAX_BYTES = 1_048_576;
/** Batches stay this far below the body limit: room for the heartbeat's own members. */
export const BODY_ROOM_BYTES = 131_072;
/** A worker whose last sweep is older than this is itself in trouble. */
export const SWEEP_STALE_SECONDS = 900;
/** A clock that is off by less is taken as right (it is within what a request takes to travel). */
export const CLOCK_OFFSET_MIN_SECONDS = 30;
/** Secrets shorter than this are not redacted: their letters stand everywhere. */
export const REDACT_MIN_CHARS = 4;
/** A sampled file may be no larger than this, and all of one marker together no larger than that, in bytes. */
export const SAMPLE_MAX_BYTES = 67_108_864;
export const SAMPLES_MAX_BYTES = 268_435_456;
/** A file is sampled only when it was last written this long before: one that is being written proves nothing. */
export const SAMPLE_SETTLED_MS = 5_000;
/** Most folder entries that one search for samples looks at, and how long it may take, in milliseconds. */
export const WALK_MAX_ENTRIES = 200_000;
export const SAMPLING_MAX_MS = 30_000;
/** So many names of one folder are kept in memory at a time, when a tree is walked. */
export const WALK_PAGE_NAMES = 1_024;
/** Times of files that differ by no more are the same (FAT keeps even seconds). */
export const MTIME_TOLERANCE_MS = 2_000;
/** The longest that fetching one file of a tier without a path may take, in seconds. */
export const FETCH_MAX_SECONDS = 120;
/** Most files that one restore drill may ask for. */
export const RESTORE_FILES_MAX = 1_000;
/** Room that a restore drill wants beside its `max_bytes`: for the marker, in bytes. */
export const RESTORE_MIN_BYTES = 4_194_304;
/** A restored file is compared with one that lay in the nearer copy this long before the marker: clocks of two hosts differ. */
export const RESTORE_SETTLED_MS = 60_000;
/** Most folder entries that a restore drill draws from. */
export const RESTORE_WALK_MAX_ENTRIES = 2_000_000;
/** Largest marker file that is read, in bytes. */
export const MARKER_MAX_BYTES = 4_194_304;
/** How long the disk of a source may take to answer after a run that was cut off, in milliseconds: it may be why. */
export const TORN_MAX_MS = 10_000;
/** A beat begins no further look at a marker's samples after this, in milliseconds. */
export const LOOKING_MAX_MS = 60_000;
/** A tool's line that is longer is none that it means to be read (rclone's and restic's are under 10 KB), in bytes. */
export const LINE_MAX_BYTES = 1_048_576;
/** How long Syncthing may take to answer a question (its database may be busy), and a scan to end, in milliseconds. */
export const SYNCTHING_ANSWER_MS = 30_000;
export const SYNCTHING_SCAN_MAX_MS = 1_209_600_000;
/** Between two looks at how far Syncthing is, in milliseconds: the shortest at first, then longer and longer. */
export const SYNCTHING_LOOK_MIN_MS = 250;
export const SYNCTHING_LOOK_MAX_MS = 10_000;
/** Most entries of a folder that one search for Syncthing's conflict copies looks at. */
export const CONFLICTS_MAX_ENTRIES = 200_000;
