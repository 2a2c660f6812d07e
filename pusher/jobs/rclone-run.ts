/** One run of `kind = "rclone"`: the look at the source, the carrying, and at last the markers. */
import { MARKER_FILE } from "../marker.ts";
import { hasExited, unfinished } from "./ending.ts";
import { counted } from "./few.ts";
import type { Ended, JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { EXIT_NOTHING_MOVED, lookAt, type Source } from "./rclone-look.ts";
import { deletesHidden, inTheWay, ofOneFile } from "./rclone-options.ts";
import { type RcloneReport, rcloneReport } from "./rclone-report.ts";
import { rcloneTrouble } from "./rclone-trouble.ts";

const EXIT_FATAL = 7;
/** Hidden from both sides: neither carried nor deleted, unless `options` hold --delete-excluded. */
const NO_MARKERS = ["--filter", `- ${MARKER_FILE}`];
const TOLD = ["--use-json-log", "--stats", "30s", "--stats-log-level", "NOTICE"];

interface RcloneWork {
  readonly mode: "sync" | "copy";
  readonly source: string;
  readonly target: string;
  readonly max_deletions?: number | undefined;
  readonly options?: readonly string[] | undefined;
}
type Env = Readonly<Record<string, string>>;

/** Carries, unless the source is empty or not there. */
export async function runRclone(own: RcloneWork, env: Env, context: KindContext): Promise<JobOutcome> {
  const options = own.options ?? [];
  const source = await lookAt(own.source, options, env, context);
  if ("status" in source) return source;
  const obstacle = inTheWay(options, { ...context.host.env, ...env });
  if (source.markers.length > 0 && obstacle !== undefined) {
    context.log(
      `the marker is carried with the rest, not last, because of ${obstacle}: use --filter in \`options\` instead`,
    );
  }
  const hide = obstacle === undefined && (source.markers.length > 0 || source.files === undefined);
  const outcome = await carry(own, hide, source, env, context);
  if (outcome.status !== "succeeded" || !hide) return outcome;
  return (await carryMarkers(own, source, env, context)) ?? outcome;
}

async function carry(
  own: RcloneWork,
  hide: boolean,
  { files, markers }: Source,
  env: Env,
  context: KindContext,
): Promise<JobOutcome> {
  const options = own.options ?? [];
  // After all the rest has arrived it deletes the old markers, which the owner did not ask for.
  const notTheirs = hide && own.mode === "sync" && deletesHidden(options) ? markers.length : 0;
  const limit = own.max_deletions === undefined ? [] : ["--max-delete", String(own.max_deletions + notTheirs)];
  const report = rcloneReport(context.log, context.carried);
  const words = [...TOLD, ...limit, ...(hide ? NO_MARKERS : []), ...options];
  const ended = await call([own.mode, own.source, own.target, ...words], report, env, context);
  const amounts = amountsOf(report, notTheirs, ended.exitCode);
  return { ...judge(ended, report), ...(files === undefined ? {} : { files }), ...amounts };
}

/** Carries what proves that all the rest has arrived; an outcome when that failed. */
async function carryMarkers(
  own: RcloneWork,
  { files, markers }: Source,
  env: Env,
  context: KindContext,
): Promise<JobOutcome | undefined> {
  if (files === undefined) {
    const reason = "all but the marker was carried: the source could not be listed before; the next run tries again";
    return { status: "failed", reason };
  }
  for (const path of markers) {
    const report = rcloneReport(context.log);
    const argv = [
      "copyto",
      within(own.source, path),
      within(own.target, path),
      ...TOLD,
      ...ofOneFile(own.options ?? []),
    ];
    const outcome = judge(await call(argv, report, env, context), report);
    if (outcome.status !== "succeeded") {
      return { ...outcome, reason: `all but the marker was carried: ${outcome.reason}` };
    }
  }
  return undefined;
}

/** A path inside a folder of this host, or of a remote (`cloud:`, `cloud:photos`). */
function within(place: string, path: string): string {
  return /[:/\\]$/.test(place) ? `${place}${path}` : `${place}/${path}`;
}

async function call(argv: readonly string[], report: RcloneReport, env: Env, context: KindContext): Promise<Ended> {
  const ended = await context.exec(["rclone", ...argv], { env, cwd: context.folder, onStderr: report.stderr.push });
  report.stderr.end();
  return ended;
}

function judge(ended: Ended, report: RcloneReport): JobOutcome {
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode } = ended;
  // As an exit code of the job, 9 would look like a failure to whoever started it.
  if (exitCode === 0 || exitCode === EXIT_NOTHING_MOVED) return { status: "succeeded", exitCode: 0 };
  const failures = report.failures();
  const names = failures.count() === 0 ? "" : `${counted(failures.count(), "file")} (${failures.say()})`;
  return { status: "failed", exitCode, reason: rcloneTrouble(exitCode, report.errors(), names) };
}

function amountsOf(
  report: RcloneReport,
  notTheirs: number,
  exitCode: number | undefined,
): Pick<JobOutcome, "bytes" | "deletions" | "errors"> {
  const stats = report.stats();
  if (stats === undefined) return {};
  // Where --max-delete stopped it, rclone counts the deletions that it did not make.
  const deletions = exitCode === EXIT_FATAL ? {} : { deletions: Math.max(0, stats.deletes - notTheirs) };
  return { bytes: stats.bytes, ...deletions, errors: stats.errors };
}
