/**
 * What `borg create --log-json --progress` says on stderr, line by line.
 * https://borgbackup.readthedocs.io/en/stable/internals/frontends.html
 */
import * as z from "zod/mini";
import { type Few, few } from "./few.ts";
import { jsonLines } from "./json-lines.ts";
import { lastLines } from "./last-lines.ts";
import type { LineReader } from "./lines.ts";

const progress = z.object({
  type: z.literal("archive_progress"),
  nfiles: z.optional(z.number()),
  original_size: z.optional(z.number()),
});
const message = z.object({
  type: z.literal("log_message"),
  message: z.string(),
  levelname: z.string(),
  msgid: z.optional(z.string()),
});
const line = z.union([progress, message]);

export interface BorgReport {
  readonly stderr: LineReader;
  /** Files and folders that are not in the archive. */
  readonly unreadable: Few;
  /** Files that are in it, and changed while borg read them. */
  readonly changed: Few;
  /** The last warnings and errors that are not about one file; those that have a message id after it. */
  readonly errors: () => string;
}

/** `/srv/f: [Errno 2] ...`, `/srv/f: open: [Errno 13] ...`. */
const FILE = /^(.+?): (?:\w+: )?\[Errno (\d+)\]/;
const CHANGED = /^(.+): file changed while we backed it up/;
const ENOSPC = "28";
const TOLD = ["WARNING", "ERROR", "CRITICAL"];

/** A reader of one backup; `log` gets the lines that a person wants to see. */
export function borgReport(log: (line: string) => void): BorgReport {
  const found = { unreadable: few(), changed: few() };
  const errors = lastLines();
  let done = -1;
  const text = (said: string) => {
    log(said);
    errors.push(said);
    return true;
  };
  const told = (said: string, msgid: string | undefined) => {
    const [, file, errno] = FILE.exec(said) ?? [];
    const changed = CHANGED.exec(said)?.[1];
    if (changed !== undefined) found.changed.add(changed);
    else if (file !== undefined && errno !== ENOSPC) found.unreadable.add(file);
    else return text(msgid === undefined ? said : `${msgid}: ${said}`);
    log(said);
    return true;
  };
  return {
    ...found,
    errors: errors.text,
    stderr: jsonLines({
      text,
      value: (value) => {
        const said = z.safeParse(line, value);
        if (!said.success) return true;
        if (said.data.type === "log_message") {
          return TOLD.includes(said.data.levelname) ? told(said.data.message, said.data.msgid) : true;
        }
        const { nfiles = 0, original_size = 0 } = said.data;
        const moved = nfiles + original_size > done;
        done = nfiles + original_size;
        return moved;
      },
    }),
  };
}
