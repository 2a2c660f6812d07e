/**
 * `kind = "robocopy"`: one Robocopy of what is in `source` into `target`, after a trial run (`/L`) that shows what it would do:
 * with /MIR an empty source empties the target, and that is a success to Robocopy. The marker goes last.
 */
import { win32 } from "node:path";
import * as z from "zod/mini";
import { filled, most } from "../config/fields.ts";
import { defineKind } from "./kind.ts";

const place = filled.check(
  z.refine(
    (text) => win32.isAbsolute(text) && /^([A-Za-z]:|[\\/]{2}[^\\/?.])/.test(text),
    "write a whole path, as in D:\\photos or \\\\nas\\photos; long paths need no \\\\?\\ before them",
  ),
);

/** Words that take from this job what it has to see, let it never end, or let it do more than copy. */
const NOT_HERE = /^\/(l|mov|move|mon:.*|mot:.*|quit|njs|nosd|nodd|job:.*|save:.*|create|\??|(uni)?log\+?:.*)$/i;

const option = z
  .string()
  .check(
    z.refine(
      (word) => !NOT_HERE.test(word),
      "cannot be used here: the pusher copies, waits for the end, and reads the output itself",
    ),
  );

const settings = z.strictObject({
  source: place,
  target: place,
  /** A run that would delete more files does not begin. */
  max_deletions: z.optional(most),
  options: z.optional(z.array(option)),
});

export const robocopy = defineKind({
  settings,
  programs: () => ["robocopy"],
  check: async (own, context) => {
    const { overNetwork, readable, takesFiles } = await import("./check-places.ts");
    const here = overNetwork([own.target]).length > 0 ? [] : [takesFiles(own.target, context)];
    return [...readable([own.source], context), ...here, ...overNetwork([own.source, own.target])];
  },
  run: async (own, context) => {
    const { runRobocopy } = await import("./robocopy-run.ts");
    return runRobocopy(own, context);
  },
});
