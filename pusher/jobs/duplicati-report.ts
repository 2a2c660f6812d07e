/**
 * Duplicati's report of one operation as JSON, and what it means. Pure. The same text comes by `--send-http-json-urls` and to
 * scripts (`--run-script-result-output-format=Json`): `Data` is absent when Duplicati gave up with an exception.
 */
import * as z from "zod/mini";
import type { JobOutcome } from "./job.ts";

const count = z.optional(z.number());
const report = z.object({
  Data: z.optional(
    z.nullable(
      z.object({
        MainOperation: z.string(),
        ParsedResult: z.string(),
        Interrupted: z.optional(z.boolean()),
        PartialBackup: z.optional(z.boolean()),
        BeginTime: z.string(),
        EndTime: z.string(),
        ExaminedFiles: count,
        FilesWithError: count,
        ErrorsActualLength: count,
        WarningsActualLength: count,
        Errors: z.optional(z.nullable(z.array(z.string()))),
        Warnings: z.optional(z.nullable(z.array(z.string()))),
        BackendStatistics: z.optional(
          z.nullable(
            z.object({ BytesUploaded: count, BackupListCount: count, ReportedQuotaError: z.optional(z.boolean()) }),
          ),
        ),
      }),
    ),
  ),
  Extra: z.optional(z.nullable(z.object({ OperationName: z.optional(z.string()) }))),
  Exception: z.optional(z.nullable(z.string())),
});
export type DuplicatiReport = z.infer<typeof report>;
type Data = NonNullable<DuplicatiReport["Data"]>;

export function parseReport(text: string): DuplicatiReport | undefined {
  try {
    const parsed = z.safeParse(report, JSON.parse(text.replace(/^\ufeff/, "")));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

export function operationOf({ Data: data, Extra: extra }: DuplicatiReport): string | undefined {
  return data?.MainOperation ?? extra?.OperationName;
}

/** What the reported backup was. */
export function judgeReport({ Data: data, Exception: exception }: DuplicatiReport): JobOutcome {
  if (exception) return { status: "failed", reason: `Duplicati gave up: ${firstLine(exception)}`, ...amounts(data) };
  if (!data) return { status: "failed", reason: "Duplicati's report does not say what became of the backup" };
  const trouble = troubleOf(data);
  if (trouble !== undefined) return { status: "failed", reason: `${trouble}${example(data.Errors)}`, ...amounts(data) };
  const unread = data.FilesWithError ?? 0;
  if (data.ParsedResult === "Success" && unread === 0) return { status: "succeeded", ...amounts(data) };
  const said = `${data.WarningsActualLength ?? 0} warnings, ${unread} files with errors`;
  const reason = `the backup was made, but with ${said}${example(data.Warnings)}`;
  return { status: "warned", reason, ...amounts(data) };
}

function troubleOf(data: Data): string | undefined {
  if (data.BackendStatistics?.ReportedQuotaError === true) return "the quota of the target is used up: make room";
  if (data.Interrupted === true || data.PartialBackup === true) return "the backup was stopped before its end";
  if (data.ParsedResult !== "Success" && data.ParsedResult !== "Warning") {
    return `Duplicati reports ${data.ParsedResult}, with ${data.ErrorsActualLength ?? 0} errors`;
  }
  return data.ExaminedFiles === 0 ? "Duplicati found no file at all: is its source there and mounted?" : undefined;
}

function amounts(data: Data | null | undefined): Pick<JobOutcome, "bytes" | "files" | "errors"> {
  if (!data) return {};
  const { ExaminedFiles: files, FilesWithError: errors, BackendStatistics: backend } = data;
  return {
    ...(files === undefined ? {} : { files }),
    ...(backend?.BytesUploaded === undefined ? {} : { bytes: backend.BytesUploaded }),
    ...(errors === undefined ? {} : { errors }),
  };
}

function example(lines: readonly string[] | null | undefined): string {
  const first = lines?.[0];
  return first === undefined ? "" : ` (${firstLine(first)})`;
}

function firstLine(text: string): string {
  return (text.split(/\r?\n/)[0] ?? "").trim().slice(0, 300);
}
