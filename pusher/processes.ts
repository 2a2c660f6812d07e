/** Other processes: is one alive, is it still the same one, and how to end a group of them. */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { win32 } from "node:path";
import { codeOf } from "./files.ts";
import { KILL_AFTER_MS } from "./limits.ts";

/** True when a process of that id exists (EPERM: it does, and is another user's) and is no zombie. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
  return statOf(pid)?.[0] !== "Z";
}

/** When a process started, in clock ticks since boot (Linux, proc(5) field 22), or undefined where that cannot be known. */
export function startOf(pid: number): string | undefined {
  return statOf(pid)?.[19];
}

/** The fields of /proc/PID/stat from the third, the state, on: the second, in brackets, may hold anything. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

/** What this boot of the machine is called (Linux), or undefined where it has no name. */
export function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}

/**
 * True when a living process is surely another program than this one. Windows hands out process ids again soon, and tells no start
 * times without a long way round; but it tells the program's name. `ask` runs a program and gives its output.
 */
export function isAnotherProgram(
  pid: number,
  platform: NodeJS.Platform,
  ask: (argv: readonly string[]) => string,
): boolean {
  if (platform !== "win32") return false;
  const answer = ask(["tasklist", "/FI", `PID eq ${pid}`, "/FO", "CSV", "/NH"]);
  const image = new RegExp(`^"([^"]+)","${pid}",`, "m").exec(answer)?.[1];
  return image !== undefined && image.toLowerCase() !== win32.basename(process.execPath).toLowerCase();
}

/** What a program prints, or nothing when it cannot be started. Waits for its end. */
export function outputOf(argv: readonly string[]): string {
  const [program = "", ...rest] = argv;
  return spawnSync(program, rest, { encoding: "utf8", windowsHide: true, timeout: ASK_MAX_MS }).stdout ?? "";
}

const ASK_MAX_MS = 10_000;
const POLL_MS = 50;

/**
 * Ends a child and everything it started: its process group gets SIGTERM (or the signal told), and SIGKILL after five
 * seconds if any of it is left. Windows has no groups: taskkill follows the tree, and there is no gentle way.
 */
export async function endGroup(
  pid: number,
  signal: NodeJS.Signals,
  { platform, env }: { readonly platform: NodeJS.Platform; readonly env: Readonly<Record<string, string | undefined>> },
): Promise<void> {
  if (platform === "win32") return endTree(pid, env);
  if (!tryKill(-pid, signal)) return;
  for (let waited = 0; waited < KILL_AFTER_MS; waited += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (!tryKill(-pid, 0)) return;
  }
  tryKill(-pid, "SIGKILL");
}

/** The tree has to be walked from its root: once that is gone, nobody knows whose child the rest was. */
function endTree(pid: number, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  return new Promise((done) => {
    const options = { stdio: "ignore", windowsHide: true, env: { ...env } } as const;
    const killer = spawn("taskkill", ["/T", "/F", "/PID", String(pid)], options);
    killer.once("error", () => {
      tryKill(pid, "SIGKILL");
      done();
    });
    killer.once("close", (code) => {
      // It may not (the tree is another account's) or cannot: then at least the program itself.
      if (code !== 0) tryKill(pid, "SIGKILL");
      done();
    });
  });
}

/** False when there is nobody left to signal. */
function tryKill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
