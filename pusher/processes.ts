/** Other processes: is one alive, is it still the same one, and how to end a group of them. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
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

const POLL_MS = 50;

/**
 * Ends a child and everything it started: its process group gets SIGTERM (or the signal told), and SIGKILL after five
 * seconds if any of it is left. Windows has no groups: taskkill follows the tree, and there is no gentle way.
 */
export async function endGroup(pid: number, signal: NodeJS.Signals, platform: NodeJS.Platform): Promise<void> {
  if (platform === "win32") {
    spawn("taskkill", ["/T", "/F", "/PID", String(pid)], { stdio: "ignore", windowsHide: true }).on("error", () => {
      tryKill(pid, "SIGKILL");
    });
    return;
  }
  if (!tryKill(-pid, signal)) return;
  for (let waited = 0; waited < KILL_AFTER_MS; waited += POLL_MS) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (!tryKill(-pid, 0)) return;
  }
  tryKill(-pid, "SIGKILL");
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
