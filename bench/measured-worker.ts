/** Answers what heartbeats and sweeps cost in rows and statements, measured inside the runtime by the tests' own measure. */
import { heartbeatCost, sweepCost } from "../test/worker/measure.ts";

interface Bindings {
  readonly DB: D1Database;
}

/** Numbers of watches, of which none is due, at which an idle sweep is measured. */
const IDLE_WATCHES = [10, 1_000, 100_000];

export default {
  async fetch(_request, env) {
    const heartbeat = await heartbeatCost(env.DB);
    const idle: Record<string, number> = {};
    for (const watches of IDLE_WATCHES) idle[watches] = (await sweepCost(env.DB, watches, 0)).rowsRead;
    const one = await sweepCost(env.DB, 100_000, 1);
    const many = await sweepCost(env.DB, 100_000, 1_500);
    return Response.json({ heartbeat, idle, one, many });
  },
} satisfies ExportedHandler<Bindings>;
