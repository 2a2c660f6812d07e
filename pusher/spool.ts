/**
 * Results on disk until the worker holds them. One file a record, written whole and durably before anything is sent;
 * deleted only when an answer names the run and the very record that was sent is the one on disk. Names sort by the
 * run's start and number; the start and the finish of a run are two records, and the finish makes the start needless.
 */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { type Run, run as runSchema } from "../protocol/heartbeat.ts";
import { codeOf, leftTemps, namesIn, readIfThere, reasonOf, removeIfThere, rename, replaceFile } from "./files.ts";
import { SPOOL_MAX_BYTES } from "./limits.ts";
import { isAlive } from "./processes.ts";

export interface Spool {
  readonly folder: string;
  /** A line for the owner about what had to be done with the spool. */
  readonly warn: (line: string) => void;
}

/** A record's name, taken apart. */
export interface RecordName {
  readonly file: string;
  readonly runId: string;
  readonly phase: "started" | "finished";
}

export interface SpoolRecord {
  readonly name: RecordName;
  /** The text on disk: what was sent is known by it. */
  readonly text: string;
  readonly run: Run;
}

export function spoolOf(state: string, warn: (line: string) => void): Spool {
  return { folder: join(state, "spool"), warn };
}

/** Writes a record durably; throws what the file system says when even a record without its log tail does not fit. */
export function put(spool: Spool, run: Run): RecordName {
  const name = nameOf(run);
  const write = () => replaceFile(join(spool.folder, name.file), JSON.stringify(run), { durable: true });
  try {
    write();
  } catch (error) {
    if (codeOf(error) !== "ENOSPC" && codeOf(error) !== "EDQUOT") throw error;
    spool.warn(`${reasonOf(error)}: log tails that wait in the spool are dropped to keep the results`);
    shrink(spool, 0);
    const { logTail: _, ...bare } = run;
    replaceFile(join(spool.folder, name.file), JSON.stringify(bare), { durable: true });
  }
  if (name.phase === "finished") removeIfThere(join(spool.folder, { ...name, ...startedTwin(name.file) }.file));
  return name;
}

function nameOf(run: Run): RecordName {
  const phase = run.status === "started" ? "started" : "finished";
  const time = String(Date.parse(run.startedAt)).padStart(14, "0");
  return { file: `${time}-${String(run.seq).padStart(10, "0")}-${run.id}.${phase}.json`, runId: run.id, phase };
}

function startedTwin(file: string): { readonly file: string } {
  return { file: file.replace(/\.finished\.json$/, ".started.json") };
}

/** Names of the records that wait, in order of their start; starts whose finish waits too are not among them. */
export function waiting(spool: Spool): RecordName[] {
  takeUp(spool);
  const names = namesIn(spool.folder).flatMap((file) => {
    const [, runId, phase] = /^\d+-\d+-([0-9a-f-]{36})\.(started|finished)\.json$/.exec(file) ?? [];
    if (runId === undefined || (phase !== "started" && phase !== "finished")) return [];
    return [{ file, runId, phase } as const];
  });
  const finished = new Set(names.filter((name) => name.phase === "finished").map((name) => name.runId));
  return names.filter((name) => {
    const superseded = name.phase === "started" && finished.has(name.runId);
    if (superseded) removeIfThere(join(spool.folder, name.file));
    return !superseded;
  });
}

/**
 * Records that were written whole and not yet given their name take it now: a pusher was killed in between, or a power cut
 * undid the renaming (folders cannot be synced on Windows, and on some file systems that is done for the show). Torn ones go.
 */
function takeUp({ folder, warn }: Spool): void {
  for (const { name, meant } of leftTemps(folder, isAlive)) {
    const file = join(folder, name);
    try {
      const run = runIn(readIfThere(file));
      if (run !== undefined && nameOf(run).file === meant) rename(file, join(folder, meant));
      else removeIfThere(file);
    } catch (error) {
      // ENOENT: another pusher was first.
      if (codeOf(error) !== "ENOENT") warn(`${file} cannot be taken up: ${reasonOf(error)}`);
    }
  }
}

/** Reads a record. One that cannot be understood is set aside; undefined then, and when it is already gone. */
export function read(spool: Spool, name: RecordName): SpoolRecord | undefined {
  let text: string | undefined;
  try {
    text = readIfThere(join(spool.folder, name.file));
  } catch (error) {
    spool.warn(`the spooled record ${name.file} cannot be read (${reasonOf(error)}); it stays where it is`);
    return undefined;
  }
  if (text === undefined) return undefined;
  const run = runIn(text);
  if (run?.id === name.runId) return { name, text, run };
  setAside(spool, name, "it is damaged");
  return undefined;
}

/** The run that a text tells of, or undefined for one that is torn or none. */
function runIn(text: string | undefined): Run | undefined {
  try {
    const parsed = z.safeParse(runSchema, JSON.parse(text ?? "null"));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Takes a record out of the way of the others, where the owner can look at it. */
export function setAside(spool: Spool, name: RecordName, why: string): void {
  const aside = join(spool.folder, "aside");
  mkdirSync(aside, { recursive: true });
  try {
    rename(join(spool.folder, name.file), join(aside, name.file));
    spool.warn(`set a spooled record aside, ${why}: ${join(aside, name.file)}; look at it and delete it`);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/** Deletes a record that the worker holds, if it is still the one that was sent. */
export function settle(spool: Spool, sent: SpoolRecord): void {
  const path = join(spool.folder, sent.name.file);
  if (readIfThere(path) === sent.text) removeIfThere(path);
}

/**
 * Keeps the spool inside its bound: first the oldest log tails go, then the oldest starts (their runs are still
 * known by their results). Results themselves are never dropped; without a tail they are small.
 */
export function shrink(spool: Spool, maxBytes: number = SPOOL_MAX_BYTES): void {
  const names = waiting(spool);
  let total = names.reduce((sum, name) => sum + sizeOf(spool, name), 0);
  let tails = 0;
  for (const name of names) {
    if (total <= maxBytes) break;
    const saved = dropTail(spool, name);
    total -= saved;
    if (saved > 0) tails += 1;
  }
  let starts = 0;
  for (const name of names) {
    if (total <= maxBytes || maxBytes === 0) break;
    if (name.phase !== "started") continue;
    total -= sizeOf(spool, name);
    removeIfThere(join(spool.folder, name.file));
    starts += 1;
  }
  if (tails + starts > 0) {
    spool.warn(
      `the spool was full: dropped ${tails} log tails and ${starts} starts of runs, the oldest; no result was dropped`,
    );
  }
}

/** Bytes that were saved. */
function dropTail(spool: Spool, name: RecordName): number {
  const record = read(spool, name);
  if (record?.run.logTail === undefined) return 0;
  const { logTail: _, ...bare } = record.run;
  const text = JSON.stringify(bare);
  replaceFile(join(spool.folder, name.file), text, { durable: true });
  return Buffer.byteLength(record.text) - Buffer.byteLength(text);
}

function sizeOf(spool: Spool, name: RecordName): number {
  return statSync(join(spool.folder, name.file), { throwIfNoEntry: false })?.size ?? 0;
}
