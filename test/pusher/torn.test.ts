/**
 * A tool that copies file by file, the marker first, is cut off at any point. Whatever then lies in its target and is carried on
 * from there: no host gets the worker to believe that a copy is newer than it is. What the worker believes are sightings of
 * markers whose birth it was told of.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { arrivals, noteReported } from "../../pusher/arrivals.ts";
import { checkConfig } from "../../pusher/config.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { commandJob, type Host, host } from "./host.ts";
import { played } from "./played.ts";

const NO_WORKER = "http://127.0.0.1:9";
const FILES = ["a", "b", "c"];
const CARRIES = `from = "fast"\nto = "archive"\ndatasets = ["apps"]\nwindow = "1d"\n`;
const dataset = (...tiers: string[]) =>
  `[[datasets]]\nname = "apps"\nborn = "fast"\npaths = { ${tiers.map((tier) => `${tier} = "${tier}"`).join(", ")} }\n`;

let here: Host;
/** The version of the data that each marker stands for. */
let stoodFor: Map<string, number>;
/** All that beats ever reported as whole: where, and which marker. */
let reported: { readonly tier: string; readonly marker: string }[];

beforeEach(() => {
  here = host();
  stoodFor = new Map();
  reported = [];
  for (const tier of ["fast", "archive", "staging"]) mkdirSync(join(here.folder, tier));
  // The one file that is old enough to be sampled never changes, so samples give nothing away.
  writeFileSync(join(here.folder, "fast/old"), "old");
  utimesSync(join(here.folder, "fast/old"), 1_700_000_000, 1_700_000_000);
});
afterEach(() => here.remove());

function work(version: number): void {
  for (const name of FILES) writeFileSync(join(here.folder, "fast", name), String(version));
}

/** The marker first, then file by file; after so many of them, `how` happens. */
function copies(after: number, how: string): string {
  const steps = [MARKER_FILE, "old", ...FILES].map((name) => `cp -p fast/${name} archive/`);
  return [...steps.slice(0, after), how, ...steps.slice(after)].join("\n");
}

function configure(script: string): void {
  here.configure(NO_WORKER, dataset("fast", "archive") + commandJob("nightly", ["sh", "-ec", script], CARRIES));
}

/** The version as of which a tier is complete. */
function heldBy(tier: string): number {
  return Math.min(...FILES.map((name) => Number(readFileSync(join(here.folder, tier, name), "utf8"))));
}

/** Notes what the markers that lie about now stand for, if nobody has seen them before. */
function noteMarkers(version: number): void {
  for (const tier of ["fast", "archive"]) {
    const file = join(here.folder, tier, MARKER_FILE);
    if (!existsSync(file)) continue;
    const { id } = JSON.parse(readFileSync(file, "utf8"));
    if (!stoodFor.has(id)) stoodFor.set(id, version);
  }
}

async function beatOf(toml: string): Promise<void> {
  const config = checkConfig(toml, join(here.folder, "pusher.toml"), "pusher.toml");
  if (!config.ok) throw new Error(config.failure.join("\n"));
  const { context } = played([], Date.now());
  const secret = () => ({ ok: true as const, value: "" });
  const seen = await arrivals(config.value, Date.now, () => undefined, { ...context, secret });
  noteReported(config.value.state, seen);
  reported.push(...seen.filter(({ missing, mismatched }) => missing + mismatched === 0));
}

/** By tier, the newest version that the worker believes after a beat of either host. */
async function believed(): Promise<Record<string, number>> {
  // Something carries on by itself, as Syncthing does, knowing of no run; the other host has no job.
  cpSync(join(here.folder, "archive"), join(here.folder, "staging"), { recursive: true, preserveTimestamps: true });
  const head = `worker = "${NO_WORKER}"\nkey = "file:k"\nbeat = { every = "5m", grace = "5m" }\n`;
  await beatOf(readFileSync(join(here.folder, "pusher.toml"), "utf8"));
  await beatOf(`${head}state = "winvm-state"\n${dataset("archive", "staging")}`);
  const runs = here.spooled();
  const births = new Set(runs.flatMap(({ born }) => (born ?? []).map(({ marker }) => marker)));
  const newest: Record<string, number> = {};
  for (const { tier, marker } of [...reported, ...runs.flatMap(({ seen }) => seen ?? [])]) {
    if (births.has(marker)) newest[tier] = Math.max(newest[tier] ?? 0, stoodFor.get(marker) ?? Number.NaN);
  }
  return newest;
}

async function runAt(version: number, script: string): Promise<number | null> {
  work(version);
  configure(script);
  const { code } = await here.pusher("run", "nightly");
  noteMarkers(version);
  return code;
}

const bothHold = (version: number) => ({ archive: version, staging: version });
const WHOLE = copies(5, "true");

describe("of a copy made file by file, the marker first", () => {
  test.each([
    ["fails", "exit 11"],
    ["is killed", "kill -KILL $$"],
    ["is killed with its pusher", "kill -KILL $PPID; kill -KILL $$"],
    ["is ended with its pusher", "kill -TERM $PPID; sleep 60"],
  ])("a run that %s, wherever it is, proves nothing; the next whole one does", async (_, how) => {
    expect(await runAt(1, WHOLE)).toBe(0);
    expect(await believed()).toEqual(bothHold(1));
    let version = 1;
    for (const after of [0, 1, 3, 5]) {
      version += 1;
      expect(await runAt(version, copies(after, how))).not.toBe(0);
      expect(await believed(), `cut off after ${after} files`).toEqual(bothHold(1));
    }
    expect(heldBy("archive")).toBe(version);
    expect(await runAt(version + 1, WHOLE)).toBe(0);
    expect(await believed()).toEqual(bothHold(version + 1));
  });

  test("a run that still goes on proves nothing", async () => {
    expect(await runAt(1, WHOLE)).toBe(0);
    expect(await believed()).toEqual(bothHold(1));
    work(2);
    configure(copies(2, "echo half way; until [ -e go ]; do sleep 0.05; done"));
    const running = here.start("run", "nightly");
    await running.says("half way");
    noteMarkers(2);
    expect(await believed()).toEqual(bothHold(1));
    writeFileSync(join(here.folder, "go"), "");
    expect((await running.ended).code).toBe(0);
    expect(await believed()).toEqual(bothHold(2));
  });
});

test("who else carries from the source is believed, though another job's run from there was cut off", async () => {
  expect(await runAt(1, copies(1, "exit 11"))).toBe(11);
  for (const name of [MARKER_FILE, "old", ...FILES])
    cpSync(join(here.folder, "fast", name), join(here.folder, "staging", name));
  rmSync(join(here.folder, "archive"), { recursive: true });
  mkdirSync(join(here.folder, "archive"));
  expect(await believed()).toEqual({ staging: 1 });
});
