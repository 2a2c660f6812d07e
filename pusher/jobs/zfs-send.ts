/**
 * `kind = "zfs-send"`: snapshot, send what is new, receive, prove by guid that it arrived, prune both sides to a policy. It
 * continues an interrupted receive first. It never overwrites: where the two sides have no snapshot in common, or the target
 * was written to, it fails with what to do and destroys nothing.
 */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { JobContext, JobOutcome } from "./job.ts";
import { defineKind, type KindContext, type Policy } from "./kind.ts";
import { prunable } from "./zfs-prune.ts";
import { listSnapshots, type Snapshot } from "./zfs-snapshots.ts";
import { pipeTrouble, zfsTrouble } from "./zfs-trouble.ts";

const PREFIX = "tierwatch-";
const STEP_SECONDS = 120;

const datasetName = z.string().check(z.regex(/^[^\s@#/][^@#]*$/, "name a dataset, as in tank/apps"));
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
  programs: () => ["zfs"],
  policies: ({ keep, keep_target }) => [keep, keep_target].flatMap((name) => (name === undefined ? [] : [name])),
  run: async (own, context) => {
    const sent = await replicate(own, context);
    return sent.ok ? sent.value : { status: "failed", reason: sent.failure };
  },
});

async function replicate(own: Settings, context: KindContext): Promise<Result<JobOutcome, string>> {
  const resumed = await resume(own, context);
  if (!resumed.ok) return resumed;
  const made = await snapshot(own.source, context);
  if (!made.ok) return made;
  const sources = await listSnapshots(own.source, context);
  if (!sources.ok) return sources;
  const targets = await targetSnapshots(own.target, context);
  if (!targets.ok) return targets;
  const base = newestCommon(sources.value, targets.value ?? []);
  if (targets.value !== null && base === null) {
    return failed(`${own.target} exists and has no snapshot in common with ${own.source}; nothing was changed`);
  }
  const sent = await send(own, made.value, base, resumed.value.canResume, context);
  if (!sent.ok) return sent;
  const arrived = await arrivedAs(own, made.value, context);
  if (!arrived.ok) return arrived;
  if (!resumed.value.canResume) await remount(own.target, context);
  const pruned = await prune(own, context);
  const bytes = sent.value + resumed.value.bytes;
  const outcome: JobOutcome = { status: "succeeded", exitCode: 0, bytes, deletions: pruned.destroyed };
  return ok(pruned.trouble === null ? outcome : { ...outcome, status: "warned", reason: pruned.trouble });
}

interface Resumed {
  readonly bytes: number;
  /** This version knows resume tokens at all. */
  readonly canResume: boolean;
}

/** Finishes a receive that broke off, if there is one. A token that leads nowhere any more is given up, and said so. */
async function resume({ source, target }: Settings, context: JobContext): Promise<Result<Resumed, string>> {
  const argv = ["zfs", "get", "-H", "-o", "value", "receive_resume_token", target];
  const asked = await context.exec(argv, { timeoutSeconds: STEP_SECONDS, quiet: true, quietErrors: true });
  if (asked.startError !== undefined || asked.timedOut) return failed(zfsTrouble(asked, target));
  // zfs-fuse calls it a bad property; a target that is not there yet has no token.
  if (asked.exitCode !== 0) return ok({ bytes: 0, canResume: /does not exist/.test(asked.stderr) });
  const token = asked.stdout.trim();
  if (token === "" || token === "-") return ok({ bytes: 0, canResume: true });
  context.log(`continuing an interrupted receive into ${target}`);
  const piped = await context.pipe(["zfs", "send", "-t", token], ["zfs", "receive", "-s", target]);
  if (piped.producer.exitCode === 0 && piped.consumer.exitCode === 0)
    return ok({ bytes: piped.bytes, canResume: true });
  if (
    !/cannot resume send|resume token is corrupt|used in the initial send no longer exists/.test(piped.producer.stderr)
  ) {
    return failed(pipeTrouble(piped, source, target));
  }
  context.log(`what was sent before is no longer there; giving up the partly received snapshot of ${target}`);
  const aborted = await context.exec(["zfs", "receive", "-A", target], { timeoutSeconds: STEP_SECONDS });
  return aborted.exitCode === 0 ? ok({ bytes: 0, canResume: true }) : failed(zfsTrouble(aborted, target));
}

async function snapshot(dataset: string, context: JobContext): Promise<Result<string, string>> {
  const stamp = new Date(context.now()).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = `${dataset}@${PREFIX}${stamp}`;
  const ended = await context.exec(["zfs", "snapshot", name], { timeoutSeconds: STEP_SECONDS });
  return ended.exitCode === 0 ? ok(name) : failed(zfsTrouble(ended, dataset));
}

/** The target's snapshots; null when the target does not exist yet. */
async function targetSnapshots(target: string, context: JobContext): Promise<Result<Snapshot[] | null, string>> {
  const argv = ["zfs", "list", "-H", "-o", "name", target];
  const there = await context.exec(argv, { timeoutSeconds: STEP_SECONDS, quiet: true, quietErrors: true });
  if (there.exitCode === 0) return listSnapshots(target, context);
  return /does not exist/.test(there.stderr) ? ok(null) : failed(zfsTrouble(there, target));
}

/** The newest snapshot that both sides have, by guid: a name alone may lie. */
export function newestCommon(sources: readonly Snapshot[], targets: readonly Snapshot[]): Snapshot | null {
  const there = new Set(targets.map(({ guid }) => guid));
  return sources.filter(({ guid }) => there.has(guid)).at(-1) ?? null;
}

async function send(
  { source, target }: Settings,
  snapshotName: string,
  base: Snapshot | null,
  canResume: boolean,
  context: JobContext,
): Promise<Result<number, string>> {
  const from = base === null ? [] : ["-i", base.name];
  context.log(base === null ? `sending ${snapshotName} whole` : `sending ${snapshotName} from ${base.name}`);
  const receive = ["zfs", "receive", ...(canResume ? ["-s"] : []), target];
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
  const received = targets.value.find((one) => one.name === `${target}${short}`)?.guid;
  return sent !== undefined && sent === received ? ok(null) : failed(`${target}${short} is not what was sent`);
}

/** zfs-fuse, which is also the one that knows no resume, shows a received dataset's old files until it is mounted anew. */
async function remount(target: string, context: JobContext): Promise<void> {
  const options = { timeoutSeconds: STEP_SECONDS };
  const unmounted = await context.exec(["zfs", "unmount", target], { ...options, quietErrors: true });
  if (unmounted.exitCode === 0) await context.exec(["zfs", "mount", target], options);
}

interface Pruned {
  readonly destroyed: number;
  readonly trouble: string | null;
}

async function prune(own: Settings, context: KindContext): Promise<Pruned> {
  const sources = await listSnapshots(own.source, context);
  const targets = await listSnapshots(own.target, context);
  if (!sources.ok) return { destroyed: 0, trouble: sources.failure };
  if (!targets.ok) return { destroyed: 0, trouble: targets.failure };
  const common = newestCommon(sources.value, targets.value);
  const needed = new Set(common === null ? [] : [common.guid]);
  const doomed = [
    ...doomedOf(own.source, sources.value, own.keep, needed, context),
    ...doomedOf(own.target, targets.value, own.keep_target, needed, context),
  ];
  let destroyed = 0;
  for (const { name } of doomed) {
    const ended = await context.exec(["zfs", "destroy", name], { timeoutSeconds: STEP_SECONDS });
    if (ended.exitCode !== 0) return { destroyed, trouble: `pruning stopped: ${zfsTrouble(ended, name)}` };
    destroyed += 1;
  }
  return { destroyed, trouble: null };
}

function doomedOf(
  dataset: string,
  snapshots: readonly Snapshot[],
  keep: string | undefined,
  needed: ReadonlySet<string>,
  context: KindContext,
): Snapshot[] {
  const policy: Policy | undefined = keep === undefined ? undefined : context.policy(keep);
  if (policy === undefined) return [];
  return prunable(snapshots, policy, needed, (name) => name.startsWith(`${dataset}@${PREFIX}`));
}
