/** Duplicati's reports: a real one, and what can be different in others. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { duplicati } from "../../pusher/jobs/duplicati.ts";
import { judgeReport, parseReport } from "../../pusher/jobs/duplicati-report.ts";
import { played } from "./played.ts";

const REAL = readFileSync(join(import.meta.dirname, "../fixtures/duplicati/send-http-json-sample.json"), "utf8");
const sample = z.parse(z.object({ Data: z.looseObject({ BackendStatistics: z.looseObject({}) }) }), JSON.parse(REAL));
const ENDED = Date.parse("2025-04-21T23:46:38.356Z");

const altered = (data: object) => JSON.stringify({ ...sample, Data: { ...sample.Data, ...data } });

function judged(text: string) {
  const report = parseReport(text);
  if (report === undefined) throw new Error("this is a report");
  return judgeReport(report);
}

describe("a report of Duplicati", () => {
  test("of a success tells what was carried", () => {
    expect(judged(REAL)).toEqual({ status: "succeeded", files: 15399, bytes: 8290314, errors: 0 });
  });

  test.each([
    [
      "warnings",
      { ParsedResult: "Warning", WarningsActualLength: 2, Warnings: ["[Warning] C:\\a is locked\r\nat x"] },
      "warned",
      /2 warnings.*is locked\)$/,
    ],
    ["files with errors", { FilesWithError: 3 }, "warned", /3 files with errors/],
    [
      "an error",
      { ParsedResult: "Error", ErrorsActualLength: 1, Errors: ["disk"] },
      "failed",
      /reports Error, with 1 errors \(disk\)/,
    ],
    ["a fatal error", { ParsedResult: "Fatal" }, "failed", /reports Fatal/],
    ["an unknown result", { ParsedResult: "Unknown" }, "failed", /reports Unknown/],
    ["an interruption", { Interrupted: true }, "failed", /stopped before its end/],
    ["a partial backup", { PartialBackup: true }, "failed", /stopped before its end/],
    ["no file", { ExaminedFiles: 0 }, "failed", /no file at all/],
    [
      "a full quota",
      { BackendStatistics: { ...sample.Data.BackendStatistics, ReportedQuotaError: true } },
      "failed",
      /quota/,
    ],
  ])("with %s", (_, data, status, reason) => {
    expect(judged(altered(data))).toMatchObject({ status, reason: expect.stringMatching(reason) });
  });

  test("of an exception has no data, and is a failure", () => {
    const text = JSON.stringify({
      Data: null,
      Extra: { OperationName: "Backup" },
      Exception: "System.IO: no such host\n at y",
    });
    expect(judged(text)).toEqual({ status: "failed", reason: "Duplicati gave up: System.IO: no such host" });
    expect(judged("{}")).toMatchObject({ status: "failed" });
  });
});

describe("a job that reads the report", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-duplicati-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function job() {
    let kept: object | undefined;
    const prepared = duplicati.prepare({ report: "report.json" });
    if (!prepared.ok) throw new Error("these settings are good");
    return (now: number) =>
      prepared.value.run({
        ...played([], now).context,
        folder,
        recall: (schema) => {
          const parsed = z.safeParse(schema, kept);
          return parsed.success ? parsed.data : undefined;
        },
        remember: (value) => {
          kept = value;
        },
      });
  }
  const leave = (text: string) => writeFileSync(join(folder, "report.json"), text);

  test("tells each report once: an old success must not make old data look new", async () => {
    const run = job();
    leave(`\ufeff${REAL}`);
    expect(await run(ENDED + 60_000)).toMatchObject({ status: "succeeded" });
    expect(await run(ENDED + 120_000)).toMatchObject({
      status: "skipped",
      reason: expect.stringContaining("no backup since"),
    });
    leave(altered({ EndTime: "2025-04-22T23:46:38.3568274Z", ParsedResult: "Error" }));
    expect(await run(ENDED + 86_500_000)).toMatchObject({ status: "failed" });
  });

  test.each([
    ["is not there", undefined, /no report at/],
    ["is of a restore", altered({ MainOperation: "Restore" }), /of its operation Restore/],
  ])("is skipped when the report %s", async (_, text, reason) => {
    if (text !== undefined) leave(text);
    expect(await job()(ENDED + 60_000)).toMatchObject({ status: "skipped", reason: expect.stringMatching(reason) });
  });

  test("is skipped when the report is more than a day old, as after a restore of the pusher's state", async () => {
    leave(REAL);
    expect(await job()(ENDED + 90_000_000)).toMatchObject({ status: "skipped" });
  });

  test("has failed when the report is none", async () => {
    leave("MainOperation: Backup\n");
    expect(await job()(ENDED)).toMatchObject({ status: "failed", reason: expect.stringContaining("format=Json") });
  });
});
