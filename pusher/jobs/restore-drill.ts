/**
 * `kind = "restore-drill"`: restores a few files of a dataset, drawn by chance, from the job's `tier` into a scratch folder, compares
 * them with a nearer copy that this host sees, and deletes what it restored. Where no nearer copy is seen, the files that the
 * marker names are restored and compared with the digests that it holds. It writes nothing anywhere else.
 *
 * It has failed when the tier holds no marker, or a file cannot be restored or comes back with other content. Its readings say as
 * of when the dataset is proven to be restorable (`restore.JOB.age`), and what was restored in which time.
 */
import { createReadStream } from "node:fs";
import { lstat, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import * as z from "zod/mini";
import type { Reading } from "../../protocol/heartbeat.ts";
import { filled } from "../config/fields.ts";
import { RESTORE_FILES_MAX, RESTORE_MIN_BYTES } from "../limits.ts";
import { MARKER_FILE, type Marker, parseMarker } from "../marker.ts";
import { digestOf } from "../samples.ts";
import { size } from "../size.ts";
import { few } from "./few.ts";
import type { JobOutcome } from "./job.ts";
import { defineKind, type KindContext, type Restorable } from "./kind.ts";
import { restoreFile, scratchFor } from "./restore-back.ts";
import { drawFiles, mayHaveMoved } from "./restore-sample.ts";

const FILES_DEFAULT = 10;
const MAX_BYTES_DEFAULT = 100_000_000;

const settings = z.strictObject({
  dataset: filled,
  files: z.optional(
    z
      .int("write a whole number")
      .check(z.minimum(1, "at least 1"), z.maximum(RESTORE_FILES_MAX, `at most ${RESTORE_FILES_MAX}`)),
  ),
  max_bytes: z.optional(size),
  /** The folder in which the scratch folder is made. */
  scratch: z.optional(filled),
});

export const restoreDrill = defineKind({
  settings,
  programs: () => [],
  check: async (own, context) =>
    own.scratch === undefined ? [] : [(await import("./check-places.ts")).takesFiles(own.scratch, context)],
  restores: ({ dataset }) => dataset,
  run: async (own, context) => {
    const from = context.restorable(own.dataset);
    if (!from.ok) return { status: "failed", reason: from.failure };
    const bounds = { files: own.files ?? FILES_DEFAULT, bytes: own.max_bytes ?? MAX_BYTES_DEFAULT };
    const parent = resolve(context.folder, own.scratch ?? tmpdir());
    const scratch = await scratchFor(parent, context.job, bounds.bytes + RESTORE_MIN_BYTES);
    if (!scratch.ok) return { status: "failed", reason: scratch.failure };
    try {
      return await drill({ dataset: own.dataset, from: from.value, bounds, scratch: scratch.value }, context);
    } finally {
      await rm(scratch.value, { recursive: true, force: true });
    }
  },
});

interface Drill {
  readonly dataset: string;
  readonly from: Restorable;
  readonly bounds: { readonly files: number; readonly bytes: number };
  readonly scratch: string;
}

async function drill(what: Drill, context: KindContext): Promise<JobOutcome> {
  const { dataset, from, scratch } = what;
  const began = context.now();
  const back = await restoreFile(from, MARKER_FILE, scratch, context);
  if (!back.ok)
    return { status: "failed", reason: `no marker of ${dataset} came back from ${from.tier}: ${back.failure}` };
  const marker = parseMarker(await readFile(back.value.file, "utf8"), dataset);
  if (!marker.ok) return { status: "failed", reason: `${from.tier}: ${marker.failure}` };
  const tally = await restoreAll(await wantedOf(what, marker.value, context), what, context);
  const minutes = Math.round((context.now() - began) / 6_000) / 10;
  return outcomeOf(what, marker.value, tally, minutes, context);
}

/** A file to restore, and what it has to be; undefined when that can no longer be said. */
interface Wanted {
  readonly path: string;
  readonly truth: () => Promise<{ readonly size: number; readonly sha256: string } | undefined>;
}

async function wantedOf({ from, bounds }: Drill, marker: Marker, { runId }: KindContext): Promise<Wanted[]> {
  const provenAt = Date.parse(marker.writtenAt);
  const { nearer } = from;
  const drawn = nearer === undefined ? [] : await drawFiles(nearer, provenAt, bounds, runId);
  if (nearer === undefined || drawn.length === 0) return recorded(marker, bounds);
  return drawn.map(({ path }) => ({ path, truth: () => truthIn(nearer, path, provenAt) }));
}

function recorded({ samples }: Marker, bounds: Drill["bounds"]): Wanted[] {
  let bytes = 0;
  const wanted = samples.filter(({ size }) => {
    bytes += size;
    return bytes <= bounds.bytes;
  });
  return wanted.slice(0, bounds.files).map((one) => ({ path: one.path, truth: async () => one }));
}

/** The nearer copy's file, unless something happened to it while it was restored. */
async function truthIn(root: string, path: string, provenAt: number) {
  try {
    const sha256 = await digestOf(createReadStream(join(root, path)));
    const { size, mtimeMs, ctimeMs } = await lstat(join(root, path));
    if (Math.max(mtimeMs, ctimeMs) > provenAt || (await mayHaveMoved(root, path, provenAt))) return undefined;
    return { size, sha256 };
  } catch {
    return undefined;
  }
}

interface Tally {
  restored: number;
  bytes: number;
  /** Files about which nothing can be said: they changed meanwhile. */
  changed: number;
  /** What is wrong, each with its file. */
  readonly harmed: ReturnType<typeof few>;
}

async function restoreAll(wanted: readonly Wanted[], { from, scratch }: Drill, context: KindContext): Promise<Tally> {
  const tally: Tally = { restored: 0, bytes: 0, changed: 0, harmed: few() };
  for (const { path, truth } of wanted) {
    const back = await restoreFile(from, path, scratch, context);
    const expected = await truth();
    if (back.ok) {
      tally.bytes += back.value.size;
      await rm(back.value.file, { force: true });
    }
    if (back.ok && expected?.sha256 === back.value.sha256) tally.restored += 1;
    else if (expected === undefined) tally.changed += 1;
    else tally.harmed.add(harm(path, back.ok ? back.value.sha256 : back.failure, back.ok, expected.sha256));
  }
  return tally;
}

function harm(path: string, found: string, came: boolean, expected: string): string {
  return came ? `${path} came back as ${found.slice(0, 12)}… and is ${expected.slice(0, 12)}…` : `${path} (${found})`;
}

function outcomeOf(
  { dataset, from }: Drill,
  marker: Marker,
  { restored, bytes, changed, harmed }: Tally,
  minutes: number,
  context: KindContext,
): JobOutcome {
  const asOf = `${marker.writtenAt.slice(0, 16).replace("T", " ")} UTC`;
  const files = `${restored} file${restored === 1 ? "" : "s"}`;
  const wrong = harmed.count();
  if (wrong > 0) {
    const of = `${wrong} of ${wrong + restored} files of ${dataset}`;
    return { status: "failed", reason: `${of} did not come back from ${from.tier} as they were: ${harmed.say()}` };
  }
  if (restored === 0) {
    const why = changed > 0 ? "every file drawn changed meanwhile" : "no file of it fits `max_bytes`";
    return { status: "failed", reason: `nothing of ${dataset} was restored from ${from.tier}: ${why}` };
  }
  const text = `${dataset} is proven restorable from ${from.tier} as of ${asOf}: ${files} of ${bytes} bytes in ${minutes} min`;
  context.log(text);
  const hours = Math.max(0, Math.floor((context.now() - Date.parse(marker.writtenAt)) / 3_600_000));
  const reading = (name: string, value: number, unit: string): Reading => ({
    name: `restore.${context.job}.${name}`,
    value,
    unit,
    verdict: "ok",
    text,
  });
  const readings = [
    reading("age", hours, "hours"),
    reading("bytes", bytes, "bytes"),
    reading("minutes", minutes, "min"),
  ];
  return { status: "succeeded", exitCode: 0, files: restored, readings };
}
