/** A run of kind robocopy: what it asks Robocopy to do, and what its exit codes mean. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { robocopy } from "../../pusher/jobs/robocopy.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import type { Answer } from "./played.ts";
import { CARRIES, copied, folder, run, said, summary, TRIAL, WORK } from "./robocopy-played.ts";

describe("a run", () => {
  test("tries first, then copies with an end to its patience, and tells what it moved", async () => {
    const bytes = [4500, 1500, 3000, 0, 0, 0];
    const { outcome, calls } = await run([TRIAL, copied(1, summary([3, 1, 2, 0, 0, 0], { bytes }))]);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 3, bytes: 1500, deletions: 0, errors: 0 });
    expect(calls).toEqual([
      ["robocopy", "D:\\photos", "E:\\copy", "/E", "/BYTES", "/R:2", "/W:5", "/L", "/NFL"],
      ["robocopy", "D:\\photos", "E:\\copy", "/E", "/BYTES", "/R:2", "/W:5"],
    ]);
  });

  test("takes retries and waits that are told in place of its own", async () => {
    const { calls } = await run([TRIAL, copied(0, summary([3, 0, 3, 0, 0, 0]))], { options: ["/r:9", "/W:1", "/MIR"] });
    expect(calls[1]?.slice(3)).toEqual(["/E", "/r:9", "/W:1", "/MIR", "/BYTES"]);
  });

  test.each([
    ["D:\\photos\\", "D:\\photos"],
    ["D:/photos/2026", "D:\\photos\\2026"],
    ["D:\\my photos\\", "D:\\my photos"],
    ["D:\\", "D:\\"],
    ["D:/", "D:\\"],
    ["\\\\nas\\my photos\\", "\\\\nas\\my photos"],
    ["//nas/share/a b/", "\\\\nas\\share\\a b"],
  ])("hands %s on without a backslash that a closing quote would follow", async (source, given) => {
    expect((await run([TRIAL, copied(0, summary([3, 0, 3, 0, 0, 0]))], { source })).calls[1]?.[1]).toBe(given);
  });

  test("leaves the markers to the end, and then deletes nothing", async () => {
    const marker: Answer = ["marker", { exitCode: 1, stdout: summary([1, 1, 0, 0, 0, 0]) }];
    const { outcome, calls } = await run(
      [TRIAL, marker, copied(1, summary([3, 1, 2, 0, 0, 0]))],
      { options: ["/MIR"] },
      CARRIES,
    );
    expect(outcome).toMatchObject({ status: "succeeded", files: 3 });
    expect(calls[1]?.slice(-2)).toEqual(["/XF", MARKER_FILE]);
    expect(calls[2]).toEqual(["robocopy", "D:\\photos", "E:\\copy", MARKER_FILE, "/S", "/BYTES", "/R:2", "/W:5"]);
  });

  test("looks only into the root when the one marker lies there", async () => {
    const marker: Answer = ["marker", { exitCode: 1, stdout: summary([1, 1, 0, 0, 0, 0]) }];
    writeFileSync(join(folder, WORK.source, MARKER_FILE), "{}");
    writeFileSync(join(folder, WORK.source, "p.jpg"), "x");
    const { calls } = await run([TRIAL, marker, copied(1, summary([3, 1, 2, 0, 0, 0]))], {}, CARRIES);
    rmSync(join(folder, WORK.source, MARKER_FILE));
    expect(calls[2]?.slice(3, 5)).toEqual([MARKER_FILE, "/LEV:1"]);
  });

  test("that did not copy everything copies no marker, and one without its marker has failed", async () => {
    const failed = await run([TRIAL, copied(8, summary([3, 1, 1, 0, 1, 0]))], {}, CARRIES);
    expect(failed.calls).toHaveLength(2);
    const marker: Answer = ["marker", { exitCode: 8, stdout: said("en-locked") }];
    const { outcome } = await run([TRIAL, marker, copied(0, summary([3, 0, 3, 0, 0, 0]))], {}, CARRIES);
    expect(outcome).toMatchObject({
      status: "failed",
      reason: expect.stringMatching(/^all but the marker was copied: not/),
    });
  });
});

describe("the exit code", () => {
  const ends = async (exitCode: number, options: readonly string[] = []) =>
    (await run([TRIAL, copied(exitCode, summary([4, 1, 1, 2, 0, 5]))], { options })).outcome;

  test.each([0, 1, 2, 3])("%d is a success, whose extras are no deletions without /MIR", async (exitCode) => {
    expect(await ends(exitCode)).toMatchObject({ status: "succeeded", exitCode: 0, deletions: 0 });
  });

  test.each([["/MIR"], ["/purge"]])("with %s extras were deleted", async (option) => {
    expect(await ends(3, [option])).toMatchObject({ status: "succeeded", deletions: 5 });
  });

  test.each([4, 5, 6, 7])("%d is a warning that says what mismatches", async (exitCode) => {
    const outcome = await ends(exitCode);
    expect(outcome).toMatchObject({ status: "warned", exitCode: 0 });
    expect(outcome.reason).toMatch(/^2 names stand for a file on one side and for a folder on the other/);
  });

  test.each([8, 9, 11, 15, 16])("%d is a failure", async (exitCode) => {
    expect(await ends(exitCode)).toMatchObject({ status: "failed", exitCode });
  });

  test("1 of a Robocopy that somebody ended is no success: its summary is missing", async () => {
    const { outcome } = await run([TRIAL, copied(1, "\tNew File\t\t 3\ta.jpg\r\n")]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringContaining("before its summary") });
  });

  test.each([
    [0xc000013a, /Ctrl-C, a log-off/],
    [0xc0000142, /Windows ended Robocopy \(0xC0000142\)/],
    [16, /could do nothing/],
  ])("%d without words is told as what it is", async (exitCode, says) => {
    expect((await run([TRIAL, copied(exitCode, "")])).outcome.reason).toMatch(says);
  });

  test("0 with files that failed is a failure all the same", async () => {
    expect((await run([TRIAL, copied(0, summary([3, 0, 2, 0, 1, 0]))])).outcome.status).toBe("failed");
  });
});

describe("nothing is copied or deleted", () => {
  const nothing = async (trial: Answer[1], reason: RegExp, settings: object = {}, more: Partial<KindContext> = {}) => {
    const ran = await run([["trial", trial]], { options: ["/MIR"], ...settings }, more);
    expect(ran.outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
    expect(ran.calls.length).toBeLessThan(2);
    return ran.log;
  };
  const missing = `2026/10/05 14:31:02 FEHLER 3 (0x00000003) Quellverzeichnis wird ge\x94ffnet D:\\photos\\\r\nDas System kann den Pfad nicht finden.\r\n`;

  test("from an empty source", () =>
    nothing(
      { exitCode: 2, stdout: summary([0, 0, 0, 0, 0, 900]) },
      /^D:\\photos holds no file at all: is its disk there/,
    ));

  test("from a source that holds nothing but the marker", async () => {
    mkdirSync(join(folder, "F:\\empty"));
    writeFileSync(join(folder, "F:\\empty", MARKER_FILE), "{}");
    const trial = { exitCode: 3, stdout: summary([1, 1, 0, 0, 0, 900]) };
    await nothing(trial, /holds no file at all/, { source: "F:\\empty" }, CARRIES);
  });

  test("from a source that is not there, or is behind a network that is down", async () => {
    const log = await nothing(
      { exitCode: 16, stdout: missing },
      /^D:\\photos\\: it is not there: .*Nothing was copied$/,
    );
    expect(log.join("\n")).toContain("Das System kann den Pfad nicht finden.");
    const down = missing.replace("3 (0x00000003)", "53 (0x00000035)");
    await nothing({ exitCode: 16, stdout: down }, /cannot be reached: does it run/);
    await nothing({ exitCode: 9, stdout: down + summary([0, 0, 0, 0, 0, 7]) }, /cannot be reached/);
  });

  test("when it would delete more than max_deletions allows, whole folders counted", async () => {
    const trial = { exitCode: 3, stdout: summary([9, 1, 8, 0, 0, 5], { folders: [2, 0, 2, 0, 0, 1] }) };
    await nothing(trial, /would delete 6 files and folders, more than `max_deletions` allows \(5\)/, {
      max_deletions: 5,
    });
    const allowed = await run([["trial", trial], copied(3, summary([9, 1, 8, 0, 0, 5]))], {
      max_deletions: 6,
      options: ["/MIR"],
    });
    expect(allowed.outcome).toMatchObject({ status: "succeeded", deletions: 5 });
    const kept = await run([["trial", trial], copied(3, summary([9, 1, 8, 0, 0, 5]))], { max_deletions: 0 });
    expect(kept.outcome).toMatchObject({ status: "succeeded", deletions: 0 });
  });

  test("into a target that is not there", () =>
    nothing({}, /no folder G:\\usb: is its disk there/, { target: "G:\\usb" }));

  test("when the trial was killed or could not begin", async () => {
    await nothing({ signal: "SIGKILL" }, /ended by SIGKILL/);
    await nothing({ startError: "there is no program `robocopy` on the PATH" }, /no program `robocopy`/);
  });
});

test.each([
  ["source", "photos"],
  ["source", "D:photos"],
  ["source", "\\photos"],
  ["target", "\\\\?\\D:\\photos"],
  ["target", "/mnt/photos"],
  ["options", ["/MOVE"]],
  ["options", ["/l"]],
  ["options", ["/UNILOG+:x.log"]],
  ["options", ["/mon:1"]],
  ["options", ["/NJS"]],
])("%s = %s is refused", (key, value) => {
  expect(robocopy.prepare({ ...WORK, [key]: value }).ok).toBe(false);
});
