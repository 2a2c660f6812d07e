/**
 * The built-in levels of readings, by the shape of their name (`*` stands for one or more parts: a pool, a disk, a folder).
 * The table of docs/decisions/0007 tells the same. Sources: [ZFS] zpoolprops(7) and zpool-scrub(8) of OpenZFS, [NVMe] the
 * SMART / Health Information log of the NVM Express base specification 2.0, figure 208.
 */

/** `worse` says which side is bad. Both levels are inclusive; a bad reading is well again beyond `clear`. */
export interface Levels {
  readonly worse: "above" | "below";
  readonly warning?: number | undefined;
  readonly critical?: number | undefined;
  readonly clear?: number | undefined;
  readonly unit: string;
}

interface Shape extends Levels {
  readonly shape: string;
}

/** The first shape that matches counts. */
export const SHAPES: readonly Shape[] = [
  // A full pool cannot be written and a copy-on-write one can hardly be emptied; from 80 % on allocation slows down. [ZFS]
  { shape: "pool.*.capacity", worse: "above", warning: 80, critical: 90, clear: 77, unit: "%" },
  // Debian and TrueNAS scrub monthly: five weeks and a day is one scrub left out, a hundred days are three. A scrub sets it to 0.
  { shape: "pool.*.scrub_age", worse: "above", warning: 36, critical: 100, clear: 36, unit: "days" },
  // One error that ZFS had to mend is one too many; only `zpool clear` takes it back, so nothing flaps. [ZFS]
  { shape: "pool.*.errors", worse: "above", warning: 1, clear: 1, unit: "" },
  // 100 is the endurance that the maker rated; it never falls again on the same disk. [NVMe, Percentage Used]
  { shape: "nvme.*.percentage_used", worse: "above", warning: 90, critical: 100, clear: 90, unit: "%" },
  // Spare blocks left. Makers set their own threshold, mostly to 10 %. [NVMe, Available Spare Threshold]
  { shape: "nvme.*.available_spare", worse: "below", warning: 20, critical: 10, clear: 20, unit: "%" },
  // Data that the disk could not read or write whole, while it may still call itself healthy. [NVMe, Media Errors]
  { shape: "nvme.*.media_errors", worse: "above", warning: 1, clear: 1, unit: "" },
  // A bit for each of: spare gone, too hot, unreliable, read-only, its backup power failed. [NVMe, Critical Warning]
  { shape: "nvme.*.critical_warning", worse: "above", critical: 1, clear: 1, unit: "" },
  // Most NVMe disks slow themselves down somewhere above 70 °C and stop above 80 °C.
  { shape: "nvme.*.temperature", worse: "above", warning: 70, critical: 80, clear: 65, unit: "°C" },
  // Makers of hard disks rate them for 60 °C at most.
  { shape: "disk.*.temperature", worse: "above", warning: 50, critical: 60, clear: 46, unit: "°C" },
  // Spare sectors are there to be used, but a disk that goes on using them up is dying: it never falls again on the same disk.
  { shape: "disk.*.reallocated_sectors", worse: "above", warning: 10, critical: 100, clear: 10, unit: "" },
  // Data that the disk could not read just now; a write to the place sets it back to 0.
  { shape: "disk.*.pending_sectors", worse: "above", warning: 1, critical: 100, clear: 1, unit: "" },
  // Data that the disk's own scan could not read.
  { shape: "disk.*.uncorrectable_sectors", worse: "above", warning: 1, critical: 100, clear: 1, unit: "" },
  // A file that Syncthing cannot fetch is missing in the copy; the count goes back to 0 by itself.
  { shape: "syncthing.*.pull_errors", worse: "above", warning: 1, clear: 1, unit: "" },
  // Renewal begins when a third of a 90-day or 45-day certificate is left: at 10 days it has failed for days.
  { shape: "certificate.*.days_left", worse: "below", warning: 10, critical: 3, clear: 11, unit: "days" },
  // A key or token is renewed by a person, who needs notice.
  { shape: "key.*.days_left", worse: "below", warning: 30, critical: 7, clear: 31, unit: "days" },
  // Renewed once a year, with a month's grace.
  { shape: "key.*.age", worse: "above", warning: 400, clear: 400, unit: "days" },
  // Without a free inode no file can be made, however much space there is.
  { shape: "volume.*.inodes_free", worse: "below", warning: 10, critical: 5, clear: 12, unit: "%" },
  // Windows itself marks a volume below 10 % free; Syncthing and updates stop writing not far below.
  { shape: "volume.*.free", worse: "below", warning: 10, critical: 5, clear: 12, unit: "%" },
];

/** States that are words, by the last part of the name. Words that are not named here keep the host's verdict. */
const STATES: Readonly<Record<string, Readonly<Record<string, "warning" | "critical">>>> = {
  // zpoolconcepts(7); SUSPENDED and MISSING are the pusher's words for a pool without I/O and one that is not imported.
  "pool.*.state": {
    DEGRADED: "warning",
    OFFLINE: "critical",
    FAULTED: "critical",
    UNAVAIL: "critical",
    REMOVED: "critical",
    SUSPENDED: "critical",
    MISSING: "critical",
  },
};

function matches(shape: string, name: string): boolean {
  const [head = "", tail = ""] = shape.split("*");
  return name.length > head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}

/** The built-in levels of a reading that is a number, or null when none are known. */
export function levelsOf(name: string): Levels | null {
  return SHAPES.find(({ shape }) => matches(shape, name)) ?? null;
}

/** What a state in words means whatever the host thinks of it, or null when it may be fine. */
export function stateVerdict(name: string, state: string): "warning" | "critical" | null {
  const known = Object.entries(STATES).find(([shape]) => matches(shape, name))?.[1];
  return known !== undefined && Object.hasOwn(known, state) ? (known[state] ?? null) : null;
}
