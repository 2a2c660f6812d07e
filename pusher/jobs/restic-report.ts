/**
 * What `restic backup --json` says, line by line: states and the summary on stdout, files that it could not read on stderr,
 * and between them plain text (before 0.17 most errors). https://restic.readthedocs.io/en/stable/075_scripting.html
 */
import * as z from "zod/mini";
import { type Few, few } from "./few.ts";
import { jsonLines } from "./json-lines.ts";
import { lastLines } from "./last-lines.ts";
import type { LineReader } from "./lines.ts";

const summary = z.object({
  message_type: z.literal("summary"),
  data_added: z.number(),
  total_files_processed: z.number(),
  /** Absent when restic was told to save no snapshot of what did not change. */
  snapshot_id: z.optional(z.string()),
});
export type Summary = z.infer<typeof summary>;

const status = z.object({
  message_type: z.literal("status"),
  bytes_done: z.optional(z.number()),
  files_done: z.optional(z.number()),
});
const unreadable = z.object({
  message_type: z.literal("error"),
  item: z.optional(z.string()),
  error: z.optional(z.object({ message: z.optional(z.string()), Path: z.optional(z.string()) })),
});
const exitError = z.object({ message_type: z.literal("exit_error"), message: z.string() });
const stdoutLine = z.union([summary, status]);
const stderrLine = z.union([unreadable, exitError]);

export interface ResticReport {
  readonly stdout: LineReader;
  readonly stderr: LineReader;
  readonly summary: () => Summary | undefined;
  /** Files and folders that could not be read. */
  readonly unreadable: Few;
  /** Sources that do not exist; restic before 0.19 leaves them out and exits 0. */
  readonly absent: Few;
  /** The last errors that are not about one file. */
  readonly errors: () => string;
}

const ABSENT = /^(.*) does not exist, skipping$/;
/** Said again and again, for up to 15 minutes, while the repository does not answer. */
const RETRY = /returned error, retrying after/;

/** A reader of one backup; `log` gets the lines that a person wants to see. */
export function resticReport(log: (line: string) => void, carried?: (bytes: number) => void): ResticReport {
  const found = { unreadable: few(), absent: few(), errors: lastLines() };
  let last: Summary | undefined;
  let done = -1;
  const text = (line: string) => {
    log(line);
    const absent = ABSENT.exec(line)?.[1];
    if (absent === undefined) found.errors.push(line);
    else found.absent.add(absent);
    return !RETRY.test(line);
  };
  return {
    ...found,
    errors: found.errors.text,
    summary: () => last,
    stdout: jsonLines({
      text,
      value: (value) => {
        const line = z.safeParse(stdoutLine, value);
        if (!line.success) return true;
        if (line.data.message_type === "summary") {
          last = line.data;
          return true;
        }
        // A repository that is gone does not keep restic from telling its state each second.
        const { bytes_done = 0, files_done = 0 } = line.data;
        const moved = bytes_done + files_done > done;
        done = bytes_done + files_done;
        carried?.(bytes_done);
        return moved;
      },
    }),
    stderr: jsonLines({
      text,
      value: (value) => {
        const line = z.safeParse(stderrLine, value);
        if (!line.success) return text(JSON.stringify(value));
        if (line.data.message_type === "exit_error") return text(line.data.message);
        const name = line.data.item ?? line.data.error?.Path ?? "a file without a name";
        found.unreadable.add(name);
        log(`could not be read: ${name}${line.data.error?.message ? ` (${line.data.error.message})` : ""}`);
        return true;
      },
    }),
  };
}
