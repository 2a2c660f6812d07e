/**
 * `kind = "borg"`: one `borg create` (borg 1.2 or newer, not 2), and what became of it. borg makes an archive also of a source
 * that is not there, and ends with a warning: so the archive has to be in the repository's list, and hold files.
 *
 * Archives are named `JOB-20261123T020000Z`, by the start in UTC: those of borg's own times have no zone.
 */
import * as z from "zod/mini";
import { failed, ok } from "../../protocol/result.ts";
import { reference } from "../config/fields.ts";
import { environment, resolveEnv } from "./environment.ts";
import { defineKind, type Environment, type KindContext } from "./kind.ts";
import { paths, repository } from "./repository.ts";

const settings = z.strictObject({
  repository,
  /** Absent for a repository that is not encrypted, or whose key has none. */
  passphrase: z.optional(reference),
  paths,
  /** More of `borg create`, as in ["--exclude", "*.tmp", "--compression", "zstd"]. */
  options: z.optional(z.array(z.string())),
  env: environment,
});
type Settings = z.infer<typeof settings>;

export const borg = defineKind({
  settings,
  programs: () => ["borg"],
  tellsDepth: true,
  environment: environmentOf,
  check: async (own, context) => {
    const { checkRepository } = await import("./check-cloud.ts");
    return checkRepository("borg", environmentOf(own, context), own.paths, context);
  },
  run: async (own, context) => {
    const env = environmentOf(own, context);
    if (!env.ok) return { status: "failed", reason: env.failure };
    const { runBorg } = await import("./borg-run.ts");
    return runBorg(own, env.value, context);
  },
});

function environmentOf(own: Settings, context: Pick<KindContext, "secret">): Environment {
  const env = resolveEnv(own.env, context);
  if (!env.ok) return env;
  const where = context.secret(own.repository);
  if (!where.ok) return failed(`repository: ${where.failure}`);
  const all = { BORG_EXIT_CODES: "modern", ...env.value, BORG_REPO: where.value };
  if (own.passphrase === undefined) return ok(all);
  const passphrase = context.secret(own.passphrase);
  return passphrase.ok
    ? ok({ ...all, BORG_PASSPHRASE: passphrase.value })
    : failed(`passphrase: ${passphrase.failure}`);
}
