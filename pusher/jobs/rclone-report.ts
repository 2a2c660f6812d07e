/**
 * What rclone says with `--use-json-log`: errors by file, and statistics from time to time. Its very last line is plain text
 * before 1.69. https://rclone.org/docs/#use-json-log
 */
import * as z from "zod/mini";
import { type Few, few } from "./few.ts";
import { jsonLines } from "./json-lines.ts";
import { lastLines } from "./last-lines.ts";
import type { LineReader } from "./lines.ts";

const stats = z.object({
  bytes: z.number(),
  checks: z.number(),
  deletes: z.number(),
  errors: z.number(),
  transfers: z.number(),
  /** From 1.66 on: what was seen so far, which moves while a large tree is read. */
  listed: z.optional(z.number()),
});
type Stats = z.infer<typeof stats>;

const line = z.object({
  level: z.string(),
  msg: z.string(),
  object: z.optional(z.string()),
  objectType: z.optional(z.string()),
  stats: z.optional(stats),
});
type Line = z.infer<typeof line>;

export interface RcloneReport {
  readonly stderr: LineReader;
  /** The last statistics that were told. */
  readonly stats: () => Stats | undefined;
  /** Files that were not carried, in the last of rclone's attempts. */
  readonly failures: () => Few;
  /** The last errors that are not about one file. */
  readonly errors: () => string;
}

const ATTEMPT = /^Attempt \d+\/\d+ /;
const FATAL = ["error", "critical", "alert", "emergency"];

/** A reader of one call; `log` gets the lines that a person wants to see. */
export function rcloneReport(log: (line: string) => void, carried?: (bytes: number) => void): RcloneReport {
  const errors = lastLines();
  let failures = few();
  let attemptOver = false;
  let last: Stats | undefined;
  const text = (said: string) => {
    log(said);
    errors.push(said);
    return true;
  };
  const failure = (name: string, said: Line) => {
    // The next attempt carries what the last one did not: only what is left then counts.
    if (attemptOver) failures = few();
    attemptOver = false;
    failures.add(name);
    return text(`${name}: ${said.msg}`);
  };
  return {
    errors: errors.text,
    failures: () => failures,
    stats: () => last,
    stderr: jsonLines({
      text,
      value: (value) => {
        const said = z.safeParse(line, value);
        if (!said.success) return true;
        if (said.data.stats !== undefined) {
          const moved = last === undefined || sum(said.data.stats) > sum(last);
          last = said.data.stats;
          carried?.(last.bytes);
          return moved;
        }
        if (!FATAL.includes(said.data.level)) return true;
        attemptOver ||= ATTEMPT.test(said.data.msg);
        const { object, objectType, msg } = said.data;
        // The object of an error of the whole tree is the tree: *local.Fs, *s3.Fs.
        const isFile = object !== undefined && objectType?.endsWith("Fs") === false;
        return isFile ? failure(object, said.data) : text(msg);
      },
    }),
  };
}

function sum({ bytes, checks, deletes, transfers, listed = 0 }: Stats): number {
  return bytes + checks + deletes + transfers + listed;
}
