/**
 * The programs that the hosts' jobs start, and what they truly do. A copying program moves a whole folder from tier to tier at
 * the moment it ends; it may also fail, hang, be cut off when only the marker had arrived, copy nothing, or copy what was there days
 * ago, and say that all is well.
 */
import * as z from "zod/mini";
import type { Chance } from "./chance.ts";
import type { Disk } from "./disk.ts";
import type { Playing } from "./programs.ts";
import type { Time } from "./time.ts";

/** What becomes of the runs of a job. The last two end with exit 0 and have done nothing of use. */
export type Fate = "well" | "fails" | "warns" | "hangs" | "cut_off" | "copies_nothing" | "copies_stale";

export type PoolState = "ok" | "warning" | "critical";

export const MARKER = ".tierwatch-marker.json";
/** In a farther tier: the marker as of which it truly is complete, whatever marker lies there. Only the world reads it. */
const WHOLE = ".whole";

/** The files of one dataset in one tier. */
type Content = ReadonlyMap<string, { readonly data: string; readonly mtimeMs: number }>;

/** What the programs of a site find around them. */
export interface Workplace {
  /** The disk of a tier; undefined when its host is off, or the cloud is not reached. */
  readonly diskOf: (tier: string) => Disk | undefined;
  readonly fateOf: (job: string) => Fate;
  readonly poolState: (pool: string) => PoolState;
  /** The tier holds all of the dataset as of this marker now. */
  readonly arrived: (dataset: string, tier: string, marker: string) => void;
}

export interface Programs {
  readonly play: (argv: readonly string[], playing: Playing) => void;
  /** Ends the hung programs of a job: somebody has looked. */
  readonly unhang: (job: string) => void;
}

const EXITS: Partial<Record<Fate, number>> = { warns: 24, cut_off: 20 };
/** A copy takes about as long as the last one. */
const TYPICAL_MS = 900_000;

export function programsOf(time: Time, chance: Chance, place: Workplace): Programs {
  const hung = new Map<string, Playing[]>();
  const older = new Map<string, Content>();
  const later = (ms: number, act: () => void) => void time.plan(time.now() + ms, act);
  const carry = ([job = "", from = "", to = "", ...datasets]: readonly string[], playing: Playing) => {
    const fate = place.fateOf(job);
    if (fate === "hangs") {
      hung.set(job, [...(hung.get(job) ?? []), playing]);
      return;
    }
    const tookMs = TYPICAL_MS * Math.exp(chance.between(-0.4, 0.4));
    // A sign of life now and then: a run with a hard limit goes on for it.
    for (let at = 300_000; at < tookMs; at += 300_000) later(at, () => playing.print("copying\n"));
    later(tookMs, () => {
      if (!playing.runs()) return;
      const [source, target] = [place.diskOf(from), place.diskOf(to)];
      if (fate === "fails" || source === undefined || target === undefined) {
        playing.exit(1);
        return;
      }
      for (const dataset of datasets) {
        if (fate === "cut_off") bringMarker(`/data/${from}/${dataset}`, `/data/${to}/${dataset}`, source, target);
        else copy(dataset, from, to, source, target, fate);
      }
      playing.exit(EXITS[fate] ?? 0);
    });
  };
  const copy = (dataset: string, from: string, to: string, source: Disk, target: Disk, fate: Fate) => {
    if (fate === "copies_nothing") return;
    const [there, here] = [`/data/${from}/${dataset}`, `/data/${to}/${dataset}`];
    const fresh = contentOf(source, there);
    const stale = older.get(there);
    // The days-old state is that of the last good copy: a snapshot that somebody forgot to renew.
    const content = fate === "copies_stale" ? (stale ?? contentOf(target, here)) : fresh;
    if (fate !== "copies_stale") older.set(there, fresh);
    for (const path of contentOf(target, here).keys()) if (!content.has(path)) target.remove(`${here}/${path}`);
    for (const [path, { data, mtimeMs }] of content) target.put(`${here}/${path}`, data, mtimeMs);
    const whole = content.get(WHOLE)?.data ?? markerIn(content);
    if (whole !== undefined) {
      target.put(`${here}/${WHOLE}`, whole, time.now());
      place.arrived(dataset, to, whole);
    }
    target.sync();
  };
  return {
    play: (argv, playing) => {
      const [program, ...args] = argv;
      if (program === "carry") carry(args, playing);
      else if (program === "print") later(chance.between(200, 3_000), () => print(place, args, playing));
      else later(chance.between(50, 800), () => zpool(time, place, argv, playing));
    },
    unhang: (job) => {
      for (const playing of hung.get(job) ?? []) playing.exit(1);
      hung.delete(job);
    },
  };
}

/** All that a copy brings which is cut off early, where the tool begins with the marker. */
function bringMarker(there: string, here: string, source: Disk, target: Disk): void {
  const marker = contentOf(source, there).get(MARKER);
  if (marker === undefined) return;
  target.put(`${here}/${MARKER}`, marker.data, marker.mtimeMs);
  target.sync();
}

function contentOf(disk: Disk, folder: string): Content {
  const names = disk.list(folder) ?? [];
  return new Map(
    names.flatMap(({ name }) => {
      const file = disk.file(`${folder}/${name}`);
      return file === undefined ? [] : [[name, { data: file.data, mtimeMs: file.mtimeMs }] as const];
    }),
  );
}

function markerIn(content: Content): string | undefined {
  const text = content.get(MARKER)?.data;
  return text === undefined ? undefined : z.parse(z.object({ id: z.string() }), JSON.parse(text)).id;
}

/** Prints a file of the cloud, as rclone or restic would. */
function print(place: Workplace, [path = ""]: readonly string[], playing: Playing): void {
  const tier = path.split("/")[2] ?? "";
  const data = place.diskOf(tier)?.file(path)?.data;
  if (data === undefined) {
    playing.exit(1);
    return;
  }
  playing.print(data);
  playing.exit(0);
}

const LOST: Readonly<Record<PoolState, number>> = { ok: 0, warning: 1, critical: 2 };

/** `zpool status` in the words of OpenZFS 2.1, which has no JSON, and the two properties that are asked for. */
function zpool(time: Time, place: Workplace, argv: readonly string[], playing: Playing): void {
  const [program, verb, ...args] = argv;
  const pool = args.at(-1) ?? "";
  if (program === "zpool" && verb === "list") {
    playing.print(args.includes("capacity") ? "41%\n" : "7%\n");
    playing.exit(0);
  } else if (program === "zpool" && verb === "status" && !args.includes("-j")) {
    playing.print(statusText(pool, LOST[place.poolState(pool)], time.now()));
    playing.exit(0);
  } else {
    playing.exit(2);
  }
}

function statusText(pool: string, lost: number, now: number): string {
  const state = lost === 0 ? "ONLINE" : "DEGRADED";
  const scrubbed = new Date(now - 5 * 86_400_000).toString().slice(0, 24);
  const when = scrubbed.replace(/^(\w+ \w+ \d+) (\d+) (\S+)$/, "$1 $3 $2");
  const disks = Array.from({ length: 5 }, (_, n) => {
    return `\t    ata-DISK${n}  ${n < lost ? "OFFLINE" : "ONLINE"}       0     0     0`;
  });
  return [
    `  pool: ${pool}`,
    ` state: ${state}`,
    `  scan: scrub repaired 0B in 00:00:02 with 0 errors on ${when}`,
    "config:",
    "",
    "\tNAME          STATE     READ WRITE CKSUM",
    `\t${pool}       ${state}     0     0     0`,
    `\t  raidz2-0    ${state}     0     0     0`,
    ...disks,
    "",
    "errors: No known data errors",
    "",
  ].join("\n");
}
