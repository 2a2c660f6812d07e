/**
 * `kind = "restic"`: one `restic backup`, and what became of it: how many files and bytes, which could not be read, how many
 * snapshots can be restored and how old the oldest is; and, when `check` says so, `restic check`. An exit code of 0 is not
 * believed alone: the snapshot has to be in the repository's list, and hold files.
 *
 * Address and password go to restic by its environment, never by its command line, which everybody on the host can read.
 */
import * as z from "zod/mini";
import { duration } from "../../protocol/duration.ts";
import { failed, ok } from "../../protocol/result.ts";
import { reference } from "../config/fields.ts";
import { environment, resolveEnv } from "./environment.ts";
import { defineKind, type Environment, type KindContext } from "./kind.ts";
import { paths, repository } from "./repository.ts";

const options = z.optional(z.array(z.string()));
const settings = z.strictObject({
  repository,
  password: reference,
  paths,
  /** More of `restic backup`, as in ["--exclude-file", "/etc/restic.exclude"]. */
  options,
  env: environment,
  check: z.optional(z.strictObject({ every: duration, options })),
});
type Settings = z.infer<typeof settings>;

export const restic = defineKind({
  settings,
  programs: () => ["restic"],
  tellsDepth: true,
  environment: environmentOf,
  check: async (own, context) => {
    const { checkRepository } = await import("./check-cloud.ts");
    return checkRepository("restic", environmentOf(own, context), own.paths, context);
  },
  run: async (own, context) => {
    const env = environmentOf(own, context);
    if (!env.ok) return { status: "failed", reason: env.failure };
    const { runRestic } = await import("./restic-run.ts");
    return runRestic(own, env.value, context);
  },
});

function environmentOf(own: Settings, context: Pick<KindContext, "secret">): Environment {
  const env = resolveEnv(own.env, context);
  if (!env.ok) return env;
  const where = context.secret(own.repository);
  if (!where.ok) return failed(`repository: ${where.failure}`);
  const password = context.secret(own.password);
  if (!password.ok) return failed(`password: ${password.failure}`);
  return ok({
    // A state each ten seconds: enough to see that it moves.
    RESTIC_PROGRESS_FPS: "0.1",
    ...env.value,
    RESTIC_REPOSITORY: where.value,
    RESTIC_PASSWORD: password.value,
  });
}
