/**
 * A marker that Syncthing carries on from a tier in which it was not born lies there when its scan begins, and is told in the middle
 * of it. How early a receiver may count it, on a real pair: until it has heard the end of that scan, and no longer.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { hasArrived } from "../../pusher/jobs/syncthing-arrived.ts";
import { syncthingSettings } from "../../pusher/jobs/syncthing-settings.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { FOLDER, type SyncthingPair, syncthingPair } from "./syncthing.ts";
import { missing } from "./tools.ts";

const absent = missing(["syncthing"], "a marker over two hops of Syncthing");
/** More than Syncthing tells of at once. */
const FILES = 1_100;
const sequence = z.object({ sequence: z.number() });

let folder: string;
let pair: SyncthingPair;

describe.skipIf(absent.length > 0)("a marker that was born one tier before", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-hops-"));
    const [from, to] = [join(folder, "archive"), join(folder, "staging")];
    for (const path of [join(from, ".stfolder"), join(from, "apps/z"), join(to, ".stfolder")])
      mkdirSync(path, { recursive: true });
    pair = await syncthingPair(join(folder, "syncthing"), from, to);
    await pair.start();
  });
  afterAll(async () => {
    await pair?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("counts at the earliest in the scan that finds it, and after that scan not before its data", async () => {
    for (const version of [1, 2]) {
      write(version);
      let scanned = false;
      const scan = pair.sender.rest("POST", `/db/scan?folder=${FOLDER}`).then(() => {
        scanned = true;
      });
      for (let counted = false; !counted || !scanned; ) {
        await new Promise((next) => setTimeout(next, 20));
        const heardAll = scanned && (await heard()) >= (await told());
        counted = markerHere() === version && (await arrived());
        if (counted && heardAll) expect(oldest()).toBe(version);
        if (counted && !heardAll) counted = oldest() === version;
      }
      await scan;
    }
  });
});

/** A good night of the tier before: the data, and last its marker. */
function write(version: number): void {
  const apps = join(folder, "archive/apps");
  for (let i = 0; i < FILES; i += 1) writeFileSync(join(apps, "z", String(i)), String(version));
  writeFileSync(join(apps, MARKER_FILE), JSON.stringify({ version }));
}

const here = (...names: string[]) => join(folder, "staging/apps", ...names);

function markerHere(): number | undefined {
  try {
    return JSON.parse(readFileSync(here(MARKER_FILE), "utf8")).version;
  } catch {
    return undefined;
  }
}

/** The oldest version of any file that arrived; 0 while one has never come. */
function oldest(): number {
  const versions = Array.from({ length: FILES }, (_, i) => {
    try {
      return Number(readFileSync(here("z", String(i)), "utf8"));
    } catch {
      return 0;
    }
  });
  return Math.min(...versions);
}

async function arrived(): Promise<boolean> {
  const config = join(pair.receiver.home, "config.xml");
  const own = z.parse(syncthingSettings, { folder: FOLDER, side: "receiving", config });
  const answer = await hasArrived(own, here(), {
    secret: (value) => ({ ok: true, value }),
    hide: () => undefined,
    host: { env: process.env, platform: process.platform },
    folder,
    stopping: new AbortController().signal,
  });
  return answer.ok;
}

/** How many changes the sending side has told of, and how many the receiving side has heard. */
const told = async () => z.parse(sequence, await pair.sender.rest("GET", `/db/status?folder=${FOLDER}`)).sequence;
const heard = async () => {
  const of = `folder=${FOLDER}&device=${pair.sender.device}`;
  return z.parse(sequence, await pair.receiver.rest("GET", `/db/completion?${of}`)).sequence;
};
