/** What rsync says (3.1 or newer): entries of a listing, progress and statistics on stdout, what went wrong on stderr. rsync(1) */
import { MARKER_FILE } from "../marker.ts";
import { type Few, few } from "./few.ts";
import { lastLines } from "./last-lines.ts";
import { type LineReader, lines } from "./lines.ts";

export interface Listing {
  readonly stdout: LineReader;
  /** Files and links, no folders. */
  readonly files: () => number;
  /** Paths of the markers among them. */
  readonly markers: () => readonly string[];
}

/** `-rw-r--r--          5,000 2026/11/30 14:26:11 a/f1`: type, rights, size, time, path. */
const ENTRY = /^([a-z-])\S{9,} +[\d.,]+ \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d (.+)$/;

/** A reader of `--list-only`. */
export function rsyncListing(): Listing {
  let files = 0;
  const markers: string[] = [];
  return {
    files: () => files,
    markers: () => markers,
    stdout: lines((line) => {
      const [, type, path = ""] = ENTRY.exec(line) ?? [];
      if (type === undefined || type === "d") return type === "d";
      files += 1;
      if (path.split("/").at(-1) === MARKER_FILE) markers.push(path);
      return true;
    }),
  };
}

export interface RsyncReport {
  readonly stdout: LineReader;
  readonly stderr: LineReader;
  /** Bytes of file data that were sent; undefined when rsync did not come to its statistics. */
  readonly bytes: () => number | undefined;
  readonly deletions: () => number;
  /** It only said what it would do. */
  readonly isDryRun: () => boolean;
  readonly failures: () => Few;
  readonly vanished: () => Few;
  /** The last errors. */
  readonly errors: () => string;
}

const PROGRESS = /^([\d,]+) +\d+%/;
const DELETING = /^(?:\*deleting {3}|deleting )(.+)$/;
const DELETED = /^Number of deleted files: ([\d,]+)(?: \(.*?dir: ([\d,]+).*\)| \(.*\))?$/;
const LITERAL = /^Literal data: ([\d,]+) bytes$/;

/**
 * A reader of one carrying; `log` gets the lines that a person wants to see, `roots` are left out of names, `carried` is told how many
 * bytes it is so far.
 */
export function rsyncReport(
  log: (line: string) => void,
  roots: readonly string[],
  carried?: (bytes: number) => void,
): RsyncReport {
  const errors = lastLines();
  const failures = few();
  const vanished = few();
  let sent = 0;
  let bytes: number | undefined;
  let deletions = 0;
  let dry = false;
  let last = "";
  return {
    bytes: () => bytes,
    deletions: () => deletions,
    isDryRun: () => dry,
    failures: () => failures,
    vanished: () => vanished,
    errors: errors.text,
    stdout: lines((line) => {
      const before = sent;
      sent = Math.max(sent, numberIn(PROGRESS.exec(line)?.[1]) ?? 0);
      if (sent > before) carried?.(sent);
      bytes = numberIn(LITERAL.exec(line)?.[1]) ?? bytes;
      dry ||= line.endsWith("(DRY RUN)");
      const [, all, folders] = DELETED.exec(line) ?? [];
      if (all !== undefined) deletions = (numberIn(all) ?? 0) - (numberIn(folders) ?? 0);
      const gone = DELETING.exec(line)?.[1];
      if (gone !== undefined && !gone.endsWith("/")) deletions += 1;
      return sent > before || gone !== undefined;
    }),
    stderr: lines((line) => {
      log(line);
      errors.push(line);
      const lost = /^(?:file|directory) has vanished: "(.+?)"/.exec(line)?.[1];
      if (lost !== undefined) vanished.add(inside(lost, roots));
      const name = failureIn(line);
      if (name !== undefined && name !== last) failures.add(inside(name, roots));
      last = name ?? last;
      return true;
    }),
  };
}

function numberIn(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text.replaceAll(",", ""));
}

/** The path that a line about one file names; a file that was being received has a name for the time: `.NAME.AbC123`. */
function failureIn(line: string): string | undefined {
  const refused = /^ERROR: (.+) failed verification/.exec(line)?.[1];
  const named = /^(?:rsync: .*?|symlink has no referent: )"([^"]+)"/.exec(line)?.[1];
  const path = refused ?? named ?? /^rsync: .*\b(?:unlink|rmdir)\((.+)\) failed/.exec(line)?.[1];
  return line.includes("mkstemp") ? path?.replace(/(^|\/)\.([^/]+)\.\w{6}$/, "$1$2") : path;
}

function inside(path: string, roots: readonly string[]): string {
  const root = roots.find((one) => path.startsWith(one.endsWith("/") ? one : `${one}/`));
  return root === undefined ? path : path.slice(root.length).replace(/^\/+/, "");
}
