/**
 * `npm run bench:markers`: what drawing a marker's samples costs over 1,000,000 files, half of them in one folder and half in
 * folders of 1,000. Making the files takes minutes and 4 GB, so it is no part of `npm run bench`. `--files N` makes fewer.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildSync } from "esbuild";
import * as z from "zod/mini";
import { SAMPLING_MAX_MS } from "../pusher/limits.ts";

const PEAK_MAX_MIB = 100;
const PER_FOLDER = 1_000;
const LONG_AGO = new Date("2026-01-01T00:00:00Z");

const { values } = parseArgs({ options: { files: { type: "string", default: "1000000" } } });
const files = Number(values.files);
const folder = mkdtempSync(join(tmpdir(), "tierwatch-markers-"));
try {
  process.stderr.write(`making ${files} files …\n`);
  fill(join(folder, "tree"));
  process.stderr.write("drawing samples …\n");
  const result = join(folder, "result.json");
  // As the pusher is: a program of one file. Reading TypeScript would take more memory than the drawing.
  const bundle = join(folder, "draw.mjs");
  buildSync({
    entryPoints: [resolve("bench/draw.ts")],
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
  });
  const argv = [resolve("bench/peak.ts"), bundle, join(folder, "tree"), result];
  const { stdout } = spawnSync(process.execPath, argv, { encoding: "utf8" });
  const told = z.object({ longest: z.number(), drawn: z.number() });
  const { longest, drawn } = z.parse(told, JSON.parse(readFileSync(result, "utf8")));
  if (drawn === 0) throw new Error("no sample was drawn");
  const bare = Number(spawnSync(process.execPath, [argv[0] ?? "", "-e", "0"], { encoding: "utf8" }).stdout);
  console.log("| what | measured | to reach |\n|---|---|---|");
  console.log(
    `| samples of a marker over ${files} files, the slowest of five places | ${(longest / 1000).toFixed(2)} s | at most ${SAMPLING_MAX_MS / 1000} s |`,
  );
  console.log(
    `| its peak memory; that of \`node -e 0\` | ${Number(stdout).toFixed(1)} MiB; ${bare.toFixed(1)} MiB | at most ${PEAK_MAX_MIB} MiB |`,
  );
  if (longest > SAMPLING_MAX_MS || Number(stdout) > PEAK_MAX_MIB) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function fill(root: string): void {
  const half = Math.floor(files / 2);
  mkdirSync(join(root, "large"), { recursive: true });
  for (let index = 0; index < half; index += 1) write(join(root, "large", `f${String(index).padStart(6, "0")}`));
  for (let index = 0; index < files - half; index += 1) {
    const parent = join(root, "small", String(Math.floor(index / PER_FOLDER)).padStart(4, "0"));
    if (index % PER_FOLDER === 0) mkdirSync(parent, { recursive: true });
    write(join(parent, `f${index % PER_FOLDER}`));
  }
}

function write(file: string): void {
  writeFileSync(file, file);
  utimesSync(file, LONG_AGO, LONG_AGO);
}
