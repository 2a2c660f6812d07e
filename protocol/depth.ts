/** How far back the plan wants a copy to reach: so many restorable versions, or versions so old, or both. */
import * as z from "zod/mini";
import { REACH_MAX_SECONDS, SECONDS_MIN, VERSIONS_MAX } from "./limits.ts";

export const depthPolicy = z
  .strictObject({
    versions: z.optional(z.int().check(z.minimum(1), z.maximum(VERSIONS_MAX))),
    reachSeconds: z.optional(z.int().check(z.minimum(SECONDS_MIN), z.maximum(REACH_MAX_SECONDS))),
  })
  .check(
    z.refine(
      ({ versions, reachSeconds }) => versions !== undefined || reachSeconds !== undefined,
      "write versions, reachSeconds or both",
    ),
  );
export type DepthPolicy = z.infer<typeof depthPolicy>;
