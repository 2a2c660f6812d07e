/**
 * `kind = "rsync"`: one rsync of what is in `source` into `target`, after a look at the source: with `--delete` rsync empties the
 * target for an empty source, and ends with 0. The marker goes last, so that where it is, the rest is too.
 */
import * as z from "zod/mini";
import { filled, most } from "../config/fields.ts";
import { environment, resolveEnv } from "./environment.ts";
import { defineKind } from "./kind.ts";

/** A folder, `host:folder` by ssh, or `rsync://host/module` of a daemon. rsync takes the drive of `D:\x` for a host. */
const place = filled.check(
  z.refine(
    (text) => !/^([A-Za-z]:[\\/]|\\\\)/.test(text),
    "is a path of Windows, which rsync does not know: write /cygdrive/d/… as Cygwin does, or use kind robocopy",
  ),
);

const settings = z.strictObject({
  source: place,
  target: place,
  /** A run that would delete more files stops. */
  max_deletions: z.optional(most),
  options: z.optional(z.array(z.string())),
  env: environment,
});

export const rsync = defineKind({
  settings,
  programs: () => ["rsync"],
  environment: (own, context) => resolveEnv(own.env, context),
  check: async (own, context) => {
    const { readable, takesFiles } = await import("./check-places.ts");
    const { isRemote } = await import("./rsync-run.ts");
    return [
      ...(isRemote(own.source) ? [] : readable([own.source], context)),
      ...(isRemote(own.target) ? [] : [takesFiles(own.target, context)]),
    ];
  },
  run: async (own, context) => {
    const env = resolveEnv(own.env, context);
    if (!env.ok) return { status: "failed", reason: env.failure };
    const { runRsync } = await import("./rsync-run.ts");
    return runRsync(own, env.value, context);
  },
});
