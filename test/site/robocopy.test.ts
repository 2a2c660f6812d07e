/**
 * kind = "robocopy" through the whole pusher. Robocopy itself runs on Windows alone: a stand-in takes its place, which copies as it is
 * told, prints what Robocopy printed elsewhere, byte by byte, and ends with its sum of bits. Below a host's folder, a folder may
 * be called `D:\photos`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { type Host, host } from "../pusher/host.ts";
import { carryingJob, inPlaceOf, NO_WORKER } from "./cloud.ts";

let here: Host;
const SOURCE = "D:\\my photos";
const TARGET = "\\\\nas\\backup\\photos";

beforeEach(() => {
  here = host();
  for (const name of [SOURCE, TARGET]) mkdirSync(join(here.folder, name));
  for (const name of ["a.jpg", "b.jpg"]) writeFileSync(join(here.folder, SOURCE, name), name);
  const toNas = { name: "to-nas", kind: "robocopy", from: "fast", to: "archive" };
  const lines = `source = '${SOURCE}\\'\ntarget = '${TARGET}'\noptions = ["/MIR"]`;
  here.configure(NO_WORKER, carryingJob({ ...toNas, paths: { fast: SOURCE, archive: TARGET } }, lines));
});
afterEach(() => here.remove());

/** A stand-in that keeps each command line; `said` is what it prints when it copies, `code` what it ends with then. */
function standIn(said: string | Uint8Array, code: number): void {
  const row = (name: string, total: number) =>
    `${name.padStart(8)} :${String(total).padStart(10)}         0         0         0         0         0`;
  const trial = ["-".repeat(78), row("Dirs", 1), row("Files", 3), row("Bytes", 10)].join("\r\n");
  writeFileSync(join(here.folder, "trial.txt"), `${trial}\r\n`);
  writeFileSync(join(here.folder, "said.txt"), said);
  inPlaceOf(
    here,
    "robocopy",
    `printf '%s\\n' "$*" >> calls.txt
case " $* " in
  *" /L "*) cat trial.txt; exit 1 ;;
  *" /XF "*) cp "$1"/*.jpg "$2"/; cat said.txt; exit ${code} ;;
  *" ${MARKER_FILE} "*) cp "$1/${MARKER_FILE}" "$2"/; cat trial.txt; exit 1 ;;
esac`,
  );
}

const fixture = (name: string) =>
  readFileSync(join(import.meta.dirname, "../fixtures/robocopy", `${name}.txt`), "utf8");
const copied = () => readdirSync(join(here.folder, TARGET)).sort();

test("a run that copied is a success of the pusher, proven by the marker that went last", async () => {
  standIn(fixture("de-run-together"), 1);
  expect((await here.pusher("run", "to-nas")).code).toBe(0);
  const last = here.spooled().at(-1);
  expect(last).toMatchObject({ status: "succeeded", exitCode: 0, files: 889, deletions: 0, errors: 0 });
  expect(last?.seen).toMatchObject([{ marker: last?.born?.[0]?.marker, tier: "archive" }]);
  expect(readFileSync(join(here.folder, "calls.txt"), "utf8").trimEnd().split("\n")).toEqual([
    `${SOURCE} ${TARGET} /E /MIR /BYTES /R:2 /W:5 /L /NFL`,
    `${SOURCE} ${TARGET} /E /MIR /BYTES /R:2 /W:5 /XF ${MARKER_FILE}`,
    `${SOURCE} ${TARGET} ${MARKER_FILE} /LEV:1 /BYTES /R:2 /W:5`,
  ]);
});

test("one that left files out ends with Robocopy's code, names them, and copies no marker", async () => {
  standIn(fixture("en-locked"), 11);
  expect((await here.pusher("run", "to-nas")).code).toBe(11);
  expect(here.spooled().at(-1)).toMatchObject({
    status: "failed",
    deletions: 2,
    reason: expect.stringContaining("another program has it open"),
    logTail: expect.stringContaining("ERROR 32 (0x00000020) Copying File"),
  });
  expect(copied()).toEqual(["a.jpg", "b.jpg"]);
});

test("one that was ended by the Task Manager, which gives 1, has failed", async () => {
  standIn("\tNew File\t\t 3\ta.jpg\r\n", 1);
  expect((await here.pusher("run", "to-nas")).code).toBe(1);
  expect(here.spooled().at(-1)?.reason).toMatch(/before its summary/);
});
