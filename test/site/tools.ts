/** Which real tools are on this machine: what is missing is named on the terminal, and its tests are skipped by name. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** True when a program is on the PATH, or where cron's PATH does not look. */
function has(program: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.some((folder) => isExecutable(join(folder, program)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The programs of `needed` that are missing; says so once for the tests that will be skipped for it. */
export function missing(needed: readonly string[], what: string): readonly string[] {
  const absent = needed.filter((program) => !has(program));
  if (absent.length > 0) console.warn(`skipped: ${what} (not on this machine: ${absent.join(", ")})`);
  return absent;
}
