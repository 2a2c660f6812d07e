/** Settings that several ZFS kinds have. */
import * as z from "zod/mini";

/** A dataset, not a snapshot or bookmark of one, and nothing that a program could take for an option. */
export const datasetName = z.string().check(z.regex(/^[^\s@#/-][^@#]*$/, "name a dataset, as in tank/apps"));
