/**
 * `kind = "zfs-follow"`: looks after a replication that another tool does (syncoid, zrepl, TrueNAS): how old is the newest snapshot
 * that source and target have in common, by guid? It asks ZFS itself, because such tools end well when they did nothing:
 * syncoid 2.1 exits 0 when its source is gone. It changes nothing.
 */
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import type { Reading } from "../../protocol/heartbeat.ts";
import { ok, type Result } from "../../protocol/result.ts";
import { depthsOf } from "./depth.ts";
import type { JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";
import { datasetName } from "./zfs-fields.ts";
import { tokenOf } from "./zfs-resume.ts";
import { listSnapshots, newestCommon, type Snapshot } from "./zfs-snapshots.ts";
import { contextAt, placeOf, ssh } from "./zfs-ssh.ts";

const HOUR_MS = 3_600_000;
/** So far ahead a snapshot's time is no lie yet: clocks of two machines differ. */
const AHEAD_MAX_MS = HOUR_MS;

const settings = z.strictObject({
  source: datasetName,
  target: datasetName,
  /** The machine of the target, when it is another. */
  ssh: z.optional(ssh),
  /** How old the newest snapshot in common may be. */
  max_age: duration,
});
type Settings = z.infer<typeof settings>;

export const zfsFollow = defineKind({
  follows: true,
  settings,
  programs: (own) => ["zfs", ...(own.ssh === undefined ? [] : ["ssh"])],
  tellsDepth: true,
  check: async (own, context) => {
    const { checkDatasets } = await import("./check-zfs.ts");
    const there = contextAt(placeOf(own.ssh), context);
    return [...(await checkDatasets([own.source], context)), ...(await checkDatasets([own.target], there))];
  },
  run: async (own, context) => {
    const seen = await see(own, context);
    if (!seen.ok) return { status: "failed", reason: seen.failure };
    const outcome = judge(own, seen.value, context.now());
    for (const { text } of outcome.readings ?? []) context.log(text);
    const depths = depthsOf(seen.value.targets, context);
    return depths.length === 0 ? outcome : { ...outcome, depths };
  },
});

/** Both lists oldest first. */
interface Seen {
  readonly sources: readonly Snapshot[];
  readonly targets: readonly Snapshot[];
  /** A receive broke off and waits to be continued. */
  readonly broken: boolean;
}

async function see(own: Settings, context: KindContext): Promise<Result<Seen, string>> {
  const there = contextAt(placeOf(own.ssh), context);
  const sources = await listSnapshots(own.source, context);
  if (!sources.ok) return sources;
  const targets = await listSnapshots(own.target, there);
  if (!targets.ok) return targets;
  const token = await tokenOf(own.target, there);
  return token.ok ? ok({ sources: sources.value, targets: targets.value, broken: token.value.token !== null }) : token;
}

function judge({ source, target, max_age }: Settings, { sources, targets, broken }: Seen, now: number): JobOutcome {
  const waits = broken ? `; a receive into ${target} broke off and waits to be continued` : "";
  const common = newestCommon(sources, targets);
  if (common === null) {
    const why = targets.length === 0 ? "has no snapshot at all" : `has no snapshot in common with ${source}`;
    return { status: "failed", reason: `${target} ${why}: its replication cannot go on from anything${waits}` };
  }
  const hours = Math.max(0, Math.floor((now - common.createdAt) / HOUR_MS));
  const name = common.name.slice(common.name.indexOf("@"));
  const text = `${target} is ${hours} h behind: its newest snapshot of ${source} is ${name}`;
  const reading: Reading = { name: `dataset.${target}.behind`, value: hours, unit: "h", verdict: "ok", text };
  if (common.createdAt - now > AHEAD_MAX_MS) {
    const reason = `${target}: ${name} is from the future; are the clocks right?`;
    return { status: "warned", exitCode: 0, reason, readings: [{ ...reading, verdict: "warning", text: reason }] };
  }
  if (now - common.createdAt <= max_age * 1000) return { status: "succeeded", exitCode: 0, readings: [reading] };
  const reason = `${text}, and ${Math.floor(max_age / 3600)} h are allowed; ${causeOf(source, sources, now, max_age)}${waits}`;
  return { status: "failed", exitCode: 1, reason, readings: [{ ...reading, verdict: "critical", text: reason }] };
}

/** Which of the two tools stands still: the one that takes snapshots, or the one that carries them. */
function causeOf(source: string, sources: readonly Snapshot[], now: number, maxAge: number): string {
  const newest = Math.max(...sources.map(({ createdAt }) => createdAt));
  const fresh = now - newest <= maxAge * 1000;
  return fresh ? `${source} has newer ones that were not carried` : `nobody takes snapshots of ${source} any more`;
}
