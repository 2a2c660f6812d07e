/** One run of `kind = "duplicati"`: the report that Duplicati left, told once. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import * as z from "zod/mini";
import { codeOf, reasonOf } from "../files.ts";
import { type DuplicatiReport, judgeReport, operationOf, parseReport } from "./duplicati-report.ts";
import type { JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";

const OLD_MS = 86_400_000;

const memory = z.object({ told: z.string() });

/** Reads the report at this path. */
export async function runDuplicati(path: string, context: KindContext): Promise<JobOutcome> {
  const file = resolve(context.folder, path);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if (codeOf(error) !== "ENOENT") return { status: "failed", reason: `${file} cannot be read: ${reasonOf(error)}` };
    return { status: "skipped", reason: `Duplicati has left no report at ${file} yet` };
  }
  const report = parseReport(text);
  if (report !== undefined) return tell(report, text, context);
  const reason = `${file} is no report of Duplicati as JSON: is --run-script-result-output-format=Json set?`;
  return { status: "failed", reason };
}

function tell(report: DuplicatiReport, text: string, context: KindContext): JobOutcome {
  const operation = operationOf(report);
  if (operation !== undefined && operation !== "Backup") {
    return { status: "skipped", reason: `the last report of Duplicati is of its operation ${operation}` };
  }
  // A report without times (Duplicati gave up early) is known by its whole text.
  const which = report.Data?.EndTime ?? text.slice(0, 2_000);
  if (context.recall(memory)?.told === which) {
    return {
      status: "skipped",
      reason: `Duplicati has ended no backup since ${report.Data?.EndTime ?? "the last run"}`,
    };
  }
  const endedAt = report.Data === undefined || report.Data === null ? context.now() : Date.parse(report.Data.EndTime);
  if (!(context.now() - endedAt < OLD_MS)) {
    return { status: "skipped", reason: `Duplicati's last report is of ${report.Data?.EndTime}, more than a day ago` };
  }
  context.remember({ told: which });
  return judgeReport(report);
}
