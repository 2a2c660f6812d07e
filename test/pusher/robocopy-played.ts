/** Robocopy played: its own words as people published them, and a run of the kind that is answered with them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { robocopy } from "../../pusher/jobs/robocopy.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { type Answer, played } from "./played.ts";
export const said = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/robocopy", `${name}.txt`), "utf8");

/** Folders of these names, below which a path of Windows is one too. */
export const folder = mkdtempSync(join(tmpdir(), "tierwatch-robocopy-"));
for (const name of ["D:\\photos", "E:\\copy", "\\\\nas\\backup\\photos", "E:\\"]) mkdirSync(join(folder, name));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export function summary(
  files: readonly number[],
  more: { folders?: readonly number[]; bytes?: readonly number[]; before?: string } = {},
) {
  const row = (label: string, values: readonly number[]) =>
    `${label.padStart(8)} :${values.map((value) => String(value).padStart(10)).join("")}\r\n`;
  const { folders = [1, 0, 1, 0, 0, 0], bytes = [0, 0, 0, 0, 0, 0], before = "" } = more;
  const dashes = `${"-".repeat(78)}\r\n`;
  return `${dashes}${before}${dashes}\r\n       Total    Copied\r\n${row("Dirs", folders)}${row("Files", files)}${row("Bytes", bytes)}   Times :   0:00:00   0:00:00                       0:00:00   0:00:00\r\n   Ended : today\r\n`;
}

export const WORK = { source: "D:\\photos", target: "E:\\copy" };
export const TRIAL: Answer = ["trial", { exitCode: 1, stdout: summary([3, 1, 2, 0, 0, 0]) }];

/** Answers by what a call is for: "trial", "copy" or "marker". */
export async function run(answers: readonly Answer[], settings: object = {}, more: Partial<KindContext> = {}) {
  const prepared = robocopy.prepare({ ...WORK, ...settings });
  if (!prepared.ok) throw new Error("these settings are good");
  const { context, log } = played(answers, 0);
  const calls: string[][] = [];
  const exec: KindContext["exec"] = (argv, options) => {
    calls.push([...argv]);
    const kind = argv.includes("/L") ? "trial" : argv[3] === MARKER_FILE ? "marker" : "copy";
    return context.exec([kind], options);
  };
  return { outcome: await prepared.value.run({ ...context, exec, folder, ...more }), calls, log };
}

export const copied = (exitCode: number, stdout: string): Answer => ["copy", { exitCode, stdout }];
export const CARRIES = { carries: { from: "fast", to: "archive", datasets: ["photos"] } };
