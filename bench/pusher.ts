/** The pusher's start: `pusher run` of a job that is `true`, in turn with `node -e 0`, so that the ratio holds on any machine. */
import { spawnSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const PAIRS = 15;
/** The built pusher, in the folder of the bench. */
export const PUSHER_BUNDLE = "pusher.mjs";

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
  const bundle = join(folder, PUSHER_BUNDLE);
  const built = spawnSync(process.execPath, [resolve("scripts/build-pusher.ts"), bundle], { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the pusher could not be built: ${built.stderr}`);
  const home = join(folder, "host");
  writeKey(home);
  const config = join(home, "pusher.toml");
  writeFileSync(config, TOML);
  const run = [bundle, "--config", config, "run", "true"];
  const pairs = Array.from(
    { length: PAIRS + 1 },
    () => [time(process.execPath, run), time(process.execPath, ["-e", "0"])] as const,
  ).slice(1);
  const median = (of: (pair: readonly [number, number]) => number) =>
    pairs.map(of).sort((a, b) => a - b)[Math.floor(PAIRS / 2)] ?? 0;
  const medianMs = median(([pusher]) => pusher);
  const nodeMs = median(([, node]) => node);
  return { ratio: medianMs / nodeMs, medianMs, nodeMs, peakMiB: peakOf(run) };
}

/** A host's folder with a key in it. */
export function writeKey(home: string): void {
  mkdirSync(home, { recursive: true });
  const { privateKey } = generateKeyPairSync("ed25519");
  writeFileSync(join(home, "host.key"), privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
}

/** Wall time of a program that has to end well, in milliseconds. */
export function time(program: string, args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(program, args, { stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

/** The largest resident size of Node with these arguments, in MiB. */
export function peakOf(args: readonly string[]): number {
  const { stdout } = spawnSync(process.execPath, [resolve("bench/peak.ts"), ...args], { encoding: "utf8" });
  return Number(stdout.trim());
}
