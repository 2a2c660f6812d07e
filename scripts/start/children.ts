/**
 * Every program that the demo starts, each in a process group of its own: Ctrl-C reaches the demo alone, which then ends
 * them all and waits for their end.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { endGroup } from "../../pusher/processes.ts";

const OUTPUT_MAX_CHARS = 8_192;

export interface Ended {
  /** Null when a signal ended it, or when it could not be started. */
  readonly code: number | null;
  /** The last of what it wrote. */
  readonly output: string;
}

export interface Children {
  /** Starts a program. Its output goes to the file `log` too, if one is named. */
  readonly start: (argv: readonly string[], log?: string) => Promise<Ended>;
  /** Ends everything that runs, and waits for it. Nothing can be started from then on. */
  readonly endAll: () => Promise<void>;
}

/** Children that work in the folder `cwd`. */
export function childrenWith(cwd: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Children {
  const running = new Map<ChildProcess, Promise<Ended>>();
  let ending = false;
  // Whoever waits for a child while all are ended is not told: the end that it would hear of is no failure.
  const never = new Promise<Ended>(() => undefined);
  return {
    start: async (argv, log) => {
      if (ending) return never;
      const [program = "", ...args] = argv;
      const child = spawn(program, args, {
        cwd,
        env,
        stdio: ["ignore", "pipe", "pipe"],
        detached: platform !== "win32",
        windowsHide: true,
      });
      const ended = follow(child, log);
      running.set(child, ended);
      const how = await ended;
      running.delete(child);
      return ending ? never : how;
    },
    endAll: async () => {
      ending = true;
      const all = [...running].map(async ([child, ended]) => {
        if (child.pid !== undefined) await endGroup(child.pid, "SIGTERM", { platform, env });
        await ended;
      });
      await Promise.all(all);
    },
  };
}

function follow(child: ChildProcess, log: string | undefined): Promise<Ended> {
  const file = log === undefined ? undefined : createWriteStream(log, { flags: "a" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_MAX_CHARS);
      file?.write(text);
    });
  }
  return new Promise((resolve) => {
    const end = (ended: Ended) => {
      file?.end();
      resolve(ended);
    };
    child.once("error", (error) => end({ code: null, output: error.message }));
    child.once("close", (code) => end({ code, output }));
  });
}

/** The last line of a program's output that is not empty, for a message. */
export function lastLine({ output }: Ended): string {
  return output.trimEnd().split("\n").at(-1)?.trim() || "it said nothing";
}
