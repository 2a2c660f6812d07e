/**
 * `kind = "command"`: any program, judged by its exit code alone: 0 is success, `warn_exit_codes` (rsync's 24, files
 * vanished) succeed with a warning, `skip_exit_codes` (75, nothing to do now) are no run at all, all else is a failure.
 */

import { resolve } from "node:path";
import * as z from "zod/mini";
import type { Ended, JobOutcome } from "./job.ts";
import { defineKind, type KindContext } from "./kind.ts";

const exitCodes = z.optional(
  z.array(
    z
      .int("write exit codes as whole numbers")
      .check(z.minimum(1, "exit codes here are 1 to 255"), z.maximum(255, "exit codes here are 1 to 255")),
  ),
);

const settings = z.strictObject({
  argv: z.array(z.string()).check(z.minLength(1, "needs a program")),
  /** Working folder; the folder of pusher.toml unless told. */
  cwd: z.optional(z.string()),
  /** Added to the environment; `file:PATH` and `env:NAME` are secrets by reference. */
  env: z.optional(z.record(z.string(), z.string())),
  warn_exit_codes: exitCodes,
  skip_exit_codes: exitCodes,
});

type Settings = z.infer<typeof settings>;

export const command = defineKind({
  settings,
  programs: (own) => own.argv.slice(0, 1),
  run: async (own, context) => {
    const env = environment(own, context);
    if (typeof env === "string") return { status: "failed", reason: env };
    return judge(await context.exec(own.argv, { env, cwd: resolve(context.folder, own.cwd ?? ".") }), own);
  },
});

function environment(own: Settings, context: KindContext): Record<string, string> | string {
  const env: Record<string, string> = {};
  for (const [key, reference] of Object.entries(own.env ?? {})) {
    const value = context.secret(reference);
    if (!value.ok) return `${key} in env: ${value.failure}`;
    env[key] = value.value;
  }
  return env;
}

/** What a program's end means under these settings. */
function judge(ended: Ended, own: Pick<Settings, "warn_exit_codes" | "skip_exit_codes">): JobOutcome {
  if (ended.startError !== undefined) return { status: "failed", exitCode: 127, reason: ended.startError };
  if (ended.timedOut) return { status: "timed_out", ...endOf(ended), reason: "killed: its time was up" };
  if (ended.exitCode === undefined) return { status: "failed", ...endOf(ended), reason: `ended by ${ended.signal}` };
  const { exitCode } = ended;
  if (exitCode === 0) return { status: "succeeded", exitCode };
  if (own.warn_exit_codes?.includes(exitCode))
    return { status: "warned", exitCode, reason: `exit ${exitCode}, named a warning` };
  if (own.skip_exit_codes?.includes(exitCode))
    return { status: "skipped", exitCode, reason: `exit ${exitCode}, named a skip` };
  return { status: "failed", exitCode, reason: `exit ${exitCode}` };
}

function endOf(ended: Ended): Pick<JobOutcome, "exitCode" | "signal"> {
  return {
    ...(ended.exitCode === undefined ? {} : { exitCode: ended.exitCode }),
    ...(ended.signal === undefined ? {} : { signal: ended.signal }),
  };
}
