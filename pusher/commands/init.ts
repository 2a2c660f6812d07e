/** `init`: looks at the machine and writes a first pusher.toml. It changes nothing else, and overwrites nothing. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { NAME_MAX_CHARS } from "../../protocol/limits.ts";
import { isSafeUrl } from "../config/fields.ts";
import { scheduleFault } from "../config/schedule-fault.ts";
import { checkConfig } from "../config.ts";
import { reasonOf, writeNew } from "../files.ts";
import { lookAtClouds } from "../init/clouds.ts";
import { lookAtDisks } from "../init/disks.ts";
import { eyesOf } from "../init/eyes.ts";
import { type Eyes, namer, type Part } from "../init/part.ts";
import { lookAtSchedules } from "../init/schedules.ts";
import { lookAtSyncthing } from "../init/syncthing.ts";
import { firstConfig } from "../init/write.ts";
import { lookAtZfs } from "../init/zfs.ts";
import type { Shell } from "../shell.ts";
import { EXIT_FAULT } from "./exit-codes.ts";

const LOOKS: readonly ((eyes: Eyes) => Promise<Part>)[] = [
  lookAtZfs,
  lookAtSyncthing,
  lookAtSchedules,
  lookAtClouds,
  lookAtDisks,
];

export function init(path: string, worker: string | undefined, shell: Shell): Promise<number> {
  return initBy(eyesOf(shell, namer(NAME_MAX_CHARS)), path, worker, shell);
}

/** The same, by what these eyes see. */
export async function initBy(
  eyes: Eyes,
  path: string,
  worker: string | undefined,
  shell: Pick<Shell, "say" | "warn">,
): Promise<number> {
  const file = resolve(path);
  if (existsSync(file))
    return fault(shell, `${file} is there already, and stays as it is; name another with --config FILE`);
  const parts: Part[] = [];
  if (worker !== undefined && !isSafeUrl(worker)) return fault(shell, `--worker ${worker}: give its https address`);
  // One after the other: names are given in order, and a machine's disks are not asked all at once.
  for (const look of LOOKS) parts.push(await look(eyes));
  const text = firstConfig(parts, worker === undefined ? undefined : new URL(worker).origin, stateFor(file));
  const checked = checkConfig(text, file, path, scheduleFault);
  if (!checked.ok)
    return fault(shell, `what was found makes no good pusher.toml; this is a bug: ${checked.failure.join("; ")}`);
  try {
    writeNew(file, text);
  } catch (error) {
    return fault(shell, `${file} cannot be written: ${reasonOf(error)}`);
  }
  tell(parts, file, shell);
  return 0;
}

/** Beside a pusher.toml of /etc the state has its own place (FHS); else it stands in the same folder. */
function stateFor(file: string): string {
  return dirname(file).startsWith("/etc/") ? "/var/lib/tierwatch" : join(dirname(file), "tierwatch-state");
}

function tell(parts: readonly Part[], file: string, shell: Pick<Shell, "say">): void {
  const found = parts.flatMap((part) => part.found);
  const leftOut = parts.flatMap((part) => part.leftOut);
  shell.say(found.length === 0 ? "found nothing that it knows" : "found:");
  for (const line of found) shell.say(`  ${line}`);
  if (leftOut.length > 0) shell.say("left out:");
  for (const line of leftOut) shell.say(`  ${line}`);
  shell.say(`wrote ${file}`);
  shell.say("next: look through it, then `pusher doctor`, `pusher enroll CODE` and `pusher schedule install`");
}

function fault(shell: Pick<Shell, "warn">, words: string): number {
  shell.warn(words);
  return EXIT_FAULT;
}
