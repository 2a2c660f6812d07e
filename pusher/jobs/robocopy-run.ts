/** One run of `kind = "robocopy"`: the trial that shows what it would do, the copying, and at last the markers. */
import { existsSync, statSync } from "node:fs";
import { join, resolve, win32 } from "node:path";
import { MARKER_FILE } from "../marker.ts";
import { hasExited, unfinished } from "./ending.ts";
import { counted } from "./few.ts";
import type { Ended, JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { holdsOnlyMarkers, mayBeMarkers } from "./only-markers.ts";
import { type RobocopyReport, robocopyReport, type Summary } from "./robocopy-report.ts";
import { causeOf, partialTrouble, robocopyTrouble } from "./robocopy-trouble.ts";

/** Bits of the exit code. Below 8 all is well to Robocopy. */
const MISMATCHED = 4;
const FAILED = 8;
const FATAL = 16;
const RETRIES = 2;
const WAIT_SECONDS = 5;

interface RobocopyWork {
  readonly source: string;
  readonly target: string;
  readonly max_deletions?: number | undefined;
  readonly options?: readonly string[] | undefined;
}

/** The settings, with what follows from them. */
interface Work {
  readonly source: string;
  readonly target: string;
  readonly options: readonly string[];
  readonly deletes: boolean;
  readonly retries: number;
}

/** Copies, unless the source is empty or not there, the target is not, or too much would be deleted. */
export async function runRobocopy(own: RobocopyWork, context: KindContext): Promise<JobOutcome> {
  const work = workOf(own);
  if (statSync(resolve(context.folder, work.target), { throwIfNoEntry: false })?.isDirectory() !== true) {
    const reason = `there is no folder ${work.target}: is its disk there? Before the first run, make it by hand. Nothing was copied`;
    return { status: "failed", reason };
  }
  const tried = await attempt(work, own.max_deletions, context);
  return "status" in tried ? tried : copy(work, context);
}

function workOf(own: RobocopyWork): Work {
  const { options = [] } = own;
  const given = (pattern: RegExp) =>
    options.map((word) => pattern.exec(word)?.[1]).find((found) => found !== undefined);
  const retries = given(/^\/r:(\d+)$/i);
  // Robocopy's own are a million retries with 30 seconds between them: one open file would hold the job for a year.
  const patience = [
    ...(retries === undefined ? [`/R:${RETRIES}`] : []),
    ...(given(/^\/w:(\d+)$/i) === undefined ? [`/W:${WAIT_SECONDS}`] : []),
  ];
  return {
    source: bare(own.source),
    target: bare(own.target),
    options: ["/E", ...options, "/BYTES", ...patience],
    deletes: options.some((word) => /^\/(mir|purge)$/i.test(word)),
    retries: Number(retries ?? RETRIES),
  };
}

/** Without the backslash at its end: before a closing quote it would quote that (`"C:\my photos\"`). A drive's root needs it. */
function bare(path: string): string {
  const plain = win32.normalize(path);
  return /^[A-Za-z]:\\?$/.test(plain) ? `${plain.slice(0, 2)}\\` : plain.replace(/\\+$/, "");
}

/** A trial run, which changes nothing; an outcome when the real one must not be. */
async function attempt(work: Work, limit: number | undefined, context: KindContext): Promise<Summary | JobOutcome> {
  const report = robocopyReport(() => undefined, context.codePage);
  const ended = await call(work, [...work.options, "/L", "/NFL"], report, context);
  if (!hasExited(ended)) return unfinished(ended);
  const summary = report.summary();
  const fail = (reason: string): JobOutcome => ({ status: "failed", exitCode: ended.exitCode, reason });
  const { total, extras } = summary?.files ?? { total: 0, extras: 0 };
  if (summary === undefined || (total === 0 && report.last() !== undefined)) {
    return fail(`${robocopyTrouble(ended.exitCode, report.last())}. Nothing was copied`);
  }
  if (total === 0 || (mayBeMarkers(total, context) && (await holdsOnlyMarkers(resolve(context.folder, work.source))))) {
    const reason = `${work.source} holds no file at all: is its disk there? Nothing was copied, nothing deleted`;
    return { status: "failed", reason, files: total };
  }
  // What an extra folder holds is counted with it or not, by the version: so folders count too.
  const gone = extras + summary.folders.extras;
  if (work.deletes && limit !== undefined && gone > limit) {
    const reason = `it would delete ${gone} files and folders, more than \`max_deletions\` allows (${limit}). Nothing was copied, nothing deleted: look at what is gone from the source before you raise it`;
    return { status: "failed", reason, files: total };
  }
  return summary;
}

async function copy(work: Work, context: KindContext): Promise<JobOutcome> {
  const report = robocopyReport(context.log, context.codePage);
  const words = context.carries === undefined ? work.options : [...work.options, "/XF", MARKER_FILE];
  const outcome = judge(await call(work, words, report, context), work, report);
  if (outcome.status === "failed" || outcome.status === "timed_out" || context.carries === undefined) return outcome;
  return (await copyMarkers(work, context)) ?? outcome;
}

/** Copies what proves that all the rest has arrived; an outcome when that failed. */
async function copyMarkers(work: Work, context: KindContext): Promise<JobOutcome | undefined> {
  const report = robocopyReport(context.log, context.codePage);
  const options = work.options.filter((word) => !/^\/(mir|purge|e)$/i.test(word));
  const alone =
    context.carries?.datasets.length === 1 && existsSync(join(resolve(context.folder, work.source), MARKER_FILE));
  const words = [MARKER_FILE, alone ? "/LEV:1" : "/S", ...options];
  const outcome = judge(await call(work, words, report, context), work, report);
  if (outcome.status !== "failed" && outcome.status !== "timed_out") return undefined;
  return { ...outcome, reason: `all but the marker was copied: ${outcome.reason}` };
}

async function call(
  work: Work,
  words: readonly string[],
  report: RobocopyReport,
  context: KindContext,
): Promise<Ended> {
  const argv = ["robocopy", work.source, work.target, ...words];
  const ended = await context.exec(argv, { cwd: context.folder, onStdout: report.stdout.push });
  report.stdout.end();
  if (report.summary() === undefined) context.log(report.said());
  return ended;
}

function judge(ended: Ended, work: Work, report: RobocopyReport): JobOutcome {
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode } = ended;
  const summary = report.summary();
  if (summary === undefined || exitCode >= FATAL) {
    return { status: "failed", exitCode, reason: robocopyTrouble(exitCode, report.last()) };
  }
  const { files, folders, bytes } = summary;
  const failed = files.failed + folders.failed;
  const amounts = {
    files: files.total,
    ...(bytes === undefined ? {} : { bytes: bytes.copied }),
    deletions: work.deletes ? files.extras : 0,
    errors: failed,
  };
  if (exitCode >= FAILED || failed > 0) {
    const names = report.failures(work.retries, ({ path, code }) => `${inside(path, work)}: ${causeOf(code)}`);
    const reason = partialTrouble(Math.max(failed, names.count()), names.say(), report.last()?.code);
    return { status: "failed", exitCode, reason, ...amounts };
  }
  // As an exit code of the job, 1 to 7 would look like a failure to whoever started it.
  if ((exitCode & MISMATCHED) === 0) return { status: "succeeded", exitCode: 0, ...amounts };
  const what = counted(files.mismatched + folders.mismatched, "name");
  const reason = `${what} stand for a file on one side and for a folder on the other: Robocopy left them as they are; move one of each away`;
  return { status: "warned", exitCode: 0, reason, ...amounts };
}

function inside(path: string, { source, target }: Work): string {
  const root = [source, target].find((one) =>
    path.toLowerCase().startsWith(`${one.toLowerCase().replace(/\\$/, "")}\\`),
  );
  return root === undefined ? path : path.slice(root.replace(/\\$/, "").length + 1);
}
