/** `restic snapshots --json`, and how far back the copies reach that it lists. Pure. */
import * as z from "zod/mini";
import type { Snapshot } from "./depth.ts";

const listing = z.array(
  z.object({
    id: z.string(),
    time: z.string(),
    hostname: z.optional(z.string()),
    paths: z.array(z.string()),
    /** From 0.17 on. */
    summary: z.optional(z.object({ total_files_processed: z.optional(z.number()) })),
  }),
);
export type ResticSnapshot = z.infer<typeof listing>[number];

/** The snapshots in a listing, or undefined when it is none. */
export function parseResticSnapshots(text: string): ResticSnapshot[] | undefined {
  try {
    const parsed = z.safeParse(listing, JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The snapshots from which all that `own` holds can be restored: of the same host, with every path of it. One of no file at
 * all restores nothing.
 */
export function versionsOf(own: ResticSnapshot, all: readonly ResticSnapshot[]): Snapshot[] {
  return all
    .filter(({ hostname }) => hostname === own.hostname)
    .filter(({ paths }) => own.paths.every((path) => paths.includes(path)))
    .filter(({ summary }) => summary?.total_files_processed !== 0)
    .map(({ time }) => ({ createdAt: Date.parse(time) }))
    .filter(({ createdAt }) => !Number.isNaN(createdAt));
}
