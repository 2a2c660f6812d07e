/**
 * Who holds borg's lock, which borg does not say: in a repository that this host sees, the lock is a folder, and the file in
 * it is named `HOST@HARDWARE.PROCESS-THREAD`.
 */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const FOLDER = /the lock (\/.*lock\.exclusive)\b/;
const HOLDER = /^(.+)@\d+\.(\d+)-\d+$/;

/** `held by process 77 on nas since 2026-11-22T21:00:00Z`, or undefined when it is not to be seen from here. */
export async function lockHolder(errors: string): Promise<string | undefined> {
  const folder = FOLDER.exec(errors)?.[1];
  if (folder === undefined) return undefined;
  try {
    const [name = ""] = await readdir(folder);
    const [, host, pid] = HOLDER.exec(name) ?? [];
    if (host === undefined) return undefined;
    const { mtime } = await stat(join(folder, name));
    return `held by process ${pid} on ${host} since ${mtime.toISOString().replace(/\.\d+Z$/, "Z")}`;
  } catch {
    // It was given up in the meantime.
    return undefined;
  }
}
