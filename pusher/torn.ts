/**
 * What a run that was cut off may have torn: its tool may have brought the marker into `to` and not the data, and from there another
 * tool may carry it on, to hosts that know nothing of this run. So nobody is told of that marker's birth: wherever it is found, it
 * proves nothing. The source gets the same marker under a new id for whoever else carries from there, and that one's birth is told.
 *
 * A run that was killed with its pusher tells of no birth at all, which comes to the same.
 */
import type { Birth } from "../protocol/heartbeat.ts";
import { folderCopy } from "./copies.ts";
import { TORN_MAX_MS } from "./limits.ts";
import { type Marker, writeMarker } from "./marker.ts";

/** A dataset that the run carried, and the fresh marker that it took for it. */
interface Marked {
  readonly expected?: Marker;
  readonly born?: Birth;
  readonly markedIn?: string;
}

interface Io {
  readonly newId: () => string;
  readonly log: (line: string) => void;
}

/** Puts new markers in the place of those that the run bore, and answers their births. */
export async function bornAnew(carried: readonly Marked[], io: Io): Promise<Birth[]> {
  const births: Birth[] = [];
  for (const { expected, born, markedIn } of carried) {
    if (expected === undefined || born === undefined || markedIn === undefined) continue;
    // Else another run marked it meanwhile, and tells of that itself; or its disk is gone.
    if ((await markerIn(markedIn, born.dataset)) !== expected.id) continue;
    const written = writeMarker(markedIn, { ...expected, id: io.newId() });
    if (written.ok) births.push({ ...born, marker: written.value.id });
    else io.log(`tierwatch: no birth of a marker of ${born.dataset} is told: ${written.failure}`);
  }
  return births;
}

/** The marker that lies there now; undefined when there is none, or the disk does not answer. */
async function markerIn(root: string, dataset: string): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silent = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), TORN_MAX_MS);
  });
  const found = await Promise.race([folderCopy(dataset, root).marker(), silent]);
  clearTimeout(timer);
  return found?.ok === true ? found.value?.id : undefined;
}
