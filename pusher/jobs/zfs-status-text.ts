/** Parses the text of `zpool status POOL`: OpenZFS 2.1 and 2.2, and the older zfs-fuse, whose words differ a little. */
import { isSuspended, type PoolHealth, type Scan, type Vdev } from "./zfs-pool.ts";

interface Line {
  /** Spaces before the name: two more for each step down the tree. */
  readonly depth: number;
  readonly words: readonly string[];
}

/** Headings over what the data can do without; `special` and `dedup` hold data. */
const ASIDE = ["logs", "cache", "spares"];

/** The health of a pool, or null when the text does not describe it. */
export function parseStatusText(text: string, pool: string): PoolHealth | null {
  const section = sectionOf(text, pool);
  if (section === null) return null;
  const state = field(section, "state");
  if (state === null) return null;
  return {
    pool,
    state,
    suspended: isSuspended(state, field(section, "see") ?? ""),
    ...vdevsOf(section),
    dataErrors: dataErrorsOf(section),
    scan: scanOf(section),
  };
}

/** The part of the text that is about this pool: several may follow each other. */
function sectionOf(text: string, pool: string): string | null {
  const parts = text.split(/^(?= *pool: )/m);
  return parts.find((part) => field(part, "pool") === pool) ?? null;
}

function field(section: string, name: string): string | null {
  return new RegExp(`^ *${name}: (.*)$`, "m").exec(section)?.[1]?.trim() ?? null;
}

/** The trees between the line NAME STATE READ WRITE CKSUM and the line of errors. A heading stands as far left as the pool. */
function vdevsOf(section: string): Pick<PoolHealth, "data" | "aside"> {
  const config = section.split(/^\tNAME +STATE.*$/m)[1]?.split(/^errors:/m)[0] ?? "";
  const lines = config.split("\n").flatMap((raw): Line[] => {
    const [, indent, rest] = /^\t( *)(\S.*)$/.exec(raw) ?? [];
    return indent === undefined || rest === undefined
      ? []
      : [{ depth: indent.length, words: rest.trim().split(/\s+/) }];
  });
  const sections = branches(lines);
  const isAside = ([{ words }]: Branch) => words.length === 1 && ASIDE.includes(words[0] ?? "");
  return { data: sections.filter((of) => !isAside(of)).flatMap(tree), aside: sections.filter(isAside).flatMap(tree) };
}

/** A line and all that stands deeper below it. */
type Branch = readonly [Line, ...Line[]];

function branches(lines: readonly Line[]): Branch[] {
  const found: [Line, ...Line[]][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last === undefined || line.depth <= last[0].depth) found.push([line]);
    else last.push(line);
  }
  return found;
}

function tree([{ words }, ...deeper]: Branch): Vdev[] {
  const below = branches(deeper).flatMap(tree);
  const [shown, state, read, write, checksum, note, was] = words;
  // A heading has no state: what counts is below it.
  if (shown === undefined || state === undefined) return below;
  // A disk that is gone is shown by its guid, and by the name it had: `was /dev/disk/by-id/…`.
  const name = note === "was" && was !== undefined ? was : shown;
  const counts = { readErrors: countOf(read), writeErrors: countOf(write), checksumErrors: countOf(checksum) };
  return [{ name, state, ...counts, below }];
}

const UNITS: Readonly<Record<string, number>> = { K: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** A counter as it is shown: `0`, `82`, `1.09K`. */
function countOf(shown: string | undefined): number {
  const [, digits, unit] = /^([\d.]+)([KMGT]?)$/.exec(shown ?? "") ?? [];
  return digits === undefined ? 0 : Math.round(Number(digits) * (UNITS[unit ?? ""] ?? 1));
}

function dataErrorsOf(section: string): number {
  const [, told = "", files = ""] = /^errors: (.*)\n?([\s\S]*)/m.exec(section) ?? [];
  const number = /^(\d+) data errors/.exec(told)?.[1];
  if (number !== undefined) return Number(number);
  if (!told.startsWith("Permanent errors")) return 0;
  return Math.max(1, files.split("\n").filter((line) => line.trim() !== "").length);
}

/** `scan:` of OpenZFS, `scrub:` of zfs-fuse and of error scrubs; dates are ctime(3) in the zone of the machine. */
function scanOf(section: string): Scan | null {
  const told = field(section, "scan") ?? field(section, "scrub");
  if (told === null || told === "none requested") return null;
  const kind = told.includes("resilver") ? "resilver" : told.includes("error blocks") ? "error scrub" : "scrub";
  const progress = /([\d.]+)% done/.exec(section)?.[1];
  const donePercent = progress === undefined ? null : Number(progress);
  const date = Date.parse(/ on (\w{3} \w{3} +\d+ [\d:]+ \d{4})/.exec(told)?.[1] ?? "");
  const endedAt = Number.isNaN(date) ? null : date;
  if (told.includes("in progress")) return { kind, state: "running", endedAt: null, donePercent };
  if (told.includes("paused")) return { kind, state: "paused", endedAt: null, donePercent };
  return { kind, state: /cancell?ed|stopped/.test(told) ? "canceled" : "finished", endedAt, donePercent: null };
}
