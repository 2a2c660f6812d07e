/** One run of `kind = "syncthing"`: a scan, the markers, and the wait until the other side has everything. */
import { statSync } from "node:fs";
import { join, relative } from "node:path";
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { CONFLICTS_MAX_ENTRIES, SYNCTHING_LOOK_MAX_MS, SYNCTHING_LOOK_MIN_MS } from "../limits.ts";
import { MARKER_FILE } from "../marker.ts";
import { filesAfter } from "../walk.ts";
import { counted } from "./few.ts";
import type { JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import { dbStatus } from "./syncthing-answers.ts";
import { type Refusal, type Rest, restOf } from "./syncthing-api.ts";
import { conflictsIn } from "./syncthing-conflicts.ts";
import { findApi } from "./syncthing-find.ts";
import { follow } from "./syncthing-follow.ts";
import type { Seen } from "./syncthing-judge.ts";
import { lookAt } from "./syncthing-look.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";
import { folderTrouble, sideFault } from "./syncthing-trouble.ts";
import { wait } from "./wait.ts";

/** A folder with so many folders and no file in them is not looked through further; it is not the empty one of a missing disk. */
const EMPTY_MAX_ENTRIES = 10_000;

/** What had been counted when the last run ended. */
const memory = z.object({ deleted: z.number(), since: z.optional(z.string()), bytes: z.optional(z.number()) });

type Amounts = Pick<JobOutcome, "bytes" | "files" | "deletions">;

export async function runSyncthing(own: SyncthingSettings, context: KindContext): Promise<JobOutcome> {
  const api = findApi(own, context);
  if (!api.ok) return { status: "failed", reason: api.failure };
  const rest = restOf(api.value, context.stopping);
  const start = await lookAt(own, rest);
  if (!start.ok) return { status: "failed", reason: start.failure.words };
  const { type, path } = start.value.folder;
  const wrongSide = sideFault(own, type);
  if (wrongSide !== undefined) return { status: "failed", reason: wrongSide };
  const scanned = await scanAndMark(own, rest, path, context);
  if (!scanned.ok) return { status: "failed", reason: scanned.failure };
  const followed = await follow(own, rest, context);
  if (!("seen" in followed)) return followed;
  const warnings = [...followed.warnings, ...(await conflictWarnings(path, context))];
  return { ...ended(warnings), ...amountsOf(own, followed.seen, context) };
}

async function conflictWarnings(path: string, context: KindContext): Promise<string[]> {
  const { found, all } = await conflictsIn(path);
  if (!all) context.log(`only the first ${CONFLICTS_MAX_ENTRIES} entries of ${path} were searched for conflict copies`);
  if (found.count() === 0) return [];
  return [
    `two sides changed the same file, of ${counted(found.count(), "conflict")} both versions are kept: ${found.say()}; keep the right one and delete the other`,
  ];
}

function ended(warnings: readonly string[]): JobOutcome {
  if (warnings.length === 0) return { status: "succeeded", exitCode: 0 };
  return { status: "warned", exitCode: 0, reason: `everything is carried, but ${warnings.join("; ")}` };
}

/** Since the last run, for Syncthing carries between two runs too; what nobody counted is left out. */
function amountsOf({ side }: SyncthingSettings, { status, peer }: Seen, context: KindContext): Amounts {
  const before = context.recall(memory);
  const since = peer.traffic?.since;
  const bytes = side === "sending" ? peer.traffic?.outBytes : peer.traffic?.inBytes;
  context.remember({ deleted: status.globalDeleted, since, bytes });
  const isSame = before?.since !== undefined && before.since === since;
  const carried = isSame && bytes !== undefined && before.bytes !== undefined ? bytes - before.bytes : undefined;
  return {
    files: status.localFiles,
    ...(carried === undefined ? {} : { bytes: Math.max(carried, 0) }),
    ...(before === undefined ? {} : { deletions: Math.max(status.globalDeleted - before.deleted, 0) }),
  };
}

/**
 * Scans, then marks, then scans the markers: so a marker comes after all that it stands for in the order in which Syncthing
 * tells of changes, and who has it and lacks nothing has the rest.
 */
async function scanAndMark(
  own: SyncthingSettings,
  rest: Rest,
  path: string,
  context: KindContext,
): Promise<Result<null, string>> {
  const asOf = context.now();
  const words = (refusal: Refusal) =>
    refusal.status === undefined ? refusal.words : folderTrouble(own.folder, refusal.said);
  const scanned = await scan(own, rest, undefined, context);
  if (!scanned.ok) return failed(words(scanned.failure));
  if (own.side === "sending" && (await holdsNothing(path))) {
    return failed(
      `${path} holds no file at all: is it mounted? Syncthing carries that too, and deletes the files on the other side`,
    );
  }
  for (const root of await context.mark(asOf)) {
    const inside = relative(path, root);
    // In a container, Syncthing sees the folder at another path.
    const sub = inside.startsWith("..") ? undefined : join(inside, MARKER_FILE);
    const marked = await scan(own, rest, sub, context);
    if (!marked.ok) return failed(words(marked.failure));
  }
  return ok(null);
}

/** True for a folder of this host in which there is nothing but what Syncthing and the pusher put there. */
async function holdsNothing(path: string): Promise<boolean> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  const budget = { entries: EMPTY_MAX_ENTRIES };
  for await (const _ of filesAfter(path, "", budget)) return false;
  return budget.entries > 0;
}

/** A scan may take hours; while the folder's count of changes grows, it moves. */
async function scan(
  { folder }: SyncthingSettings,
  rest: Rest,
  sub: string | undefined,
  context: KindContext,
): Promise<Result<null, Refusal>> {
  const done = rest.scan(folder, sub);
  for (let pause = SYNCTHING_LOOK_MIN_MS, last = -1; ; pause = Math.min(pause * 2, SYNCTHING_LOOK_MAX_MS)) {
    const over = await Promise.race([done, wait(pause, context.stopping)]);
    if (over !== undefined) return over;
    const status = await rest.get("/db/status", { folder }, dbStatus);
    if (status.ok && status.value.sequence !== last) {
      if (last >= 0) context.moved();
      last = status.value.sequence;
    }
  }
}
