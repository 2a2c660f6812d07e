/** `env` of a job: what is added to its tool's environment. `file:PATH` and `env:NAME` are secrets by reference. */
import * as z from "zod/mini";
import { failed, ok } from "../../protocol/result.ts";
import type { Environment, KindContext } from "./kind.ts";

export const environment = z.optional(z.record(z.string(), z.string()));

/** Every value behind its reference; the failure names the key whose value is not to be had. */
export function resolveEnv(
  env: Readonly<Record<string, string>> | undefined,
  context: Pick<KindContext, "secret">,
): Environment {
  const resolved: Record<string, string> = {};
  for (const [key, reference] of Object.entries(env ?? {})) {
    const value = context.secret(reference);
    if (!value.ok) return failed(`${key} in env: ${value.failure}`);
    resolved[key] = value.value;
  }
  return ok(resolved);
}
