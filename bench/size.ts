/** The worker's size as it is uploaded. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const WRANGLER = resolve("node_modules/wrangler/bin/wrangler.js");

/** Bytes of the bundled worker, gzipped. */
export function workerGzipBytes(folder: string): number {
  const out = join(folder, "bundle");
  bundleWorker(out, "wrangler.toml");
  return gzipSync(readFileSync(join(out, "index.js"))).byteLength;
}

/** Bundles a worker into a folder as it is uploaded. */
export function bundleWorker(out: string, config: string): void {
  const args = ["deploy", "--dry-run", "--outdir", out, "--config", config];
  const { status, stderr } = spawnSync(process.execPath, [WRANGLER, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`the worker could not be bundled: ${stderr}`);
}
