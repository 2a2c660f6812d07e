/**
 * `kind = "command"`: any program, judged by its exit code alone: 0 is success, `warn_exit_codes` (rsync's 24, files
 * vanished) succeed with a warning, `skip_exit_codes` (75, nothing to do now) are no run at all, all else is a failure.
 */

import { resolve } from "node:path";
import * as z from "zod/mini";
import { hasExited, unfinished } from "./ending.ts";
import { environment, resolveEnv } from "./environment.ts";
import type { Ended, JobOutcome } from "./job.ts";
import { defineKind } from "./kind.ts";

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
  env: environment,
  warn_exit_codes: exitCodes,
  skip_exit_codes: exitCodes,
});

type Settings = z.infer<typeof settings>;

export const command = defineKind({
  settings,
  programs: (own) => own.argv.slice(0, 1),
  tears: true,
  environment: (own, context) => resolveEnv(own.env, context),
  check: async (own, context) => {
    const { readable } = await import("./check-places.ts");
    const env = resolveEnv(own.env, context);
    return [
      ...(own.cwd === undefined ? [] : readable([own.cwd], context)),
      ...(env.ok ? [] : [{ what: "its environment", fault: env.failure }]),
    ];
  },
  run: async (own, context) => {
    const env = resolveEnv(own.env, context);
    if (!env.ok) return { status: "failed", reason: env.failure };
    return judge(await context.exec(own.argv, { env: env.value, cwd: resolve(context.folder, own.cwd ?? ".") }), own);
  },
});

/** What a program's end means under these settings. */
function judge(ended: Ended, own: Pick<Settings, "warn_exit_codes" | "skip_exit_codes">): JobOutcome {
  if (!hasExited(ended)) return unfinished(ended);
  const { exitCode } = ended;
  if (exitCode === 0) return { status: "succeeded", exitCode };
  if (own.warn_exit_codes?.includes(exitCode))
    return { status: "warned", exitCode, reason: `exit ${exitCode}, named a warning` };
  if (own.skip_exit_codes?.includes(exitCode))
    return { status: "skipped", exitCode, reason: `exit ${exitCode}, named a skip` };
  return { status: "failed", exitCode, reason: `exit ${exitCode}` };
}
