/**
 * The one folder that the demo writes to. Everything in it is the demo's own, and is made anew with each start; a file
 * named `running` says which process has it.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { codeOf } from "../../pusher/files.ts";
import { isAlive, startOf } from "../../pusher/processes.ts";

export interface Folder {
  readonly path: string;
  /** The tiers, the hosts and Syncthing's settings. */
  readonly site: string;
  /** The worker's settings, database and logs. */
  readonly worker: string;
  /** What programs take for the user's home, and for temporary files. */
  readonly home: string;
  readonly temp: string;
  /** Bundle of the pusher. */
  readonly pusher: string;
  /** Gives the folder free for the next start. */
  readonly leave: () => void;
}

/** Takes the folder and empties it of what an earlier start left; the failure is the sentence to say. */
export function takeFolder(path: string, pid: number): Result<Folder, string> {
  try {
    mkdirSync(path, { recursive: true });
    const running = join(path, "running");
    const holder = holderOf(running);
    if (holder !== undefined) {
      return failed(`npm start already runs from this folder (process ${holder}): end it there with Ctrl-C first.`);
    }
    const inside = (name: string) => join(path, name);
    const folders = { site: inside("site"), worker: inside("worker"), home: inside("home"), temp: inside("tmp") };
    for (const made of Object.values(folders)) {
      rmSync(made, { recursive: true, force: true });
      mkdirSync(made);
    }
    writeFileSync(running, `${pid} ${startOf(pid) ?? ""}`);
    return ok({ path, ...folders, pusher: inside("pusher.mjs"), leave: () => rmSync(running, { force: true }) });
  } catch (error) {
    return failed(sentence(path, error));
  }
}

/** The process that has the folder, if it is still alive. Its start tells it from another that got its number. */
function holderOf(running: string): number | undefined {
  let words: string[];
  try {
    words = readFileSync(running, "utf8").split(" ");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const pid = Number(words[0]);
  const same = Number.isInteger(pid) && pid > 0 && isAlive(pid) && (startOf(pid) ?? "") === (words[1] ?? "");
  return same ? pid : undefined;
}

function sentence(path: string, error: unknown): string {
  switch (codeOf(error)) {
    case "EEXIST":
    case "ENOTDIR":
      return `${path} has to be a folder and is a file: remove it, then start again.`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `There is no permission to write in ${path}: make it yours, or clone Tierwatch into a folder of your own.`;
    case "ENOSPC":
      return `The disk is full: ${path} cannot be written.`;
    default:
      throw error;
  }
}
