/** Times and names as a person reads them, in UTC. The page adds the reader's own zone. */

const SECOND = ["s", 1000] as const;
const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], SECOND] as const;

/** A duration in its two largest units: `31 h 5 min`, `45 s`, `2 d 3 h`. Under two days it is told in hours. */
export function span(ms: number): string {
  return inUnits(ms, true);
}

/** The same in the largest unit alone: `31 h`. */
export function shortSpan(ms: number): string {
  return inUnits(ms, false);
}

/** A page of a hundred jobs tells a thousand of them, so no list is made on the way. */
function inUnits(ms: number, two: boolean): string {
  const rounded = Math.max(0, Math.round(ms / 1000) * 1000);
  for (let i = rounded < 2 * 86_400_000 ? 1 : 0; i < UNITS.length; i++) {
    const [name, size] = UNITS[i] ?? SECOND;
    if (rounded < size) continue;
    const [nextName, nextSize] = UNITS[i + 1] ?? SECOND;
    const next = two ? Math.floor((rounded % size) / nextSize) : 0;
    return `${Math.floor(rounded / size)} ${name}${next === 0 ? "" : ` ${next} ${nextName}`}`;
  }
  return "0 s";
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** A number of bytes in decimal units (IEC 80000-13): `999 B`, `1.5 MB`, `42 GB`. Two digits are enough to compare by. */
export function size(bytes: number): string {
  let rest = Math.max(0, Math.round(bytes));
  let unit = 0;
  // From 999.5 on it would be shown as 1000.
  while (rest >= 999.5 && unit < BYTE_UNITS.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  const tenths = Math.round(rest * 10) / 10;
  return `${tenths < 10 && unit > 0 ? tenths : Math.round(rest)} ${BYTE_UNITS[unit]}`;
}

/** An instant as `2026-11-23 02:14 UTC`, with seconds where they matter. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function list(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most);
  const more = names.length - shown.length;
  const all = more > 0 ? [...shown, `${more} more`] : shown;
  const last = all[all.length - 1];
  return all.length < 2 ? (last ?? "") : `${all.slice(0, -1).join(", ")} and ${last}`;
}

/** What to call the subject of a watch or root key: `job:nas/nightly` is `nightly on nas`. */
export function nameOf(key: string): string {
  const [kind, rest = ""] = [key.slice(0, key.indexOf(":")), key.slice(key.indexOf(":") + 1)];
  const [first = rest, second = ""] = rest.split("/");
  if (kind === "job") return `${second} on ${first}`;
  if (kind === "copy") return `${first} in ${second}`;
  return kind === "site" ? `site ${rest}` : first;
}
