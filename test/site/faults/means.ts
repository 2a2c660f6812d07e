/** By which means faults are made: a program that is slower or may do less, a run that is caught in the middle. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { until } from "../cloud.ts";
import type { Running, TestPusher } from "../pusher.ts";

type Undo = () => void;

/** Until it is undone, the host finds `script`, for sh, under the program's name; `$REAL` is the program. */
export function inPlaceOf(host: TestPusher, program: string, script: string): Undo {
  const bin = join(host.folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, program), `#!/bin/sh\nREAL=${realOf(program)}\n${script}\n`);
  chmodSync(join(bin, program), 0o755);
  host.env.PATH = `${bin}${delimiter}${process.env.PATH}`;
  return () => rmSync(join(bin, program));
}

function realOf(program: string): string {
  const folder = (process.env.PATH ?? "").split(delimiter).find((one) => names(one).includes(program));
  if (folder === undefined) throw new Error(`there is no ${program}`);
  return join(folder, program);
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The program obeys the permissions of files, as it does for anybody but root. */
export function dropRights(host: TestPusher, program: string): Undo {
  const drop = process.getuid?.() === 0 ? "setpriv --bounding-set=-all --inh-caps=-all " : "";
  return inPlaceOf(host, program, `exec ${drop}$REAL "$@"`);
}

/** Programs that a process started and that still run. */
export function childrenOf({ process: { pid } }: Running): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

/** Ends programs as the kernel does when memory is short, and waits until they are gone. */
export async function kill(pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, "SIGKILL");
  await until(() => pids.every((pid) => !runs(pid)));
}

function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** True when a folder holds a file whose name the pattern finds. */
export function holds(folder: string, name: RegExp): boolean {
  return names(folder).some((one) => name.test(one));
}
