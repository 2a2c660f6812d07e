/**
 * What the pusher adds to the tool that it runs: rsync of 10,000 files into an empty folder, by the pusher with its markers and its
 * look at the source, and bare; in turn, so that the ratio holds on any machine.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PUSHER_BUNDLE, peakOf, time, writeKey } from "./pusher.ts";

const FOLDERS = 100;
const FILES_IN_EACH = 100;
const FILE_BYTES = 4_096;
const PAIRS = 5;

export interface JobCost {
  readonly files: number;
  /** Median wall time over that of the bare tool. */
  readonly ratio: number;
  readonly medianMs: number;
  readonly bareMs: number;
  /** Of the pusher's own process, without the tool's. */
  readonly peakMiB: number;
}

/** `folder` holds the built pusher. Null where there is no rsync. */
export function measureJob(folder: string): JobCost | null {
  if (spawnSync("rsync", ["--version"], { stdio: "ignore" }).error !== undefined) return null;
  const home = join(folder, "job");
  const [source, target] = [join(home, "source"), join(home, "target")];
  fill(source);
  writeKey(home);
  const config = join(home, "pusher.toml");
  writeFileSync(config, tomlOf(source, target));
  const run = [join(folder, PUSHER_BUNDLE), "--config", config, "run", "nightly"];
  const emptied = <Value>(measure: () => Value): Value => {
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target);
    return measure();
  };
  const byPusher = () => emptied(() => time(process.execPath, run));
  const bare = () => emptied(() => time("rsync", ["--archive", `${source}/`, target]));
  const pairs = Array.from({ length: PAIRS + 1 }, () => [byPusher(), bare()] as const).slice(1);
  const median = (of: (pair: readonly [number, number]) => number) =>
    pairs.map(of).sort((a, b) => a - b)[Math.floor(PAIRS / 2)] ?? 0;
  const [medianMs, bareMs] = [median(([pusher]) => pusher), median(([, tool]) => tool)];
  const peakMiB = emptied(() => peakOf(run));
  return { files: FOLDERS * FILES_IN_EACH, ratio: medianMs / bareMs, medianMs, bareMs, peakMiB };
}

function fill(source: string): void {
  const old = new Date("2026-01-01T00:00:00Z");
  for (let folder = 0; folder < FOLDERS; folder += 1) {
    const inside = join(source, `d${folder}`);
    mkdirSync(inside, { recursive: true });
    for (let file = 0; file < FILES_IN_EACH; file += 1) {
      const path = join(inside, `f${file}`);
      writeFileSync(path, Buffer.alloc(FILE_BYTES, `${folder}/${file} `));
      // A file that was just written is no sample.
      utimesSync(path, old, old);
    }
  }
}

function tomlOf(source: string, target: string): string {
  return `
worker = "http://127.0.0.1:9"
key = "file:host.key"
[beat]
every = "5m"
grace = "5m"
[[datasets]]
name = "apps"
born = "fast"
paths = { fast = ${JSON.stringify(source)}, archive = ${JSON.stringify(target)} }
[[jobs]]
name = "nightly"
kind = "rsync"
from = "fast"
to = "archive"
datasets = ["apps"]
schedule = { every = "1d" }
grace = "1h"
window = "26h"
source = ${JSON.stringify(source)}
target = ${JSON.stringify(target)}
`;
}
