/** Answers what heartbeats and sweeps cost in rows and statements, measured inside the runtime by the tests' own measure. */
import { heartbeatCost, sweepCost } from "../test/worker/measure.ts";

interface Bindings {
  readonly DB: D1Database;
}

/** Numbers of watches, of which none is due, at which an idle sweep is measured. */
const IDLE_WATCHES = [10, 1_000, 100_000];
/** Sizes of the whole, in watches, runs and markers, among which one heartbeat and one due watch are measured. */
const GROWTH = [100, 1_000, 10_000, 100_000];

export default {
  async fetch(_request, env) {
    const heartbeat = await heartbeatCost(env.DB);
    const idle: Record<string, number> = {};
    for (const watches of IDLE_WATCHES) idle[watches] = (await sweepCost(env.DB, watches, 0)).rowsRead;
    const growth: Record<string, { heartbeat: number; sweep: number }> = {};
    for (const size of GROWTH) {
      const { withRun } = await heartbeatCost(env.DB, size);
      growth[size] = { heartbeat: withRun.rowsRead, sweep: (await sweepCost(env.DB, size, 1)).rowsRead };
    }
    const one = await sweepCost(env.DB, 100_000, 1);
    const many = await sweepCost(env.DB, 100_000, 1_500);
    return Response.json({ heartbeat, idle, growth, one, many });
  },
} satisfies ExportedHandler<Bindings>;
