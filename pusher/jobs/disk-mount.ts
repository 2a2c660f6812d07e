/** Is a path itself the place where a file system is mounted? */
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** `path` is absolute and holds no links. Linux knows by name, elsewhere the device of the folder above tells. */
export async function isMountPoint(path: string): Promise<boolean> {
  const table = await readFile("/proc/self/mountinfo", "utf8").catch(() => null);
  if (table !== null) return mountPoints(table).has(path);
  const above = dirname(path);
  // The root of a drive is a volume by itself.
  return above === path || (await stat(path)).dev !== (await stat(above)).dev;
}

/** The mount points of /proc/PID/mountinfo (proc(5)): the fifth field, in which spaces and the like are octal. */
export function mountPoints(table: string): ReadonlySet<string> {
  const points = table.split("\n").flatMap((line) => line.split(" ")[4] ?? []);
  // The octal numbers are bytes of UTF-8 text only where they are ASCII: space, tab, newline, backslash.
  return new Set(
    points.map((point) => point.replace(/\\([0-7]{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))),
  );
}
