/**
 * `kind = "kopia"`: one `kopia snapshot create` for each of `paths`. Written from kopia's documentation and source alone. With
 * `--json` kopia ends with 0 also when files could not be read, so what the manifest says is what counts, and the snapshot has to
 * be in the list.
 */
import * as z from "zod/mini";
import { failed, ok } from "../../protocol/result.ts";
import { reference } from "../config/fields.ts";
import { environment, resolveEnv } from "./environment.ts";
import { defineKind, type Environment, type KindContext } from "./kind.ts";
import { paths } from "./repository.ts";

const settings = z.strictObject({
  /** Absent where kopia keeps it itself (a keyring, `.kopia-password`). */
  password: z.optional(reference),
  paths,
  /** More of `kopia snapshot create`. */
  options: z.optional(z.array(z.string())),
  env: environment,
});
type Settings = z.infer<typeof settings>;

export const kopia = defineKind({
  settings,
  programs: () => ["kopia"],
  tellsDepth: true,
  environment: environmentOf,
  check: async (own, context) => {
    const { checkRepository } = await import("./check-cloud.ts");
    return checkRepository("kopia", environmentOf(own, context), own.paths, context);
  },
  run: async (own, context) => {
    const env = environmentOf(own, context);
    if (!env.ok) return { status: "failed", reason: env.failure };
    const { runKopia } = await import("./kopia-run.ts");
    return runKopia(own, env.value, context);
  },
});

function environmentOf(own: Settings, context: Pick<KindContext, "secret">): Environment {
  const env = resolveEnv(own.env, context);
  if (!env.ok) return env;
  const all = { KOPIA_CHECK_FOR_UPDATES: "false", ...env.value };
  if (own.password === undefined) return ok(all);
  const password = context.secret(own.password);
  if (!password.ok) return failed(`password: ${password.failure}`);
  return ok({ ...all, KOPIA_PASSWORD: password.value });
}
