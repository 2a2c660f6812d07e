/**
 * `kind = "rclone"`: one `rclone sync` or `rclone copy`, after a look at the source: rclone ends with 0 for an empty source, and
 * `sync` has then deleted everything in the target. Whatever was not carried makes the run fail, with the names of the files. The
 * markers are carried last, so that a run that was cut off leaves the old ones.
 */
import * as z from "zod/mini";
import { filled, most } from "../config/fields.ts";
import { environment, resolveEnv } from "./environment.ts";
import { defineKind } from "./kind.ts";

const settings = z.strictObject({
  /** `sync` deletes in the target what is not in the source. */
  mode: z.enum(["sync", "copy"]),
  source: filled,
  target: filled,
  /** A sync that would delete more files stops. */
  max_deletions: z.optional(most),
  options: z.optional(z.array(z.string())),
  env: environment,
});

export const rclone = defineKind({
  settings,
  programs: () => ["rclone"],
  // With filters of the owner's the marker goes with the rest.
  tears: true,
  environment: (own, context) => resolveEnv(own.env, context),
  check: async (own, context) => {
    const { checkRemotes } = await import("./check-cloud.ts");
    return checkRemotes(own.source, own.target, resolveEnv(own.env, context), context);
  },
  run: async (own, context) => {
    const env = resolveEnv(own.env, context);
    if (!env.ok) return { status: "failed", reason: env.failure };
    const { runRclone } = await import("./rclone-run.ts");
    return runRclone(own, env.value, context);
  },
});
