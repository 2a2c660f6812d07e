/** How data goes from one tier to the next, and is read back from the last, for each tool. */
import type { Copier } from "./tools.ts";

/** The settings of a job that makes `to` hold what `from` holds, with the time of each file. */
export function copier(tool: Copier, from: string, to: string) {
  switch (tool) {
    case "rsync":
      return { kind: "rsync", source: from, target: to, options: ["--delete"] };
    case "cp":
      return { kind: "command", argv: ["cp", "-pPR", `${from}/.`, to] };
    case "robocopy":
      return { kind: "robocopy", source: from, target: to, options: ["/MIR"] };
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
