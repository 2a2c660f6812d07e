/** One run of `kind = "rsync"`: the look at the source, the carrying, and at last the markers. */
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { MARKER_FILE } from "../marker.ts";
import { hasExited, unfinished } from "./ending.ts";
import { counted } from "./few.ts";
import type { Ended, JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { type RsyncReport, rsyncListing, rsyncReport } from "./rsync-report.ts";
import { rsyncTrouble } from "./rsync-trouble.ts";
import { SSH_OPTIONS } from "./ssh-options.ts";

const EXIT_PARTIAL = 23;
const EXIT_VANISHED = 24;
/** Hidden from the sender and protected at the receiver, so that `--delete-excluded` leaves the old ones too. */
const NO_MARKERS = [`--filter=H ${MARKER_FILE}`, `--filter=P ${MARKER_FILE}`];
/** Last, so that they hold whatever `options` say: numbers without separators, no names but of what is deleted. */
const TOLD = ["--stats", "--no-human-readable", "--info=progress2,del1,name0,stats2"];

interface RsyncWork {
  readonly source: string;
  readonly target: string;
  readonly max_deletions?: number | undefined;
  readonly options?: readonly string[] | undefined;
}
type Env = Readonly<Record<string, string>>;

/** Carries, unless the source is empty or not there, or the target is not. `env` is for rsync. */
export async function runRsync(own: RsyncWork, env: Env, context: KindContext): Promise<JobOutcome> {
  const { target } = own;
  if (!isRemote(target) && !isFolder(resolve(context.folder, target))) {
    const reason = `there is no folder ${target}: is its disk mounted? Before the first run, make it by hand. Nothing was copied`;
    return { status: "failed", reason };
  }
  const equipped = { RSYNC_RSH: ["ssh", ...SSH_OPTIONS.flatMap((option) => ["-o", option])].join(" "), ...env };
  const looked = await look(own, equipped, context);
  return "status" in looked ? looked : carry(own, equipped, looked, context);
}

/** A colon before the first slash makes a host of what is before it. */
export function isRemote(place: string): boolean {
  return /^[^/]*:/.test(place);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** The folder itself: without the slash rsync would make a folder of its name in the target. */
function contentsOf(source: string): string {
  return source.endsWith("/") ? source : `${source}/`;
}

interface Source {
  readonly files: number;
  readonly markers: readonly string[];
}

/** Lists the source; an outcome when nothing may be done. */
async function look(own: RsyncWork, env: Env, context: KindContext): Promise<Source | JobOutcome> {
  const listing = rsyncListing();
  const argv = ["rsync", "--archive", ...(own.options ?? []), "--list-only", "--", contentsOf(own.source)];
  const ended = await context.exec(argv, {
    env,
    cwd: context.folder,
    quietErrors: true,
    onStdout: listing.stdout.push,
  });
  listing.stdout.end();
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode, stderr } = ended;
  const [files, markers] = [listing.files(), listing.markers()];
  // What cannot be listed in it is named when it cannot be carried.
  const partly = exitCode === EXIT_VANISHED || (exitCode === EXIT_PARTIAL && files > 0);
  if (exitCode !== 0 && !partly) {
    context.log(stderr.trimEnd());
    return { status: "failed", exitCode, reason: rsyncTrouble(exitCode, stderr) };
  }
  if (files > markers.length) return { files, markers };
  const reason = `${own.source} holds no file at all: is it mounted? Nothing was copied, nothing deleted`;
  return { status: "failed", reason, files };
}

async function carry(own: RsyncWork, env: Env, source: Source, context: KindContext): Promise<JobOutcome> {
  const roots = [own.source, own.target].filter((place) => !isRemote(place));
  const report = rsyncReport(
    context.log,
    roots.map((place) => resolve(context.folder, place)),
    context.carried,
  );
  const before = source.markers.length === 0 ? [] : NO_MARKERS;
  const limit = own.max_deletions === undefined ? [] : [`--max-delete=${own.max_deletions}`];
  const words = [...before, "--archive", ...(own.options ?? []), ...limit, ...TOLD];
  const ended = await call([...words, "--", contentsOf(own.source), own.target], report, env, context);
  const bytes = report.bytes();
  const amounts = {
    files: source.files,
    ...(bytes === undefined ? {} : { bytes }),
    deletions: report.deletions(),
    errors: report.failures().count(),
  };
  const outcome = { ...judge(ended, report), ...amounts };
  if (outcome.status === "failed" || outcome.status === "timed_out" || source.markers.length === 0) return outcome;
  return (await carryMarkers(own, env, source.markers, context)) ?? outcome;
}

/** Carries what proves that all the rest has arrived; an outcome when that failed. */
async function carryMarkers(
  own: RsyncWork,
  env: Env,
  markers: readonly string[],
  context: KindContext,
): Promise<JobOutcome | undefined> {
  const report = rsyncReport(context.log, []);
  // Below `/./` begins the path that is made in the target. Folders on the way are not looked into: nothing is deleted.
  const sources = markers.map((path) => `${contentsOf(own.source)}./${path}`);
  const words = ["--archive", ...(own.options ?? []), "--relative", ...TOLD, "--"];
  const outcome = judge(await call([...words, ...sources, own.target], report, env, context), report);
  if (outcome.status === "succeeded" || outcome.status === "warned") return undefined;
  return { ...outcome, reason: `all but the marker was carried: ${outcome.reason}` };
}

async function call(argv: readonly string[], report: RsyncReport, env: Env, context: KindContext): Promise<Ended> {
  const ended = await context.exec(["rsync", ...argv], {
    env,
    cwd: context.folder,
    onStdout: report.stdout.push,
    onStderr: report.stderr.push,
  });
  report.stdout.end();
  report.stderr.end();
  return ended;
}

function judge(ended: Ended, report: RsyncReport): JobOutcome {
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode } = ended;
  if (exitCode !== 0 && exitCode !== EXIT_VANISHED) {
    const failures = report.failures();
    const names = failures.count() === 0 ? "" : `${counted(failures.count(), "file")} (${failures.say()})`;
    return { status: "failed", exitCode, reason: rsyncTrouble(exitCode, report.errors(), names) };
  }
  if (report.isDryRun()) {
    return { status: "failed", exitCode, reason: "a dry run, which copies nothing: take --dry-run out of `options`" };
  }
  // As an exit code of the job, 24 would look like a failure to whoever started it.
  if (exitCode === EXIT_VANISHED) {
    const vanished = report.vanished();
    const names = vanished.count() === 0 ? "" : ` (${vanished.say()})`;
    const reason = `${counted(vanished.count(), "file")} went from the source while rsync ran${names}; all else was carried`;
    return { status: "warned", exitCode: 0, reason };
  }
  if (report.bytes() !== undefined) return { status: "succeeded", exitCode };
  const reason = "rsync told no statistics, so how much it carried is not known: is --quiet among `options`?";
  return { status: "warned", exitCode, reason };
}
