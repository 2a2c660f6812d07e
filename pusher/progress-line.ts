/**
 * On a terminal: one line that says how a run goes on, written over itself, and out of the way of all other output. What it
 * says is pure; who writes it, and when, is the caller's.
 */

export interface ProgressLine {
  /** What the run does now. */
  readonly phase: (name: string) => void;
  /** So many more bytes were carried. */
  readonly carried: (bytes: number) => void;
  /** So many bytes are carried in all. */
  readonly total: (bytes: number) => void;
  /** Something else is about to be written: the line goes, until it is drawn again. */
  readonly hide: () => void;
  /** The run is over: the line goes for good. */
  readonly over: () => void;
}

const ignore = () => undefined;
/** For whatever is no terminal: not one character of it. */
export const NO_LINE: ProgressLine = { phase: ignore, carried: ignore, total: ignore, hide: ignore, over: ignore };

export interface Terminal {
  readonly write: (text: string) => void;
  /** Characters that fit in a line, now. */
  readonly columns: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly elapsed: () => number;
  /** Calls back again and again until the returned function is called; it keeps no process alive. */
  readonly each: (ms: number, call: () => void) => () => void;
}

const DRAW_EVERY_MS = 500;
/** The rate is that of the last seconds. */
const RATE_OVER_MS = 5_000;
/** ECMA-48: to the first column, and erase to the line's end. */
const ERASE = "\r\u001b[K";

/** Begins a line for a run. */
export function progressLine(job: string, terminal: Terminal): ProgressLine {
  const began = terminal.elapsed();
  const seen: Mark[] = [];
  let phase = "starts";
  let bytes = 0;
  let drawn = false;
  const hide = () => {
    if (drawn) terminal.write(ERASE);
    drawn = false;
  };
  const draw = () => {
    const at = terminal.elapsed();
    seen.push({ at, bytes });
    while (seen.length > 2 && (seen[0]?.at ?? at) < at - RATE_OVER_MS) seen.shift();
    const text = lineOf({ job, phase, bytes, rate: rateOf(seen), tookMs: at - began });
    // The last column stays free: some terminals wrap there.
    terminal.write(`${ERASE}${cut(text, terminal.columns() - 1)}`);
    drawn = true;
  };
  const stop = terminal.each(DRAW_EVERY_MS, draw);
  return {
    phase: (name) => {
      phase = name;
    },
    carried: (more) => {
      bytes += more;
    },
    total: (all) => {
      bytes = all;
    },
    hide,
    over: () => {
      stop();
      hide();
    },
  };
}

interface Mark {
  readonly at: number;
  readonly bytes: number;
}

/** Bytes a second between the first mark and the last. */
function rateOf(marks: readonly Mark[]): number {
  const first = marks[0];
  const last = marks.at(-1);
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return Math.max(0, (1000 * (last.bytes - first.bytes)) / (last.at - first.at));
}

interface Moment {
  readonly job: string;
  readonly phase: string;
  readonly bytes: number;
  readonly rate: number;
  readonly tookMs: number;
}

/** `nightly carries: 1.2 GB, 34 MB/s, 1 min 12 s`; without bytes only how long it takes. */
export function lineOf({ job, phase, bytes, rate, tookMs }: Moment): string {
  const moved = bytes === 0 ? [] : [sizeText(bytes), `${sizeText(rate)}/s`];
  return `${job} ${phase}: ${[...moved, timeText(tookMs)].join(", ")}`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Three digits at most: `512 B`, `1.2 GB`, `34 MB`. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** `12 s`, `1 min 12 s`, `2 h 5 min`. */
export function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function cut(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
}
