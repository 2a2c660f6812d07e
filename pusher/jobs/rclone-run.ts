/** One run of `kind = "rclone"`: the look at the source, and the carrying. */
import * as z from "zod/mini";
import { hasExited, unfinished } from "./ending.ts";
import { counted } from "./few.ts";
import type { JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { areMarkers, mayBeMarkers } from "./only-markers.ts";
import { type RcloneReport, rcloneReport } from "./rclone-report.ts";
import { rcloneTrouble } from "./rclone-trouble.ts";

const EXIT_NOT_FOUND = 3;
const EXIT_FATAL = 7;
/** Only with --error-on-no-transfer: all was well, and there was nothing to do. */
const EXIT_NOTHING_MOVED = 9;
/** Words of `sync` and `copy` that `size` does not know. */
const NOT_OF_SIZE = ["--create-empty-src-dirs"];

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
  const looked = await look(own, env, context);
  return "status" in looked ? looked : carry(own, env, looked, context);
}

interface Source {
  /** Absent when the source could not be counted, which the carrying will tell the reason of. */
  readonly files?: number;
}

const size = z.object({ count: z.number() });

/** Counts the source; an outcome when nothing may be done. */
async function look(own: RcloneWork, env: Env, context: KindContext): Promise<Source | JobOutcome> {
  const options = (own.options ?? []).filter((word) => !NOT_OF_SIZE.includes(word));
  const argv = ["rclone", "size", own.source, "--json", ...options];
  const ended = await context.exec(argv, { env, cwd: context.folder, quiet: true, quietErrors: true });
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode, stdout, stderr } = ended;
  if (exitCode === EXIT_NOT_FOUND || /unknown (shorthand )?flag/.test(stderr)) {
    return { status: "failed", exitCode, reason: rcloneTrouble(exitCode, stderr) };
  }
  const files = exitCode === 0 ? countOf(stdout) : undefined;
  if (files === undefined) return {};
  if (files > 0 && !(mayBeMarkers(files, context) && (await holdsOnlyMarkers(own.source, options, env, context)))) {
    return { files };
  }
  const reason = `${own.source} holds no file at all: is it mounted? Nothing was copied, nothing deleted`;
  return { status: "failed", reason, files };
}

async function holdsOnlyMarkers(
  source: string,
  options: readonly string[],
  env: Env,
  context: KindContext,
): Promise<boolean> {
  const argv = ["rclone", "lsf", source, "--recursive", "--files-only", ...options];
  const { exitCode, stdout } = await context.exec(argv, { env, cwd: context.folder, quiet: true });
  return exitCode === 0 && areMarkers(stdout.split("\n").filter((line) => line !== ""));
}

function countOf(text: string): number | undefined {
  try {
    return z.parse(size, JSON.parse(text)).count;
  } catch {
    return undefined;
  }
}

async function carry(own: RcloneWork, env: Env, source: Source, context: KindContext): Promise<JobOutcome> {
  const report = rcloneReport(context.log, context.carried);
  const limit = own.max_deletions === undefined ? [] : ["--max-delete", String(own.max_deletions)];
  const told = ["--use-json-log", "--stats", "30s", "--stats-log-level", "NOTICE"];
  const argv = ["rclone", own.mode, own.source, own.target, ...told, ...limit, ...(own.options ?? [])];
  const ended = await context.exec(argv, { env, cwd: context.folder, onStderr: report.stderr.push });
  report.stderr.end();
  const amounts = amountsOf(report, source, ended.exitCode);
  if (!hasExited(ended)) return { ...unfinished(ended), ...amounts };
  const { exitCode } = ended;
  const failures = report.failures();
  if (exitCode !== 0 && exitCode !== EXIT_NOTHING_MOVED) {
    const names = failures.count() === 0 ? "" : `${counted(failures.count(), "file")} (${failures.say()})`;
    return { status: "failed", exitCode, reason: rcloneTrouble(exitCode, report.errors(), names), ...amounts };
  }
  // As an exit code of the job, 9 would look like a failure to whoever started it.
  return { status: "succeeded", exitCode: 0, ...amounts };
}

function amountsOf(
  report: RcloneReport,
  source: Source,
  exitCode: number | undefined,
): Pick<JobOutcome, "bytes" | "files" | "deletions" | "errors"> {
  const stats = report.stats();
  if (stats === undefined) return source;
  // Where --max-delete stopped it, rclone counts the deletions that it did not make.
  const deletions = exitCode === EXIT_FATAL ? {} : { deletions: stats.deletes };
  return { ...source, bytes: stats.bytes, ...deletions, errors: stats.errors };
}
