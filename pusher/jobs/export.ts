/**
 * `kind = "export"`: runs an application's own dump (pg_dump, mysqldump, sqlite3 .backup, docker exec …) and keeps the last N.
 *
 * `output = "immich.sql"` makes `immich-20261123T020000Z.sql`, in UTC. The dump is written beside that name and gets it only once
 * it is whole: the program ended with 0, the file is not empty, it ends as a dump of its `format` ends, and the `check` command,
 * if there is one, took it. Older dumps are deleted only after that. So every file that has such a name is a good dump, and a
 * bad night deletes none.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { argv, filled } from "../config/fields.ts";
import { reasonOf, removeIfThere, rename, syncFolder } from "../files.ts";
import { environment, resolveEnv } from "./environment.ts";
import { FORMATS, faultOf } from "./export-formats.ts";
import type { Ended, JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";

const settings = z
  .strictObject({
    /** Prints the dump, or writes it itself to `{output}`. */
    argv,
    output: filled,
    keep: z.int("write a whole number").check(z.minimum(1, "keep at least 1")),
    format: z.optional(z.enum(FORMATS, `write one of ${FORMATS.map((one) => `"${one}"`).join(", ")}`)),
    /** Takes a dump as `{file}` and ends with 0 when it can be restored. */
    check: z.optional(argv),
    /** Added to the environment of both; `file:PATH` and `env:NAME` are secrets by reference. */
    env: environment,
  })
  .check(
    z.refine(({ check }) => check === undefined || check.some((arg) => arg.includes("{file}")), {
      error: "has no {file}: it says which dump to check",
      path: ["check"],
    }),
  );
type Settings = z.infer<typeof settings>;

export const exportKind = defineKind({
  settings,
  programs: (own) => [...own.argv.slice(0, 1), ...(own.check ?? []).slice(0, 1)],
  run: async (own, context) => {
    const names = namesOf(resolve(context.folder, own.output), context.now());
    try {
      for (const left of names.leftovers()) removeIfThere(left);
      const bytes = await dump(own, names, context);
      if (!bytes.ok) return { status: "failed", reason: bytes.failure };
      return prune(own.keep, names, bytes.value);
    } catch (error) {
      return { status: "failed", reason: `${names.folder}: ${reasonOf(error)}` };
    } finally {
      removeIfThere(names.part);
    }
  },
});

interface Names {
  readonly folder: string;
  /** What the dump will be called, and what it is called until it is whole. */
  readonly final: string;
  readonly part: string;
  /** Parts that a killed run left. */
  readonly leftovers: () => string[];
  /** Dumps of earlier runs, oldest first. */
  readonly earlier: () => string[];
}

function namesOf(output: string, now: number): Names {
  const folder = dirname(output);
  const [, stem = "", extension = ""] = /^(\.?[^.]*)(.*)$/.exec(basename(output)) ?? [];
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const name = `${stem}-${stamp}${extension}`;
  // The end of the name stays: gzip and others go by it.
  const partOf = (of: string) => `.part-${of}`;
  const isOurs = (of: string) =>
    of.startsWith(`${stem}-`) &&
    of.endsWith(extension) &&
    /^\d{8}T\d{6}Z$/.test(of.slice(stem.length + 1, of.length - extension.length));
  const list = (is: (of: string) => boolean) =>
    readdirSync(folder)
      .filter(is)
      .sort()
      .map((of) => join(folder, of));
  return {
    folder,
    final: join(folder, name),
    part: join(folder, partOf(name)),
    leftovers: () => list((of) => of.startsWith(partOf("")) && isOurs(of.slice(partOf("").length))),
    earlier: () => list((of) => of !== name && isOurs(of)),
  };
}

/** Makes the dump and gives it its name when it is whole; answers its bytes. */
async function dump(own: Settings, { part, final }: Names, context: KindContext): Promise<Result<number, string>> {
  if (existsSync(final)) return failed(`${final} exists already`);
  const env = resolveEnv(own.env, context);
  if (!env.ok) return env;
  const ended = await write(own.argv, part, env.value, context);
  const program = own.argv[0] ?? "";
  if (ended.exitCode !== 0) return failed(whyOf(program, ended));
  const size = statSync(part, { throwIfNoEntry: false })?.size;
  if (size === undefined) return failed(`${program} ended well, but wrote no file to {output}`);
  if (size === 0) return failed(`${program} ended well, but its dump is empty`);
  const fault = own.format === undefined ? null : await faultOf(part, own.format);
  if (fault !== null) return failed(`${program} ended well, but ${fault}`);
  const checked = await check(own.check, part, env.value, context);
  if (!checked.ok) return checked;
  keepFile(part, final);
  return ok(size);
}

async function write(
  command: readonly string[],
  part: string,
  env: Readonly<Record<string, string>>,
  context: KindContext,
): Promise<Ended> {
  if (command.some((arg) => arg.includes("{output}"))) {
    return context.exec(
      command.map((arg) => arg.replaceAll("{output}", part)),
      { env },
    );
  }
  const file = openSync(part, "wx", 0o600);
  let fault: unknown;
  const onStdout = (chunk: Uint8Array) => {
    if (fault !== undefined) return false;
    try {
      // Node writes a file in one piece or says why not; the next chunk waits for it, so memory is constant.
      writeFileSync(file, chunk);
    } catch (error) {
      fault = error;
    }
    return fault === undefined;
  };
  try {
    const ended = await context.exec(command, { env, onStdout });
    return fault === undefined
      ? ended
      : { ...ended, exitCode: 1, stderr: `its dump could not be written: ${reasonOf(fault)}` };
  } finally {
    closeSync(file);
  }
}

async function check(
  command: readonly string[] | undefined,
  part: string,
  env: Readonly<Record<string, string>>,
  context: KindContext,
): Promise<Result<null, string>> {
  if (command === undefined) return ok(null);
  const ended = await context.exec(
    command.map((arg) => arg.replaceAll("{file}", part)),
    { env },
  );
  return ended.exitCode === 0 ? ok(null) : failed(`the check did not take the dump: ${whyOf(command[0] ?? "", ended)}`);
}

/** What the program said of its end: the first line of its errors that sounds like one, else the last. */
function whyOf(program: string, { startError, timedOut, exitCode, signal, stderr }: Ended): string {
  if (startError !== undefined) return startError;
  if (timedOut) return `${program} was killed: its time was up`;
  const lines = stderr.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]));
  const said = lines.find((line) => /error|fatal|denied|failed|no space/i.test(line)) ?? lines.at(-1);
  const end = exitCode === undefined ? `was ended by ${signal}` : `ended with exit code ${exitCode}`;
  return said === undefined ? `${program} ${end}` : `${program} ${end}: ${said}`;
}

/** Outlives a power cut from here on; a dump may hold anything, so only its owner reads it. */
function keepFile(part: string, final: string): void {
  chmodSync(part, 0o600);
  // Windows flushes only what is open for writing.
  const fd = openSync(part, "r+");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  rename(part, final);
  syncFolder(dirname(final));
}

/** Deletes the oldest dumps beyond `keep`. The dump of this run always counts as the newest, whatever the clock says. */
function prune(keep: number, { earlier }: Names, bytes: number): JobOutcome {
  const done: JobOutcome = { status: "succeeded", exitCode: 0, bytes };
  let deletions = 0;
  try {
    const old = earlier();
    for (const path of old.slice(0, Math.max(0, old.length - (keep - 1)))) {
      removeIfThere(path);
      deletions += 1;
    }
    return { ...done, deletions };
  } catch (error) {
    return { ...done, status: "warned", deletions, reason: `an old dump could not be deleted: ${reasonOf(error)}` };
  }
}
