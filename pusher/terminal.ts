/** The terminal that stderr is, if it is one. Asked for by `run` alone, and only then is the module of terminals loaded. */
import { fstatSync } from "node:fs";
import type { Terminal } from "./progress-line.ts";
import type { Shell } from "./shell.ts";

const STDERR = 2;
const COLUMNS = 80;

export async function terminalOf(shell: Shell): Promise<Terminal | undefined> {
  // Under cron and systemd stderr is a file, a pipe or a socket, and nothing more has to be loaded to know it.
  if (shell.env.TERM === "dumb" || !isCharacterDevice(STDERR)) return undefined;
  const { isatty } = await import("node:tty");
  if (!isatty(STDERR)) return undefined;
  return {
    write: (text) => shell.pass(new TextEncoder().encode(text), "stderr"),
    // A terminal whose size nobody set has 0.
    columns: () => process.stderr.columns || COLUMNS,
    elapsed: shell.elapsed,
    each: (ms, call) => {
      const timer = setInterval(call, ms);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}

function isCharacterDevice(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    return false;
  }
}
