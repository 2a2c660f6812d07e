/** The bundled pusher of one host in a test: its pusher.toml, and its commands as cron would start them. */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BUNDLE } from "../pusher/bundle.ts";

export interface Ran {
  readonly code: number;
  readonly output: string;
}

export interface TestPusher {
  readonly folder: string;
  /** Runs `pusher ARGS…` and waits for its end. */
  readonly pusher: (...args: string[]) => Promise<Ran>;
}

/** Writes `pusher.toml` into a folder of the host's own. */
export function testPusher(folder: string, toml: string): TestPusher {
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "pusher.toml");
  writeFileSync(config, toml);
  return { folder, pusher: (...args) => start([BUNDLE, "--config", config, ...args]) };
}

/** Runs Node with arguments; output is both streams as they came. */
function start(args: readonly string[]): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const add = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on("data", add);
    child.stderr.on("data", add);
    child.once("error", fail);
    child.once("close", (code) => done({ code: code ?? 1, output }));
  });
}
