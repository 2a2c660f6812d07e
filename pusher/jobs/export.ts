/**
 * `kind = "export"`: runs an application's own dump (pg_dump, mysqldump, sqlite3 .backup, docker exec …) and keeps the last N.
 *
 * `output = "immich.sql"` makes `immich-20261123T020000Z.sql`, in UTC. The dump is written beside that name and gets it only once
 * it is whole: the program ended with 0, the file is not empty, it ends as a dump of its `format` ends, and the `check` command,
 * if there is one, took it. Older dumps are deleted only after that. So every file that has such a name is a good dump, and a
 * bad night deletes none.
 */
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as z from "zod/mini";
import { failed, type Result } from "../../protocol/result.ts";
import { argv, filled } from "../config/fields.ts";
import { reasonOf, removeIfThere, rename, syncFolder } from "../files.ts";
import { resolveEnv } from "./environment.ts";
import { proofSettings, prove, whyOf } from "./export-proof.ts";
import type { Ended, JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";

const settings = z.strictObject({
  /** Prints the dump, or writes it itself to `{output}`. */
  argv,
  output: filled,
  keep: z.int("write a whole number").check(z.minimum(1, "keep at least 1")),
  ...proofSettings,
});
type Settings = z.infer<typeof settings>;

export const exportKind = defineKind({
  settings,
  programs: (own) => [...own.argv.slice(0, 1), ...(own.check ?? []).slice(0, 1)],
  check: async (own, context) => {
    const { takesFiles } = await import("./check-places.ts");
    return [takesFiles(dirname(resolve(context.folder, own.output)), context)];
  },
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
  if (!existsSync(part)) return failed(`${program} ended well, but wrote no file to {output}`);
  const proven = await prove(own, part, env.value, context);
  if (!proven.ok) return failed(`${program} ended well, but ${proven.failure}`);
  keepFile(part, final);
  return proven;
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
