/**
 * Whether what is to be carried is nothing but markers. The marker is written before the job reads, also into the empty folder
 * that a disk leaves where it should be mounted: to a tool such a folder is not empty.
 */
import { readdir } from "node:fs/promises";
import { MARKER_FILE } from "../marker.ts";
import type { KindContext } from "./kind.ts";

/** So few files that they may all be markers: it is worth to ask for their names. */
export function mayBeMarkers(files: number, { carries }: Pick<KindContext, "carries">): boolean {
  return files <= (carries?.datasets.length ?? 0);
}

/** True when every one of these paths is a marker's. */
export function areMarkers(paths: readonly string[]): boolean {
  return paths.every((path) => path.split(/[\\/]/).at(-1) === MARKER_FILE);
}

/** True when a folder of this host holds files, and all of them are markers. */
export async function holdsOnlyMarkers(folder: string): Promise<boolean> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return areMarkers(entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name));
  } catch {
    // It is one file, or cannot be read: its tool has its own words for that.
    return false;
  }
}
