import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { robocopy } from "../../pusher/jobs/robocopy.ts";
import { robocopyReport } from "../../pusher/jobs/robocopy-report.ts";
import { played } from "./played.ts";
import { copied, folder, run, said, summary, TRIAL, WORK } from "./robocopy-played.ts";

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
