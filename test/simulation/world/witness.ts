/**
 * Writes down what truly happens, from the hands that do it: a record that a disk holds, a folder that was copied, a batch that
 * the database committed. Ids are looked up in the real records; nobody is asked what he thinks of it.
 */
import * as z from "zod/mini";
import { heartbeat } from "../../../protocol/heartbeat.ts";
import type { Happening } from "../history.ts";
import type { Query } from "./database.ts";
import type { Sent } from "./http.ts";
import { MARKER } from "./jobs.ts";
import type { Time } from "./time.ts";

export interface Witness {
  readonly tell: (happening: Happening) => void;
  readonly happenings: readonly Happening[];
  /** A file of a host's system disk was written, was given its name, or is now durable. */
  readonly record: (
    site: string,
    host: string,
    how: "written" | "named" | "durable",
    path: string,
    data: string,
  ) => void;
  /** A file of a data disk was given its name. */
  readonly marker: (path: string, data: string) => void;
  readonly arrived: (site: string, dataset: string, tier: string, marker: string) => void;
  /**
   * What a host sends now: to be told as heard once the worker holds it. The worker reads its clock once, when a request
   * arrives, and this is told as of that instant. Undefined for what is no heartbeat.
   */
  readonly sending: (site: string, host: string, sent: Sent) => ((arrivedAt: number) => void) | undefined;
}

const SPOOL = "/var/lib/tierwatch/spool/";
const recordOf = z.object({
  id: z.string(),
  job: z.string(),
  status: z.enum(["started", "succeeded", "warned", "failed", "timed_out", "skipped"]),
});
const markerOf = z.object({ id: z.string(), dataset: z.string() });

export function witnessOf(time: Time): Witness {
  const happenings: Happening[] = [];
  /** When the text of each record was written; it may take its name much later, when its pusher was killed in between. */
  const writtenAt = new Map<string, number>();
  const startedAt = new Map<string, number>();
  const endedAt = new Map<string, number>();
  const finished = new Set<string>();
  /** When each marker was truly written, and of what. */
  const births = new Map<string, { readonly dataset: string; readonly bornAt: number }>();
  const tell = (happening: Happening) => happenings.push(happening);

  const record: Witness["record"] = (site, host, how, path, data) => {
    if (how === "written" && path.startsWith(SPOOL) && !writtenAt.has(data)) writtenAt.set(data, time.now());
    if (!/^\/var\/lib\/tierwatch\/spool\/\d+-\d+-[0-9a-f-]+\.(?:started|finished)\.json$/.test(path)) return;
    const told = jsonOf(data);
    if (told === undefined) return;
    const { id: run, job, status } = z.parse(recordOf, told);
    const base = { site, host, job, run };
    const at = writtenAt.get(data) ?? time.now();
    if (!startedAt.has(run)) {
      startedAt.set(run, at);
      tell({ kind: "started", at, ...base });
    }
    if (status !== "started" && !endedAt.has(run)) endedAt.set(run, at);
    if (how === "durable") finish(site, host, { id: run, job, status });
  };
  const finish = (site: string, host: string, { id: run, job, status }: z.infer<typeof recordOf>) => {
    if (status === "started" || finished.has(run)) return;
    finished.add(run);
    const began = startedAt.get(run) ?? time.now();
    tell({ kind: "finished", at: endedAt.get(run) ?? time.now(), site, host, job, run, startedAt: began, status });
  };
  const bornOf = (marker: string) => {
    const birth = births.get(marker);
    if (birth === undefined) throw new Error(`nobody wrote the marker ${marker}`);
    return birth;
  };
  return {
    tell,
    happenings,
    record,
    marker: (path, data) => {
      if (!path.endsWith(`/${MARKER}`)) return;
      const { id, dataset } = z.parse(markerOf, jsonOf(data));
      births.set(id, { dataset, bornAt: time.now() });
    },
    arrived: (site, dataset, tier, marker) => {
      tell({ kind: "data", at: time.now(), site, dataset, tier, bornAt: bornOf(marker).bornAt });
    },
    sending: (site, host, { url, body }) => {
      if (!url.endsWith("/v1/heartbeats")) return undefined;
      const { runs, seen = [] } = z.parse(heartbeat, jsonOf(body));
      const madeAt = time.now();
      // A record that is sent before the disk holds it for good (its pusher was killed in between) is safe all the same.
      for (const run of runs) finish(site, host, run);
      const sightings = [...seen, ...runs.flatMap((run) => run.seen ?? [])];
      const whole = sightings.filter(({ missing, mismatched }) => missing + mismatched === 0);
      return (arrivedAt) =>
        tell({
          kind: "heard",
          at: arrivedAt,
          site,
          host,
          madeAt,
          runs: runs.map(({ id }) => id),
          seen: whole.map(({ dataset, tier, marker }) => ({ dataset, tier, bornAt: bornOf(marker).bornAt })),
          born: runs.flatMap((run) => run.born ?? []).map(({ marker }) => bornOf(marker)),
        });
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * True when a batch took the whole of a heartbeat: every watch that it meant to change was still as it had been read. Needed
 * only where the worker cannot say so itself, because it died or was told of an error after the commit.
 */
export function tookWhole(queries: readonly Query[], changes: readonly number[]): boolean {
  if (queries.length < 2) return false;
  return queries.every(({ sql, params }, index) => {
    if (!/^\s*UPDATE watches\b/.test(sql)) return true;
    const rows = params.find((param) => typeof param === "string" && param.startsWith("["));
    return typeof rows === "string" && z.parse(z.array(z.unknown()), JSON.parse(rows)).length === changes[index];
  });
}
