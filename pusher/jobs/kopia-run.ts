/** One run of `kind = "kopia"`: a snapshot of each path, and the proof that it is there. */
import { resolve } from "node:path";
import { depthsOf, type Snapshot } from "./depth.ts";
import { hasExited, unfinished } from "./ending.ts";
import { counted, few } from "./few.ts";
import type { JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { type KopiaManifest, parseManifest, parseManifests } from "./kopia-manifest.ts";
import { kopiaTrouble } from "./kopia-trouble.ts";
import { holdsOnlyMarkers, mayBeMarkers } from "./only-markers.ts";

/** What a listing may take, in seconds. */
const LIST_SECONDS = 600;
/** Else it tells the newest hundred. */
const ALL = ["--max-results=1000000", "--show-identical"];
const UNCHANGED = /Not saving snapshot because no files have been changed/;

interface KopiaWork {
  readonly paths: readonly string[];
  readonly options?: readonly string[] | undefined;
}
type Env = Readonly<Record<string, string>>;

/** Backs up one path after the other, until one fails; `env` is all that kopia needs. */
export async function runKopia(own: KopiaWork, env: Env, context: KindContext): Promise<JobOutcome> {
  const done: Done[] = [];
  for (const path of own.paths) {
    const one = await backUp(resolve(context.folder, path), own, env, context);
    if ("status" in one) return one;
    done.push(one);
  }
  return judge(done, context);
}

/** One path whose snapshot stands in the list. */
interface Done {
  readonly path: string;
  /** Absent when kopia was told to save none of what did not change. */
  readonly made?: KopiaManifest;
  readonly versions: readonly Snapshot[];
}

async function backUp(path: string, own: KopiaWork, env: Env, context: KindContext): Promise<Done | JobOutcome> {
  const argv = ["kopia", "snapshot", "create", "--json", ...(own.options ?? []), path];
  const ended = await context.exec(argv, { env, cwd: context.folder, quiet: true });
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode, stdout, stderr } = ended;
  if (exitCode !== 0) return { status: "failed", exitCode, reason: kopiaTrouble(exitCode, stderr) };
  const made = parseManifest(stdout);
  if (made === undefined && !UNCHANGED.test(stderr)) {
    return { status: "failed", exitCode, reason: `kopia ended with 0, but did not say what it saved of ${path}` };
  }
  if (made?.incomplete !== undefined && made.incomplete !== "") {
    return { status: "failed", exitCode, reason: `the snapshot of ${path} is not complete: ${made.incomplete}` };
  }
  const files = made === undefined ? undefined : filesOf(made);
  if (files === 0 || (files !== undefined && mayBeMarkers(files, context) && (await holdsOnlyMarkers(path)))) {
    return { status: "failed", exitCode, files, reason: `${path} holds no file at all: is it mounted?` };
  }
  return listed(path, made, env, context);
}

async function listed(
  path: string,
  made: KopiaManifest | undefined,
  env: Env,
  context: KindContext,
): Promise<Done | JobOutcome> {
  const argv = ["kopia", "snapshot", "list", "--json", ...ALL, path];
  const ended = await context.exec(argv, { env, cwd: context.folder, timeoutSeconds: LIST_SECONDS, quiet: true });
  const all = ended.exitCode === 0 ? parseManifests(ended.stdout) : undefined;
  if (all === undefined) {
    const why = hasExited(ended) ? kopiaTrouble(ended.exitCode, ended.stderr) : unfinished(ended).reason;
    return { status: "warned", reason: `kopia says that it made a snapshot, but its list is not to be had: ${why}` };
  }
  if (made !== undefined && !all.some(({ id }) => id === made.id)) {
    return { status: "failed", reason: `kopia says that it made a snapshot of ${path}, but the repository lists none` };
  }
  const versions = all
    .filter((one) => one.incomplete === undefined || one.incomplete === "")
    .map((one) => ({ createdAt: Date.parse(one.startTime) }))
    .filter(({ createdAt }) => !Number.isNaN(createdAt));
  return { path, versions, ...(made === undefined ? {} : { made }) };
}

function judge(done: readonly Done[], context: KindContext): JobOutcome {
  const made = done.flatMap((one) => (one.made === undefined ? [] : [one.made]));
  const unread = few();
  let errors = 0;
  for (const { rootEntry } of made) {
    const { numFailed = 0, numIgnoredErrors = 0, errors: told } = rootEntry?.summ ?? {};
    errors += numFailed + numIgnoredErrors;
    for (const { path } of told ?? []) unread.add(path);
  }
  // All of the data can be restored only as far back as that of which there is least.
  const least = done.map(({ versions }) => versions).sort((a, b) => a.length - b.length)[0] ?? [];
  const outcome: JobOutcome = {
    status: "succeeded",
    exitCode: 0,
    ...(made.length === done.length ? { files: made.reduce((sum, one) => sum + filesOf(one), 0) } : {}),
    errors,
    depths: depthsOf(least, context),
  };
  if (errors === 0) return outcome;
  const names = unread.count() === 0 ? "" : `: ${unread.say()}`;
  const reason = `the snapshot was made, but ${counted(errors, "file")} could not be read${names}`;
  return { ...outcome, status: "warned", reason };
}

function filesOf({ rootEntry }: KopiaManifest): number {
  // A snapshot of one file has no summary.
  return rootEntry?.summ === undefined ? 1 : (rootEntry.summ.files ?? 0);
}
