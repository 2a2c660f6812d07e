/** The bundled pusher of one host in a test: its pusher.toml, and its commands as cron would start them. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE } from "../pusher/bundle.ts";

export interface Ran {
  readonly code: number;
  /** Both streams as they came. */
  readonly output: string;
}

export interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ran>;
}

export interface TestPusher {
  readonly folder: string;
  /** Added to its environment. */
  readonly env: Record<string, string>;
  /** Writes another pusher.toml. */
  readonly configure: (toml: string) => void;
  /** Runs `pusher ARGS…` and waits for its end. */
  readonly pusher: (...args: string[]) => Promise<Ran>;
  readonly start: (...args: string[]) => Running;
}

/** Writes `pusher.toml` into a folder of the host's own. */
export function testPusher(folder: string, toml: string): TestPusher {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "pusher.toml");
  const configure = (text: string) => writeFileSync(config, text);
  const env: Record<string, string> = {};
  const start = (...args: string[]) => startNode([BUNDLE, "--config", config, ...args], env);
  configure(toml);
  return { folder, env, configure, start, pusher: (...args) => start(...args).ended };
}

function startNode(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const add = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on("data", add);
  child.stderr.on("data", add);
  const ended = new Promise<Ran>((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => done({ code: code ?? 1, output }));
  });
  return { process: child, ended };
}
