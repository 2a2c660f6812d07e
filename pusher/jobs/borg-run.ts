/** One run of `kind = "borg"`: the backup, and the proof that it is there. */
import { resolve } from "node:path";
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { lockHolder } from "./borg-lock.ts";
import { type BorgReport, borgReport } from "./borg-report.ts";
import { borgTrouble, isLocked } from "./borg-trouble.ts";
import { depthsOf, type Snapshot } from "./depth.ts";
import { hasExited, unfinished } from "./ending.ts";
import { counted } from "./few.ts";
import type { JobOutcome } from "./job.ts";
import { jsonLines } from "./json-lines.ts";
import type { KindContext } from "./kind.ts";
import { areMarkers, mayBeMarkers } from "./only-markers.ts";

/** What a listing may take, in seconds. */
const LIST_SECONDS = 600;
const NO_FILE = "borg read no file at all: is what `paths` names mounted? The archive that it made is empty";

interface BorgWork {
  readonly paths: readonly string[];
  readonly options?: readonly string[] | undefined;
}
type Env = Readonly<Record<string, string>>;

/** Makes one archive; `env` is all that borg needs. */
export async function runBorg(own: BorgWork, env: Env, context: KindContext): Promise<JobOutcome> {
  const report = borgReport(context.log);
  const name = nameOf(context);
  const sources = own.paths.map((path) => resolve(context.folder, path));
  const told = ["--json", "--log-json", "--progress"];
  const argv = ["borg", "create", ...told, ...(own.options ?? []), `::${name}`, ...sources];
  const ended = await context.exec(argv, { env, cwd: context.folder, quiet: true, onStderr: report.stderr.push });
  report.stderr.end();
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode } = ended;
  const errors = report.unreadable.count();
  if (!isWarning(exitCode) && exitCode !== 0) {
    return { status: "failed", exitCode, errors, reason: await troubleOf(exitCode, report) };
  }
  const made = statsOf(ended.stdout);
  if (made === undefined) {
    return { status: "failed", exitCode, errors, reason: `borg ended with ${exitCode}, but did not say what it made` };
  }
  const amounts = { files: made.nfiles, bytes: made.deduplicated_size, errors };
  if (made.nfiles === 0 || (await holdsOnlyMarkers(name, made.nfiles, env, context))) {
    return { status: "failed", exitCode, ...amounts, reason: NO_FILE };
  }
  const outcome: JobOutcome = { ...judge(report, exitCode), ...amounts };
  const listed = await list(name, env, context);
  return listed.ok ? { ...outcome, depths: depthsOf(listed.value, context) } : { ...outcome, ...listed.failure };
}

/** 1, and from borg 1.4 on 100 to 127: the archive was made. */
function isWarning(exitCode: number): boolean {
  return exitCode === 1 || (exitCode >= 100 && exitCode <= 127);
}

async function troubleOf(exitCode: number, report: BorgReport): Promise<string> {
  const errors = report.errors();
  const why = borgTrouble(exitCode, errors);
  const holder = isLocked(exitCode, errors) ? await lockHolder(errors) : undefined;
  return holder === undefined ? why : `${why}; ${holder}`;
}

function judge(report: BorgReport, exitCode: number): JobOutcome {
  if (exitCode === 0) return { status: "succeeded", exitCode };
  const { unreadable, changed } = report;
  const troubles = [
    ...(unreadable.count() === 0
      ? []
      : [`${counted(unreadable.count(), "path")} could not be read: ${unreadable.say()}`]),
    ...(changed.count() === 0 ? [] : [`${counted(changed.count(), "file")} changed meanwhile: ${changed.say()}`]),
  ];
  const why = troubles.length > 0 ? troubles.join("; ") : borgTrouble(exitCode, report.errors());
  return { status: "warned", exitCode, reason: `the archive was made, but ${why}` };
}

const created = z.object({
  archive: z.object({ stats: z.object({ nfiles: z.number(), deduplicated_size: z.number() }) }),
});

function statsOf(text: string) {
  const parsed = z.safeParse(created, jsonOf(text));
  return parsed.success ? parsed.data.archive.stats : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const item = z.object({ type: z.string(), path: z.string() });

async function holdsOnlyMarkers(name: string, files: number, env: Env, context: KindContext): Promise<boolean> {
  if (!mayBeMarkers(files, context)) return false;
  const found: string[] = [];
  const lines = jsonLines({
    text: () => true,
    value: (value) => {
      const listed = z.safeParse(item, value);
      if (listed.success && listed.data.type === "-") found.push(listed.data.path);
      return true;
    },
  });
  const argv = ["borg", "list", "--json-lines", `::${name}`];
  const { exitCode } = await context.exec(argv, {
    env,
    cwd: context.folder,
    timeoutSeconds: LIST_SECONDS,
    onStdout: lines.push,
  });
  lines.end();
  return exitCode === 0 && areMarkers(found);
}

const listing = z.object({ archives: z.array(z.object({ name: z.string() })) });

/** The job's archives; the failure is what the run is when the new one is not among them. */
async function list(
  name: string,
  env: Env,
  context: KindContext,
): Promise<Result<readonly Snapshot[], Pick<JobOutcome, "status" | "reason">>> {
  const ended = await context.exec(["borg", "list", "--json"], {
    env,
    cwd: context.folder,
    timeoutSeconds: LIST_SECONDS,
    quiet: true,
  });
  const all = ended.exitCode === 0 ? z.safeParse(listing, jsonOf(ended.stdout)) : undefined;
  if (all?.success !== true) {
    const why = hasExited(ended) ? borgTrouble(ended.exitCode, ended.stderr) : unfinished(ended).reason;
    return failed({
      status: "warned",
      reason: `borg says that it made an archive, but its list is not to be had: ${why}`,
    });
  }
  const names = all.data.archives.map((archive) => archive.name);
  if (names.includes(name)) return ok(names.flatMap((one) => snapshotOf(one, context.job)));
  return failed({ status: "failed", reason: "borg says that it made an archive, but the repository does not list it" });
}

function nameOf({ job, now }: KindContext): string {
  return `${job}-${new Date(now()).toISOString().replace(/[-:]|\.\d+/g, "")}`;
}

/** An archive of this job has its time in its name; any other, as a checkpoint of a run that broke off, is none. */
function snapshotOf(name: string, job: string): Snapshot[] {
  if (!name.startsWith(`${job}-`)) return [];
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(name.slice(job.length + 1)) ?? [];
  const createdAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(createdAt) ? [] : [{ createdAt }];
}
