/** Robocopy's own words, as people published them, and what the owner is told of them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { robocopy } from "../../pusher/jobs/robocopy.ts";
import { robocopyReport } from "../../pusher/jobs/robocopy-report.ts";
import { MARKER_FILE } from "../../pusher/marker.ts";
import { type Answer, played } from "./played.ts";

const said = (name: string) => readFileSync(join(import.meta.dirname, "../fixtures/robocopy", `${name}.txt`), "utf8");

/** Folders of these names, below which a path of Windows is one too. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-robocopy-"));
  for (const name of ["D:\\photos", "E:\\copy", "\\\\nas\\backup\\photos", "E:\\"]) mkdirSync(join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function summary(
  files: readonly number[],
  more: { folders?: readonly number[]; bytes?: readonly number[]; before?: string } = {},
) {
  const row = (label: string, values: readonly number[]) =>
    `${label.padStart(8)} :${values.map((value) => String(value).padStart(10)).join("")}\r\n`;
  const { folders = [1, 0, 1, 0, 0, 0], bytes = [0, 0, 0, 0, 0, 0], before = "" } = more;
  const dashes = `${"-".repeat(78)}\r\n`;
  return `${dashes}${before}${dashes}\r\n       Total    Copied\r\n${row("Dirs", folders)}${row("Files", files)}${row("Bytes", bytes)}   Times :   0:00:00   0:00:00                       0:00:00   0:00:00\r\n   Ended : today\r\n`;
}

const WORK = { source: "D:\\photos", target: "E:\\copy" };
const TRIAL: Answer = ["trial", { exitCode: 1, stdout: summary([3, 1, 2, 0, 0, 0]) }];

/** Answers by what a call is for: "trial", "copy" or "marker". */
async function run(answers: readonly Answer[], settings: object = {}, more: Partial<KindContext> = {}) {
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

const copied = (exitCode: number, stdout: string): Answer => ["copy", { exitCode, stdout }];
const CARRIES = { carries: { from: "fast", to: "archive", datasets: ["photos"] } };

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

describe("files that could not be copied", () => {
  const settings = { source: "D:\\photos", target: "\\\\nas\\backup\\photos", options: ["/MIR"] };

  test("are named with the cause, those that a retry brought are not", async () => {
    const { outcome, log } = await run([TRIAL, copied(11, said("en-locked"))], settings);
    expect(outcome).toMatchObject({ status: "failed", exitCode: 11, files: 3, bytes: 500, deletions: 2, errors: 1 });
    expect(outcome.reason).toMatch(/^not copied: 1 of them \(a\.pst: another program has it open\): /);
    expect(log).toContain("The process cannot access the file because it is being used by another process.");
    expect(log).toHaveLength(8);
  });

  test("are all named when the output does not show how often each was tried", async () => {
    const { outcome } = await run([TRIAL, copied(8, said("en-locked"))], { ...settings, options: ["/R:9"] });
    expect(outcome.reason).toContain("a.pst: another program has it open, b.txt: the other machine or its share");
  });

  test.each([
    ["2026/09/06 19:05:12 ERRO 5 (0x00000005) Copiando Arquivo D:\\photos\\.env.app", ".env.app: access is denied"],
    ["29/09/2026 2:27:57 PM ERROR 5 (0x00000005) Copying File D:\\photos\\a", "a: access is denied"],
    ["2026/10/01 21:09:16 错误 112 (0x00000070) 正在复制文件 D:\\photos\\比赛.jpg", "比赛.jpg: the target is full"],
    ["2026/10/06 04:19:35 ERROR 5 (0x00000005) Deleting Extra File E:\\copy\\old.cmd", "old.cmd: access is denied"],
    ["2026/10/06 04:19:35 ERROR 4711 (0x00001267)\tCopying File\tD:\\photos\\x y.txt", "x y.txt: error 4711"],
  ])("in any language: %s", async (line, names) => {
    const stdout = `${line}\r\n${summary([3, 1, 1, 0, 1, 0])}`;
    expect((await run([TRIAL, copied(8, stdout)])).outcome.reason).toContain(`(${names})`);
  });

  test("have their names in the code page of the console", async () => {
    const line = Buffer.from("2026/10/05 14:31:02 FEHLER 32 (0x00000020) Datei wird kopiert D:\\photos\\M", "latin1");
    const raw = Buffer.concat([line, Buffer.from([0x81]), Buffer.from(`nchen.pst\r\n${summary([3, 1, 1, 0, 1, 0])}`)]);
    const exec: KindContext["exec"] = async (argv, options) => {
      options?.onStdout?.(argv.includes("/L") ? Buffer.from(summary([3, 1, 2, 0, 0, 0])) : raw);
      return { exitCode: 8, timedOut: false, stdout: "", stderr: "" };
    };
    const prepared = robocopy.prepare(WORK);
    const context = { ...played([], 0).context, exec, folder, codePage: 850 };
    expect((prepared.ok ? await prepared.value.run(context) : undefined)?.reason).toContain(
      "(München.pst: another program",
    );
  });
});

describe("the summary", () => {
  const read = (bytes: Uint8Array, codePage?: number) => {
    const report = robocopyReport(() => undefined, codePage);
    for (const byte of bytes) report.stdout.push(Uint8Array.of(byte));
    report.stdout.end();
    return report.summary();
  };
  const GB = 1024 ** 3;

  test.each([
    ["en-extra-newer", { files: [4, 2, 2, 0, 0, 1], bytes: [13, 7, 6, 0, 0, 3], folders: [1, 0, 1, 0, 0, 0] }],
    [
      "de-run-together",
      { files: [889, 889, 0, 0, 0, 0], bytes: [45.476 * GB, 45.476 * GB, 0, 0, 0, 0], folders: [25, 24, 1, 0, 0, 0] },
    ],
    [
      "es-run-together",
      {
        files: [2, 1, 1, 0, 0, 0],
        bytes: [28.9 * 1024, 14.4 * 1024, 14.4 * 1024, 0, 0, 0],
        folders: [1, 0, 1, 0, 0, 0],
      },
    ],
    [
      "ja",
      {
        files: [10940, 0, 10940, 0, 0, 0],
        bytes: [26.725 * GB, 0, 26.725 * GB, 0, 0, 0],
        folders: [1869, 1869, 1869, 0, 0, 0],
      },
    ],
  ])("of %s is read by position, as bytes and as UTF-16", (name, rows) => {
    const row = ([total = 0, copied = 0, skipped = 0, mismatched = 0, failed = 0, extras = 0]: readonly number[]) => ({
      total: Math.round(total),
      copied: Math.round(copied),
      skipped: Math.round(skipped),
      mismatched,
      failed,
      extras,
    });
    const wanted = { folders: row(rows.folders), files: row(rows.files), bytes: row(rows.bytes) };
    expect(read(Buffer.from(said(name)))).toEqual(wanted);
    expect(read(Buffer.from(`\ufeff${said(name).replaceAll("\n", "\r\n")}`, "utf16le"), 850)).toEqual(wanted);
  });

  test("of a French Windows, whose colons stand apart, whatever the space is", () => {
    const rows =
      "   R\x82p. :         1         0         1         0         0         0\r\nFichiers\xff:     2 048         1         1         0         0         0\r\n";
    expect(read(Buffer.from(rows.replace("2 048", "2.048"), "latin1"), 850)?.files.total).toBe(2048);
  });

  test("is the last one, and numbers too long for their columns cost only the bytes", () => {
    const wide =
      "    Dirs :         1         0         1         0         0         0\n   Files :         2         1         1         0         0         0\n   Bytes :14215743897614215743897         0         0         0         0\n";
    const found = read(Buffer.from(`${summary([9, 9, 9, 9, 9, 9])}${"-".repeat(78)}\n${wide}`));
    expect(found?.files.total).toBe(2);
    expect(found?.bytes).toBeUndefined();
  });

  test("of any numbers and any words before the colon is what it is", () => {
    const counts = fc.array(fc.nat(999_999_999), { minLength: 6, maxLength: 6 });
    const label = fc
      .string({ unit: "grapheme", minLength: 1 })
      .filter((text) => /^[^:：\r\n\0\ufeff]*$/.test(text) && text.trim() !== "");
    fc.assert(
      fc.property(
        fc.array(counts, { minLength: 3, maxLength: 3 }),
        label,
        fc.constantFrom(":", " :", "："),
        (rows, word, colon) => {
          const line = (row: readonly number[]) => `${word}${colon}${row.map((value) => ` ${value}`).join("")}\n`;
          const found = read(Buffer.from(`${"-".repeat(78)}\n\n${rows.map(line).join("")}`));
          const values = [found?.folders, found?.files, found?.bytes].map((row) => Object.values(row ?? {}));
          expect(values).toEqual(rows);
        },
      ),
    );
  });

  test("of no bytes at all makes it throw", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 2000 }),
        fc.constantFrom(undefined, 437, 932),
        (raw, page) => void read(raw, page),
      ),
    );
  });

  test("is none of a file's name", () => {
    expect(
      read(Buffer.from("\t    New File  \t\t     3\tC:\\x 1 2 3 4 5 6\n\t  New Dir\t 1\tD:\\1 2 3 4 5 6\\\n")),
    ).toBeUndefined();
  });
});

test("files, folders and another percent are progress; errors, waiting and the same percent are not", () => {
  const moves: boolean[] = [];
  const report = robocopyReport(() => undefined, undefined);
  const error = "2026/10/05 14:31:02 ERROR 32 (0x00000020) Copying File D:\\a";
  for (const line of ["\t New File\t\t 3\ta", "  0.1%", "  0.1%", "  0.2%", error, "In use.", "Waiting 5 seconds..."]) {
    moves.push(report.stdout.push(Buffer.from(`${line}\r`)));
  }
  expect(moves).toEqual([true, true, false, true, false, false, false]);
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
