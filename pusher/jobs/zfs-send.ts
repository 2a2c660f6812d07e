/**
 * `kind = "zfs-send"`: snapshot, send what is new, receive, prove by guid that it arrived, prune both sides to a policy. It
 * continues an interrupted receive first. It never overwrites: where the two sides have no snapshot in common, or the target
 * was written to, it fails with what to do and destroys nothing. The target may be on another machine, by ssh.
 *
 * Sending itself has no time limit but the run's `max_runtime`: a first copy of everything may take days.
 */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { depthsOf } from "./depth.ts";
import type { JobContext, JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";
import { bookmark, listBookmarks } from "./zfs-bookmarks.ts";
import { ask } from "./zfs-call.ts";
import { datasetName } from "./zfs-fields.ts";
import { makeReadable } from "./zfs-mount.ts";
import { resume } from "./zfs-resume.ts";
import { listSnapshots, newestCommon, type Snapshot, takeSnapshot } from "./zfs-snapshots.ts";
import { contextAt, type Place, placeOf, ssh } from "./zfs-ssh.ts";
import { checkTarget } from "./zfs-target.ts";
import { type Side, tidy } from "./zfs-tidy.ts";
import { pipeTrouble, zfsTrouble } from "./zfs-trouble.ts";

const PREFIX = "tierwatch-";

const settings = z.strictObject({
  source: datasetName,
  target: datasetName,
  /** The machine of the target, when it is another. */
  ssh: z.optional(ssh),
  /** Sends an encrypted dataset as it is on the disk: the target needs no key, and never sees the data. */
  raw: z.optional(z.boolean()),
  /** Names of policies: what is kept on the source and on the target. Without one nothing is pruned there. */
  keep: z.optional(z.string()),
  keep_target: z.optional(z.string()),
});
type Settings = z.infer<typeof settings>;

export const zfsSend = defineKind({
  settings,
  programs: (own) => ["zfs", "zpool", ...(own.ssh === undefined ? [] : ["ssh"])],
  policies: ({ keep, keep_target }) => [keep, keep_target].flatMap((name) => (name === undefined ? [] : [name])),
  tellsDepth: true,
  check: async (own, context) => {
    const { checkDatasets } = await import("./check-zfs.ts");
    const target = await checkTarget(own.target, contextAt(placeOf(own.ssh), context));
    return [...(await checkDatasets([own.source], context)), ...target];
  },
  run: async (own, context) => {
    const ends = endsOf(own, context);
    const sent = await replicate(own, ends);
    return sent.ok ? finish(own, sent.value, ends) : { status: "failed", reason: sent.failure };
  },
});

/** Both ends of a send: `there` runs programs on the machine of the target. */
interface Ends {
  readonly here: KindContext;
  readonly there: KindContext;
  readonly place: Place;
}

function endsOf(own: Settings, here: KindContext): Ends {
  const place = placeOf(own.ssh);
  return { here, there: contextAt(place, here), place };
}

interface Sent {
  readonly bytes: number;
  /** The snapshot on the source. */
  readonly snapshot: string;
  readonly isFuse: boolean;
}

async function replicate(own: Settings, ends: Ends): Promise<Result<Sent, string>> {
  const { here, there, place } = ends;
  for (const [dataset, context] of [
    [own.source, here],
    [own.target, there],
  ] as const) {
    const trouble = await poolTrouble(dataset, context);
    if (trouble !== null) return failed(trouble);
  }
  const resumed = await resume(own.source, own.target, here, place);
  if (!resumed.ok) return resumed;
  const { canResume } = resumed.value;
  const base = await baseOf(own, ends);
  if (!base.ok) return base;
  const made = await takeSnapshot(own.source, PREFIX, here);
  if (!made.ok) return made;
  const sent = await send(own, made.value, base.value, canResume, ends);
  if (!sent.ok) return sent;
  const arrived = await arrivedAs(own, made.value, ends);
  if (!arrived.ok) return arrived;
  // Of the versions that are in use only zfs-fuse knows no resume tokens.
  return ok({ bytes: resumed.value.bytes + sent.value, snapshot: made.value, isFuse: !canResume });
}

/** What comes after the proof: its trouble is a warning, for the copy is there. */
async function finish(own: Settings, { bytes, snapshot, isFuse }: Sent, ends: Ends): Promise<JobOutcome> {
  const { here, there } = ends;
  if (!isFuse) await bookmark(snapshot, here);
  const locked = own.raw === true && (await isLocked(own.target, there));
  const unreadable = locked ? null : await makeReadable(own.target, isFuse, there);
  const side = (dataset: string, keep: string | undefined, context: KindContext): Side => ({
    dataset,
    context,
    policy: keep === undefined ? undefined : context.policy(keep),
  });
  const tidied = await tidy(side(own.source, own.keep, here), side(own.target, own.keep_target, there), PREFIX);
  const depths = tidied.kept === null ? [] : depthsOf(tidied.kept, here);
  const told = depths.length === 0 ? {} : { depths };
  const outcome: JobOutcome = { status: "succeeded", exitCode: 0, bytes, deletions: tidied.destroyed, ...told };
  const troubles = [unreadable, tidied.trouble].filter((trouble) => trouble !== null);
  return troubles.length === 0 ? outcome : { ...outcome, status: "warned", reason: troubles.join("; ") };
}

/** A copy whose key is not there cannot be mounted, and need not be. */
async function isLocked(target: string, context: JobContext): Promise<boolean> {
  return (await ask(context, "zfs", "get", "-H", "-o", "value", "keystatus", target)).stdout.trim() === "unavailable";
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

/** The snapshot or bookmark to send from; null when the target does not exist yet and everything is to be sent. */
async function baseOf({ source, target }: Settings, { here, there }: Ends): Promise<Result<Snapshot | null, string>> {
  const sources = await listSnapshots(source, here);
  if (!sources.ok) return sources;
  const asked = await ask(there, "zfs", "list", "-H", "-o", "name", target);
  if (asked.exitCode !== 0) return /does not exist/.test(asked.stderr) ? ok(null) : failed(zfsTrouble(asked, target));
  const targets = await listSnapshots(target, there);
  if (!targets.ok) return targets;
  const common = newestCommon(sources.value, targets.value);
  const newest = targets.value.at(-1);
  if (common !== null && common.guid === newest?.guid) return ok(common);
  // ZFS receives on top of the newest only, and a bookmark may still know what its snapshot on the source was.
  const marked = newest === undefined ? null : newestCommon(await listBookmarks(source, here), [newest]);
  const base = marked ?? common;
  if (base !== null) return ok(base);
  return failed(
    `${target} exists and has no snapshot in common with ${source}; nothing was changed: rename it (\`zfs rename\`) to begin anew`,
  );
}

/** Sends the snapshot from the base on, and answers the bytes of the stream. */
async function send(
  { source, target, raw }: Settings,
  snapshotName: string,
  base: Snapshot | null,
  canResume: boolean,
  { here, place }: Ends,
): Promise<Result<number, string>> {
  const from = base === null ? [] : ["-i", base.name];
  here.log(base === null ? `sending ${snapshotName} whole` : `sending ${snapshotName} from ${base.name}`);
  const receive = ["zfs", "receive", ...(canResume ? ["-s"] : []), "-u", target];
  const sending = ["zfs", "send", ...(raw === true ? ["-w"] : []), ...from, snapshotName];
  const piped = await here.pipe(sending, place.argv(receive));
  const fine = piped.producer.exitCode === 0 && piped.consumer.exitCode === 0;
  return fine ? ok(piped.bytes) : failed(pipeTrouble(piped, source, target));
}

/** The proof: the snapshot stands on the target with the guid that it has on the source. */
async function arrivedAs(
  { source, target }: Settings,
  name: string,
  { here, there }: Ends,
): Promise<Result<null, string>> {
  const short = name.slice(name.indexOf("@"));
  const [sources, targets] = [await listSnapshots(source, here), await listSnapshots(target, there)];
  if (!sources.ok) return sources;
  if (!targets.ok) return targets;
  const sent = sources.value.find((one) => one.name === name)?.guid;
  // By name, not the newest: another tool may have made a snapshot of the target in between.
  const received = targets.value.find((one) => one.name === `${target}${short}`)?.guid;
  return sent !== undefined && sent === received ? ok(null) : failed(`${target}${short} is not what was sent`);
}
