/** A backlog is drained at the pace that the free plan allows, whatever one channel does. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { drain } from "./drain.ts";

test("1,000 deliveries on five channels, one of them hanging: the other four are drained in a minute", async () => {
  const drained = await drain(env.DB, 200);
  expect(drained).toEqual({ sweeps: 34, seconds: 54, criticalSweeps: 2, statements: 15, subrequests: 40 });
});
