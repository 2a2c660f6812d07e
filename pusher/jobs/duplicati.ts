/**
 * `kind = "duplicati"`: reads the report that Duplicati left of its last backup. Duplicati starts its backups itself, so a report
 * that was told already, or is older than a day, is no run at all (`skipped`): else an old success would make old data look new.
 */
import { dirname } from "node:path";
import * as z from "zod/mini";
import { filled } from "../config/fields.ts";
import { defineKind } from "./kind.ts";

/** The file that Duplicati's script writes. */
const settings = z.strictObject({ report: filled });

export const duplicati = defineKind({
  follows: true,
  settings,
  programs: () => [],
  check: async (own, context) => (await import("./check-places.ts")).readable([dirname(own.report)], context),
  run: async (own, context) => {
    const { runDuplicati } = await import("./duplicati-run.ts");
    return runDuplicati(own.report, context);
  },
});
