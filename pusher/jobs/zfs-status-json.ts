/** Parses `zpool status -j --json-int POOL` of OpenZFS 2.3 and newer (zpool-status(8)). */
import * as z from "zod/mini";
import { isSuspended, type PoolHealth, type Scan, type Vdev } from "./zfs-pool.ts";

/** A number, or "-" where there is none; older releases give numbers as strings. */
const number = z.pipe(
  z.union([z.number(), z.string()]),
  z.transform((value) => (Number.isFinite(Number(value)) ? Number(value) : 0)),
);

const scanStats = z.object({
  function: z.string(),
  state: z.string(),
  end_time: z.optional(z.union([z.number(), z.string()])),
  scrub_pause: z.optional(z.union([z.number(), z.string()])),
  to_examine: z.optional(number),
  issued: z.optional(number),
});

const rawVdev = z.object({
  name: z.string(),
  /** The name of a disk that is gone and is now known by its guid. */
  was: z.optional(z.string()),
  state: z.string(),
  read_errors: z.optional(number),
  write_errors: z.optional(number),
  checksum_errors: z.optional(number),
  get vdevs() {
    return z.optional(z.record(z.string(), rawVdev));
  },
});
type RawVdev = z.infer<typeof rawVdev>;

const groups = { vdevs: z.optional(z.record(z.string(), rawVdev)) };
const rawPool = z.object({
  name: z.string(),
  state: z.string(),
  msgid: z.optional(z.string()),
  scan_stats: z.optional(scanStats),
  error_count: z.optional(number),
  ...groups,
  logs: groups.vdevs,
  special: groups.vdevs,
  dedup: groups.vdevs,
  l2cache: groups.vdevs,
  spares: groups.vdevs,
});

const answer = z.object({ pools: z.record(z.string(), rawPool) });

/** The health of a pool, or null when the text is not such JSON or does not name the pool. */
export function parseStatusJson(text: string, pool: string): PoolHealth | null {
  const parsed = z.safeParse(answer, jsonOf(text));
  const raw = parsed.success ? parsed.data.pools[pool] : undefined;
  if (raw === undefined) return null;
  return {
    pool,
    state: raw.state,
    suspended: isSuspended(raw.state, raw.msgid ?? ""),
    data: [raw.vdevs, raw.special, raw.dedup].flatMap(vdevsOf),
    aside: [raw.logs, raw.l2cache, raw.spares].flatMap(vdevsOf),
    dataErrors: raw.error_count ?? 0,
    scan: raw.scan_stats === undefined ? null : scanOf(raw.scan_stats),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function vdevsOf(group: Readonly<Record<string, RawVdev>> | undefined): Vdev[] {
  return Object.values(group ?? {}).map((raw) => ({
    name: raw.was ?? raw.name,
    // The text of the same command says UNAVAIL.
    state: raw.state === "CANT_OPEN" ? "UNAVAIL" : raw.state,
    readErrors: raw.read_errors ?? 0,
    writeErrors: raw.write_errors ?? 0,
    checksumErrors: raw.checksum_errors ?? 0,
    below: vdevsOf(raw.vdevs),
  }));
}

const KINDS: Readonly<Record<string, Scan["kind"]>> = { RESILVER: "resilver", ERRORSCRUB: "error scrub" };

function scanOf(raw: z.infer<typeof scanStats>): Scan | null {
  const kind = KINDS[raw.function] ?? "scrub";
  const seconds = Number(raw.end_time);
  const endedAt = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  if (raw.state === "FINISHED") return { kind, state: "finished", endedAt, donePercent: null };
  if (raw.state === "CANCELED") return { kind, state: "canceled", endedAt, donePercent: null };
  if (raw.state !== "SCANNING") return null;
  const paused = raw.scrub_pause !== undefined && raw.scrub_pause !== "-" && Number(raw.scrub_pause) !== 0;
  return { kind, state: paused ? "paused" : "running", endedAt: null, donePercent: shareOf(raw) };
}

/** As zpool itself computes it (zpool_main.c, print_scan_scrub_resilver_status): what was read of what is to be read. */
function shareOf({ issued, to_examine: total }: z.infer<typeof scanStats>): number | null {
  if (issued === undefined || total === undefined || total <= 0) return null;
  return Math.min(100, (100 * issued) / total);
}
