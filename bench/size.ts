/** The worker's size as it is uploaded. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

/** Bytes of the bundled worker, gzipped. */
export function workerGzipBytes(folder: string): number {
  const out = join(folder, "bundle");
  const args = [resolve("node_modules/wrangler/bin/wrangler.js"), "deploy", "--dry-run", "--outdir", out];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`the worker could not be bundled: ${stderr}`);
  return gzipSync(readFileSync(join(out, "index.js"))).byteLength;
}
