/** What `doctor` says of the folders and files that a kind's settings name. They are looked at, never changed. */
import { accessSync, constants, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Finding } from "../doctor/finding.ts";
import { codeOf, reasonOf } from "../files.ts";
import type { CheckContext } from "./kind.ts";

type Where = Pick<CheckContext, "folder">;

/** Each has to be there, and readable by whom the pusher runs as. */
export function readable(paths: readonly string[], { folder }: Where): Finding[] {
  return paths.map((path) => tried(resolve(folder, path), "can be read", constants.R_OK));
}

/** A folder that takes files; one that is not there yet can be made in the folder above it. */
export function takesFiles(path: string, { folder }: Where): Finding {
  const whole = resolve(folder, path);
  const finding = tried(whole, "takes files", constants.W_OK);
  if (statSync(whole, { throwIfNoEntry: false }) !== undefined) return finding;
  const above = tried(dirname(whole), "takes files", constants.W_OK);
  return above.fault === undefined ? { what: `${whole} is not there yet, and can be made` } : finding;
}

function tried(path: string, does: string, mode: number): Finding {
  try {
    accessSync(path, mode);
    return { what: `${path} ${does}` };
  } catch (error) {
    const advice = codeOf(error) === "ENOENT" ? "is it mounted, and spelt so?" : "does this user have the right?";
    return { what: path, fault: `${reasonOf(error)}; ${advice}` };
  }
}

/** A share of Windows' network: a task that runs without a stored password does not reach it. */
export function overNetwork(paths: readonly string[]): Finding[] {
  return paths
    .filter((path) => /^[\\/]{2}[^\\/?.]/.test(path))
    .map((path) => ({
      what: path,
      advice:
        "a task that `schedule install` makes reaches no network share; give the task a password in Task Scheduler",
    }));
}
