/** Settings that tools with a repository share: where it is, and what goes into it. */
import * as z from "zod/mini";
import { filled } from "../config/fields.ts";

/** An address with a password in it (`rest:https://user:password@host/`) belongs into a file of its own. */
export const repository = filled.check(
  z.refine(
    (text) => !/:\/\/[^/@\s]*:[^/@\s]+@/.test(text),
    'holds a password: write the whole address into a file of its own and give "file:PATH"',
  ),
);

export const paths = z.array(filled).check(z.minLength(1, "name at least one folder or file"));
