/** `depth` of a carrying job: how far back its copies should reach. */
import * as z from "zod/mini";
import type { DepthPolicy } from "../../protocol/depth.ts";
import { durationWithin } from "../../protocol/duration.ts";
import { REACH_MAX_SECONDS, SECONDS_MIN, VERSIONS_MAX } from "../../protocol/limits.ts";

const EXAMPLE = 'as in { versions = 30, reach = "90d" }';

export const depth = z.pipe(
  z
    .strictObject({
      versions: z.optional(
        z
          .int("write a whole number")
          .check(z.minimum(1, "at least 1"), z.maximum(VERSIONS_MAX, `at most ${VERSIONS_MAX}`)),
      ),
      reach: z.optional(durationWithin(SECONDS_MIN, REACH_MAX_SECONDS)),
    })
    .check(
      z.refine(
        ({ versions, reach }) => versions !== undefined || reach !== undefined,
        `needs \`versions\`, \`reach\` or both, ${EXAMPLE}`,
      ),
    ),
  z.transform(({ versions, reach }): DepthPolicy => ({ versions, reachSeconds: reach })),
);
