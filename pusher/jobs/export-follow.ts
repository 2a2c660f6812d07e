/**
 * `kind = "export-follow"`: looks after the dumps that an application makes by itself (Immich's nightly
 * `backups/immich-db-backup-*.sql.gz`, Home Assistant's archives): is the newest young enough, and is it whole? It changes nothing.
 */
import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { filled } from "../config/fields.ts";
import { reasonOf } from "../files.ts";
import { resolveEnv } from "./environment.ts";
import { proofSettings, prove } from "./export-proof.ts";
import type { JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";

const HOUR_MS = 3_600_000;

const settings = z.strictObject({
  /** A path in whose last part `*` stands for anything. */
  files: filled.check(z.refine((path) => !dirname(path).includes("*"), "`*` may stand in the file's name alone")),
  max_age: duration,
  ...proofSettings,
});

export const exportFollow = defineKind({
  settings,
  programs: (own) => (own.check ?? []).slice(0, 1),
  check: async (own, context) => (await import("./check-places.ts")).readable([dirname(own.files)], context),
  run: async (own, context) => {
    const pattern = resolve(context.folder, own.files);
    const newest = newestOf(pattern);
    return newest.ok ? judge(own, newest.value, context) : { status: "failed", reason: newest.failure };
  },
});

interface Dump {
  readonly path: string;
  /** Milliseconds. */
  readonly writtenAt: number;
}

/** By the time of writing: names tell it in many ways. */
function newestOf(pattern: string): Result<Dump, string> {
  try {
    const folder = dirname(pattern);
    const named = matcherOf(basename(pattern));
    const found = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && named.test(entry.name))
      .map(({ name }): Dump => ({ path: join(folder, name), writtenAt: statSync(join(folder, name)).mtimeMs }));
    const newest = found.sort((a, b) => a.writtenAt - b.writtenAt).at(-1);
    return newest === undefined ? failed(`there is no dump ${pattern}`) : ok(newest);
  } catch (error) {
    return failed(`${dirname(pattern)}: ${reasonOf(error)}`);
  }
}

function matcherOf(name: string): RegExp {
  const parts = name.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`);
}

async function judge(
  own: z.infer<typeof settings>,
  { path, writtenAt }: Dump,
  context: KindContext,
): Promise<JobOutcome> {
  const hours = Math.floor((context.now() - writtenAt) / HOUR_MS);
  const found = `the newest dump is ${basename(path)}`;
  context.log(`${found}, ${hours} h old`);
  if (context.now() - writtenAt > own.max_age * 1000) {
    return {
      status: "failed",
      reason: `${found}, ${hours} h old: more than the ${Math.floor(own.max_age / 3600)} h allowed`,
    };
  }
  const env = resolveEnv(own.env, context);
  if (!env.ok) return { status: "failed", reason: env.failure };
  const proven = await prove(own, path, env.value, context);
  return proven.ok
    ? { status: "succeeded", exitCode: 0, bytes: proven.value }
    : { status: "failed", reason: `${found}, but ${proven.failure}` };
}
