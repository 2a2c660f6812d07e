/** The command lines by which data goes from one tier to the next, and is read back from the last, for each tool. */
import { join } from "node:path";
import type { Copier } from "./tools.ts";

/** Makes `to` hold what `from` holds, with the time of each file. */
export function copy(tool: Copier, from: string, to: string): string[] {
  switch (tool) {
    case "rsync":
      return ["rsync", "-a", "--delete", `${from}/`, `${to}/`];
    case "cp":
      return ["cp", "-pPR", `${from}/.`, to];
    case "robocopy":
      return [process.execPath, join(import.meta.dirname, "robocopy.ts"), from, to];
  }
}

/** A restic command on a repository, with the file that holds its password. */
export function restic(repository: string, passwordFile: string, ...args: string[]): string[] {
  return ["restic", "--repo", repository, "--password-file", passwordFile, "--no-cache", "--quiet", ...args];
}

/** How restic names a file of a snapshot: `C:\site\x` is `/C/site/x`. */
export function inSnapshot(path: string): string {
  return path.replace(/^([A-Za-z]):/, "/$1").replaceAll("\\", "/");
}
