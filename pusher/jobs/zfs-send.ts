/**
 * `kind = "zfs-send"`: snapshot, send what is new, receive, prove by guid that it arrived, prune both sides to a policy. It
 * continues an interrupted receive first. It never overwrites: where the two sides have no snapshot in common, or the target
 * was written to, it fails with what to do and destroys nothing.
 *
 * Sending itself has no time limit but the run's `max_runtime`: a first copy of everything may take days.
 */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { depthsOf } from "./depth.ts";
import type { JobContext, JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";
import { ask } from "./zfs-call.ts";
import { datasetName } from "./zfs-fields.ts";
import { makeReadable } from "./zfs-mount.ts";
import { resume } from "./zfs-resume.ts";
import { listSnapshots, newestCommon, type Snapshot, takeSnapshot } from "./zfs-snapshots.ts";
import { checkTarget } from "./zfs-target.ts";
import { type Side, tidy } from "./zfs-tidy.ts";
import { pipeTrouble, zfsTrouble } from "./zfs-trouble.ts";

const PREFIX = "tierwatch-";

const settings = z.strictObject({
  source: datasetName,
  target: datasetName,
  /** Names of policies: what is kept on the source and on the target. Without one nothing is pruned there. */
  keep: z.optional(z.string()),
  keep_target: z.optional(z.string()),
});
type Settings = z.infer<typeof settings>;

export const zfsSend = defineKind({
  settings,
  programs: () => ["zfs", "zpool"],
  policies: ({ keep, keep_target }) => [keep, keep_target].flatMap((name) => (name === undefined ? [] : [name])),
  tellsDepth: true,
  check: ({ target }, context) => checkTarget(target, context),
  run: async (own, context) => {
    const sent = await replicate(own, context);
    return sent.ok ? finish(own, sent.value, context) : { status: "failed", reason: sent.failure };
  },
});

interface Sent {
  readonly bytes: number;
  readonly isFuse: boolean;
}

async function replicate(own: Settings, context: JobContext): Promise<Result<Sent, string>> {
  for (const dataset of [own.source, own.target]) {
    const trouble = await poolTrouble(dataset, context);
    if (trouble !== null) return failed(trouble);
  }
  const resumed = await resume(own.source, own.target, context);
  if (!resumed.ok) return resumed;
  const { canResume } = resumed.value;
  const base = await baseOf(own, context);
  if (!base.ok) return base;
  const made = await takeSnapshot(own.source, PREFIX, context);
  if (!made.ok) return made;
  const sent = await send(own, made.value, base.value, canResume, context);
  if (!sent.ok) return sent;
  const arrived = await arrivedAs(own, made.value, context);
  // Of the versions that are in use only zfs-fuse knows no resume tokens.
  return arrived.ok ? ok({ bytes: resumed.value.bytes + sent.value, isFuse: !canResume }) : arrived;
}

/** What comes after the proof: its trouble is a warning, for the copy is there. */
async function finish(own: Settings, { bytes, isFuse }: Sent, context: KindContext): Promise<JobOutcome> {
  const unreadable = await makeReadable(own.target, isFuse, context);
  const side = (dataset: string, keep: string | undefined): Side => ({
    dataset,
    policy: keep === undefined ? undefined : context.policy(keep),
  });
  const tidied = await tidy(side(own.source, own.keep), side(own.target, own.keep_target), PREFIX, context);
  const depths = tidied.kept === null ? [] : depthsOf(tidied.kept, context);
  const told = depths.length === 0 ? {} : { depths };
  const outcome: JobOutcome = { status: "succeeded", exitCode: 0, bytes, deletions: tidied.destroyed, ...told };
  const troubles = [unreadable, tidied.trouble].filter((trouble) => trouble !== null);
  return troubles.length === 0 ? outcome : { ...outcome, status: "warned", reason: troubles.join("; ") };
}

/** Asked first: without its pool a dataset just does not exist, and a send would begin from nothing. */
async function poolTrouble(dataset: string, context: JobContext): Promise<string | null> {
  const pool = dataset.split("/", 1)[0] ?? dataset;
  const asked = await ask(context, "zpool", "list", "-H", "-o", "health", pool);
  const health = asked.stdout.trim();
  if (asked.exitCode !== 0 || health === "") return zfsTrouble(asked, `pool ${pool}`);
  if (health === "ONLINE" || health === "DEGRADED") return null;
  return `pool ${pool} is ${health}: nothing was sent; look at \`zpool status ${pool}\``;
}

/** The snapshot to send from; null when the target does not exist yet and everything is to be sent. */
async function baseOf({ source, target }: Settings, context: JobContext): Promise<Result<Snapshot | null, string>> {
  const sources = await listSnapshots(source, context);
  if (!sources.ok) return sources;
  const there = await ask(context, "zfs", "list", "-H", "-o", "name", target);
  if (there.exitCode !== 0) return /does not exist/.test(there.stderr) ? ok(null) : failed(zfsTrouble(there, target));
  const targets = await listSnapshots(target, context);
  if (!targets.ok) return targets;
  const base = newestCommon(sources.value, targets.value);
  if (base !== null) return ok(base);
  return failed(
    `${target} exists and has no snapshot in common with ${source}; nothing was changed: rename it (\`zfs rename\`) to begin anew`,
  );
}

/** Sends the snapshot from the base on, and answers the bytes of the stream. */
async function send(
  { source, target }: Settings,
  snapshotName: string,
  base: Snapshot | null,
  canResume: boolean,
  context: JobContext,
): Promise<Result<number, string>> {
  const from = base === null ? [] : ["-i", base.name];
  context.log(base === null ? `sending ${snapshotName} whole` : `sending ${snapshotName} from ${base.name}`);
  const receive = ["zfs", "receive", ...(canResume ? ["-s"] : []), "-u", target];
  const piped = await context.pipe(["zfs", "send", ...from, snapshotName], receive);
  const fine = piped.producer.exitCode === 0 && piped.consumer.exitCode === 0;
  return fine ? ok(piped.bytes) : failed(pipeTrouble(piped, source, target));
}

/** The proof: the snapshot stands on the target with the guid that it has on the source. */
async function arrivedAs(
  { source, target }: Settings,
  name: string,
  context: JobContext,
): Promise<Result<null, string>> {
  const short = name.slice(name.indexOf("@"));
  const [sources, targets] = [await listSnapshots(source, context), await listSnapshots(target, context)];
  if (!sources.ok) return sources;
  if (!targets.ok) return targets;
  const sent = sources.value.find((one) => one.name === name)?.guid;
  // By name, not the newest: another tool may have made a snapshot of the target in between.
  const received = targets.value.find((one) => one.name === `${target}${short}`)?.guid;
  return sent !== undefined && sent === received ? ok(null) : failed(`${target}${short} is not what was sent`);
}
