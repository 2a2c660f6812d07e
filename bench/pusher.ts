/** The pusher's start: `pusher run` of a job that is `true`, in turn with `node -e 0`, so that the ratio holds on any machine. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PAIRS = 15;

export interface PusherStart {
  /** Median wall time over that of `node -e 0`. */
  readonly ratio: number;
  readonly medianMs: number;
  readonly nodeMs: number;
  readonly peakMiB: number;
}

const TOML = `
worker = "http://127.0.0.1:9"
key = "file:host.key"
[beat]
every = "5m"
grace = "5m"
[[jobs]]
name = "true"
kind = "command"
schedule = { every = "1d" }
grace = "1h"
argv = ["true"]
`;

/** The worker's address refuses at once: the result waits in the spool, as it does on a bad night. */
export function measurePusher(folder: string): PusherStart {
  const bundle = join(folder, "pusher.mjs");
  const built = spawnSync(process.execPath, [resolve("scripts/build-pusher.ts"), bundle], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the pusher could not be built: ${built.stderr}`);
  const home = join(folder, "host");
  mkdirSync(home);
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(home, "host.key"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const config = join(home, "pusher.toml");
  writeFileSync(config, TOML);
  const run = [bundle, "--config", config, "run", "true"];
  const pairs = Array.from({ length: PAIRS + 1 }, () => [time(run), time(["-e", "0"])] as const).slice(1);
  const median = (of: (pair: readonly [number, number]) => number) =>
    pairs.map(of).sort((a, b) => a - b)[Math.floor(PAIRS / 2)] ?? 0;
  const medianMs = median(([pusher]) => pusher);
  const nodeMs = median(([, node]) => node);
  return { ratio: medianMs / nodeMs, medianMs, nodeMs, peakMiB: peakOf(run) };
}

function time(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`it ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

function peakOf(args: readonly string[]): number {
  const { stdout } = spawnSync(process.execPath, [resolve("bench/peak.ts"), ...args], { encoding: "utf8" });
  return Number(stdout.trim());
}
