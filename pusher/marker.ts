/**
 * The marker: a small file in the root of a dataset, written where the data is born before a job reads it. Whoever finds
 * it in a farther tier, with the files it names unharmed, knows that this tier is complete as of the marker's time.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { id, instant, name } from "../protocol/fields.ts";
import { failed, ok, type Result } from "../protocol/result.ts";
import { reasonOf, replaceFile, sweepTemps } from "./files.ts";
import { isAlive } from "./processes.ts";
import { sample } from "./samples.ts";

export const MARKER_FILE = ".tierwatch-marker.json";
const TEMP_PREFIX = ".tierwatch-marker.tmp-";
/** Readable for the tools that copy, whoever they run as. */
const MODE = 0o644;

const marker = z.strictObject({
  version: z.literal(1),
  id,
  dataset: name,
  /** Where it was written: the tier the dataset is born in. */
  tier: name,
  writtenAt: instant,
  samples: z.array(sample),
});
export type Marker = z.infer<typeof marker>;

/**
 * Puts a marker into a dataset's root, durably and at once. The folder has to be there already: a marker in the
 * mountpoint of something that is not mounted would vouch for an empty folder.
 */
export function writeMarker(root: string, content: Marker): Result<Marker, string> {
  if (statSync(root, { throwIfNoEntry: false })?.isDirectory() !== true) return failed(`there is no folder ${root}`);
  try {
    sweepTemps(root, isAlive, TEMP_PREFIX);
    const options = { durable: true, mode: MODE, tempPrefix: TEMP_PREFIX };
    replaceFile(join(root, MARKER_FILE), `${JSON.stringify(content)}\n`, options);
    return ok(content);
  } catch (error) {
    return failed(`${root} takes no marker: ${reasonOf(error)}`);
  }
}

/** The marker in a text; a failure says why it is none of this dataset. */
export function parseMarker(text: string, dataset: string): Result<Marker, string> {
  const parsed = z.safeParse(marker, jsonOf(text));
  if (!parsed.success) return failed(`the marker of ${dataset} is damaged, or of a newer pusher`);
  if (parsed.data.dataset === dataset) return ok(parsed.data);
  return failed(`the marker found is of dataset ${parsed.data.dataset}, not ${dataset}: is the path right?`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
