/** One run of `kind = "restic"`: the backup, the proof that it is there, and the check when it is due. */
import { resolve } from "node:path";
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { depthsOf, type Snapshot } from "./depth.ts";
import { hasExited, unfinished } from "./ending.ts";
import { counted } from "./few.ts";
import type { JobOutcome } from "./job.ts";
import { jsonLines } from "./json-lines.ts";
import type { KindContext } from "./kind.ts";
import { areMarkers, mayBeMarkers } from "./only-markers.ts";
import { type CheckPolicy, checkIfDue } from "./restic-check.ts";
import { type ResticReport, resticReport, type Summary } from "./restic-report.ts";
import { parseResticSnapshots, type ResticSnapshot, versionsOf } from "./restic-snapshots.ts";
import { resticTrouble } from "./restic-trouble.ts";

/** What a listing of the snapshots may take, in seconds. */
const LIST_SECONDS = 600;
const EXIT_PARTIAL = 3;
const NO_FILE = "restic read no file at all: is what `paths` names mounted? The snapshot that it saved is empty";

interface ResticWork {
  readonly paths: readonly string[];
  readonly options?: readonly string[] | undefined;
  readonly check?: CheckPolicy | undefined;
}
type Env = Readonly<Record<string, string>>;

/** Backs up, and checks the repository when `check` says so; `env` is all that restic needs. */
export async function runRestic(own: ResticWork, env: Env, context: KindContext): Promise<JobOutcome> {
  const outcome = await backUp(own, env, context);
  return own.check === undefined ? outcome : withCheck(outcome, own.check, env, context);
}

async function backUp(own: ResticWork, env: Env, context: KindContext): Promise<JobOutcome> {
  const report = resticReport(context.log, context.carried);
  const sources = own.paths.map((path) => resolve(context.folder, path));
  const argv = ["restic", "backup", "--json", ...(own.options ?? []), "--", ...sources];
  const ended = await context.exec(argv, {
    env,
    cwd: context.folder,
    onStdout: report.stdout.push,
    onStderr: report.stderr.push,
  });
  report.stdout.end();
  report.stderr.end();
  if (!hasExited(ended)) return { ...unfinished(ended), ...amounts(report) };
  const { exitCode } = ended;
  const saved = report.summary();
  if (exitCode !== 0 && !(exitCode === EXIT_PARTIAL && saved !== undefined)) {
    return { status: "failed", exitCode, reason: resticTrouble(exitCode, report.errors()), ...amounts(report) };
  }
  const outcome: JobOutcome = { ...judge(report, exitCode), ...amounts(report) };
  if (outcome.status === "failed") return outcome;
  if (await holdsOnlyMarkers(saved, env, context)) return { ...outcome, status: "failed", reason: NO_FILE };
  const listed = await list(sources, saved?.snapshot_id, env, context);
  return listed.ok ? { ...outcome, depths: depthsOf(listed.value, context) } : { ...outcome, ...listed.failure };
}

function amounts(report: ResticReport): Pick<JobOutcome, "bytes" | "files" | "errors"> {
  const saved = report.summary();
  const carried = saved === undefined ? {} : { bytes: saved.data_added, files: saved.total_files_processed };
  return { ...carried, errors: report.unreadable.count() + report.absent.count() };
}

/** What a backup was that restic says it made. */
function judge(report: ResticReport, exitCode: number): JobOutcome {
  const saved = report.summary();
  if (saved === undefined) {
    return { status: "failed", exitCode, reason: `restic ended with ${exitCode}, but did not say what it saved` };
  }
  if (saved.total_files_processed === 0) {
    return { status: "failed", exitCode, reason: NO_FILE };
  }
  const { unreadable, absent } = report;
  const troubles = [
    ...(absent.count() === 0 ? [] : [`of \`paths\` there is no ${absent.say()}, it was left out: is it mounted?`]),
    ...(unreadable.count() === 0
      ? []
      : [`${counted(unreadable.count(), "file")} could not be read: ${unreadable.say()}`]),
  ];
  if (troubles.length > 0) {
    return { status: "warned", exitCode, reason: `the snapshot was made, but ${troubles.join("; ")}` };
  }
  if (exitCode === 0) return { status: "succeeded", exitCode };
  return { status: "warned", exitCode, reason: "the snapshot was made, but restic could not read some files" };
}

const node = z.object({ type: z.string(), path: z.string() });

async function holdsOnlyMarkers(saved: Summary | undefined, env: Env, context: KindContext): Promise<boolean> {
  if (saved?.snapshot_id === undefined || !mayBeMarkers(saved.total_files_processed, context)) return false;
  const files: string[] = [];
  const lines = jsonLines({
    text: () => true,
    value: (value) => {
      const listed = z.safeParse(node, value);
      if (listed.success && listed.data.type === "file") files.push(listed.data.path);
      return true;
    },
  });
  const argv = ["restic", "ls", "--json", "--no-lock", saved.snapshot_id];
  const { exitCode } = await context.exec(argv, {
    env,
    cwd: context.folder,
    timeoutSeconds: LIST_SECONDS,
    onStdout: lines.push,
  });
  lines.end();
  return exitCode === 0 && areMarkers(files);
}

/** The versions that can be restored of what was backed up; the failure is what the run is when the new one is not seen. */
async function list(
  sources: readonly string[],
  id: string | undefined,
  env: Env,
  context: KindContext,
): Promise<Result<readonly Snapshot[], Pick<JobOutcome, "status" | "reason">>> {
  const argv = ["restic", "snapshots", "--json", "--no-lock"];
  const ended = await context.exec(argv, { env, cwd: context.folder, timeoutSeconds: LIST_SECONDS, quiet: true });
  const all = ended.exitCode === 0 ? parseResticSnapshots(ended.stdout) : undefined;
  if (all === undefined) {
    const why = hasExited(ended) ? resticTrouble(ended.exitCode, ended.stderr) : unfinished(ended).reason;
    const reason = `restic says that it made a snapshot, but its list of snapshots is not to be had: ${why}`;
    return failed({ status: "warned", reason });
  }
  const own = all.findLast((one) => isOwn(one, id, sources));
  if (own !== undefined) return ok(versionsOf(own, all));
  const reason = "restic says that it made a snapshot, but the repository does not list it";
  return failed({ status: "failed", reason });
}

/** By its id; where nothing had changed and restic was told to make none, the last of the same sources stands for it. */
function isOwn(one: ResticSnapshot, id: string | undefined, sources: readonly string[]): boolean {
  return id === undefined ? sources.every((path) => one.paths.includes(path)) : one.id.startsWith(id);
}

async function withCheck(
  outcome: JobOutcome,
  policy: CheckPolicy,
  env: Env,
  context: KindContext,
): Promise<JobOutcome> {
  // A backup that failed has its own reason, and may have failed because nothing answers.
  if (outcome.status !== "succeeded" && outcome.status !== "warned") return outcome;
  const { reading, trouble, damaged } = await checkIfDue(policy, env, context);
  const readings = [reading];
  if (trouble === undefined) return { ...outcome, readings };
  const reason = [...(outcome.reason === undefined ? [] : [outcome.reason]), trouble].join("; ");
  return { ...outcome, status: damaged ? "failed" : "warned", reason, readings };
}
