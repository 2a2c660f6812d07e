/** A host in a temporary folder: its pusher.toml, and the real pusher as a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";
import { type Run, run as runSchema } from "../../protocol/heartbeat.ts";
import { BUNDLE } from "./bundle.ts";

export interface Host {
  readonly folder: string;
  /** Added to the pusher's environment. */
  readonly env: Record<string, string>;
  /** Writes pusher.toml: the head with this worker, then the given tables. */
  readonly configure: (worker: string, tables: string) => void;
  readonly pusher: (...args: string[]) => Promise<Ended>;
  readonly start: (...args: string[]) => Started;
  /** Runs a job to its end: the record that it spooled, and how the pusher ended. */
  readonly run: (job: string) => Promise<Run & { readonly code: number | null; readonly output: string }>;
  /** Records in the spool, in order; a record that is no valid run makes the test fail. */
  readonly spooled: () => Run[];
  readonly remove: () => void;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout and stderr so far hold the text. */
  readonly says: (text: string) => Promise<void>;
}

export function host(): Host {
  const folder = mkdtempSync(join(tmpdir(), "tierwatch-host-"));
  const env: Record<string, string> = {};
  const start = (...args: string[]) => startPusher(folder, args, env);
  const spooled = () => spooledIn(join(folder, "tierwatch-state/spool"));
  return {
    folder,
    env,
    configure: (worker, tables) => {
      const head = `worker = "${worker}"\nkey = "file:host.key"\n[beat]\nevery = "5m"\ngrace = "10m"\n`;
      writeFileSync(join(folder, "pusher.toml"), head + tables);
    },
    start,
    pusher: (...args) => start(...args).ended,
    run: async (job) => {
      const { code, stdout, stderr } = await start("run", job).ended;
      const last = spooled().at(-1);
      if (last?.job !== job) throw new Error(stderr);
      return { ...last, code, output: stdout + stderr };
    },
    spooled,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A `[[jobs]]` table of kind command; `more` is further TOML lines. */
export function commandJob(name: string, argv: readonly string[], more = ""): string {
  const list = argv.map((arg) => JSON.stringify(arg)).join(", ");
  const head = `[[jobs]]\nname = "${name}"\nkind = "command"\nschedule = { every = "15m" }\ngrace = "1h"\n`;
  return `${head}argv = [${list}]\n${more}\n`;
}

export function spooledIn(spool: string): Run[] {
  const names = namesIn(spool).filter((name) => /^[0-9].*\.json$/.test(name));
  return names.map((name) => z.parse(runSchema, JSON.parse(readFileSync(join(spool, name), "utf8"))));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function startPusher(folder: string, args: readonly string[], env: Record<string, string>): Started {
  const child = spawn(process.execPath, [BUNDLE, ...args], {
    cwd: folder,
    env: { ...process.env, TIERWATCH_CONFIG: join(folder, "pusher.toml"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  const waiting: { text: string; resolve: () => void }[] = [];
  const heard = () => {
    for (const one of waiting) if ((stdout + stderr).includes(one.text)) one.resolve();
  };
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
    heard();
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
    heard();
  });
  const ended = new Promise<Ended>((done) => {
    child.once("close", (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return {
    process: child,
    ended,
    says: (text) =>
      new Promise((done) => {
        waiting.push({ text, resolve: done });
        heard();
      }),
  };
}
