/**
 * What the pusher remembers between its runs, one small JSON file a matter. All of it can be lost without harm: a plan
 * is sent again, a clock measured again, a marker reported again.
 */
import { join } from "node:path";
import * as z from "zod/mini";
import { id } from "../protocol/fields.ts";
import { runStatus } from "../protocol/heartbeat.ts";
import { codeOf, readIfThere, replaceFile } from "./files.ts";

/** Digest of the plan that the worker last took from this key. */
export const planState = z.object({ digest: z.string() });
/** How far this host's clock is ahead of the worker's. */
export const clockState = z.object({ offsetSeconds: z.int() });
/** The last answered heartbeat. */
export const beatState = z.object({ answeredAt: z.string(), lastSweepAt: z.nullable(z.string()) });
/** A job's last finished run. */
export const jobState = z.object({ id, status: runStatus, finishedAt: z.string(), reason: z.optional(z.string()) });
/** By `dataset/tier`: the last marker reported, and whether all its samples were well. */
export const reportedState = z.record(z.string(), z.object({ marker: id, complete: z.boolean() }));
/** Of a dataset: the last file that was looked at for samples; the next marker goes on from there. */
export const cursorState = z.object({ after: z.string() });

/** What is remembered under a name, or undefined when nothing (usable) is. */
export function recall<Schema extends z.core.$ZodType>(
  state: string,
  matter: string,
  schema: Schema,
): z.core.output<Schema> | undefined {
  const text = readIfThere(fileOf(state, matter));
  if (text === undefined) return undefined;
  try {
    const parsed = z.safeParse(schema, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Remembers a value. A disk that takes nothing more makes the pusher forgetful, and nothing worse. */
export function remember(state: string, matter: string, value: object): void {
  try {
    replaceFile(fileOf(state, matter), JSON.stringify(value), { durable: false });
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}

function fileOf(state: string, matter: string): string {
  return join(state, "memory", `${matter}.json`);
}
