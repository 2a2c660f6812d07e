/** The edge of the worker: reads time and environment once for each event and hands them in. No logic. */
import { createApp } from "./app.ts";
import { Clock, windClock } from "./clock.ts";
import { type Env, readSettings } from "./settings.ts";
import { openDatabase } from "./store/database.ts";
import { sweep } from "./sweep.ts";

// Workers finds the class of the CLOCK binding by this export.
export { Clock };

const app = createApp();

export default {
  fetch(request, env, ctx) {
    const [db, settings, now] = [openDatabase(env.DB), readSettings(env), Date.now()];
    const sweepSoon = () => ctx.waitUntil(Promise.all([sweep(db, settings, now, "request"), windClock(env.CLOCK)]));
    return app.fetch(request, { db, settings, now, sweepSoon }, ctx);
  },

  async scheduled(controller, env) {
    await sweep(openDatabase(env.DB), readSettings(env), controller.scheduledTime, "cron");
    await windClock(env.CLOCK);
  },
} satisfies ExportedHandler<Env>;
