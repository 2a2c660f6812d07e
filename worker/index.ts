/** The edge of the worker: reads time and environment once for each event and hands them in. No logic. */
import { createApp } from "./app.ts";
import { Clock, windClock } from "./clock.ts";
import { lastPageOf } from "./last-page.ts";
import { type Env, settingsOf } from "./settings.ts";
import { counted, openDatabase } from "./store/database.ts";
import { sweep } from "./sweep.ts";
import { takeBack } from "./take-back.ts";

// Workers finds the class of the CLOCK binding by this export.
export { Clock };

const app = createApp();

export default {
  fetch(request, env, ctx) {
    const [{ db, statements }, settings, now] = [counted(openDatabase(env.DB)), settingsOf(env), Date.now()];
    const swept = async () => takeBack(ctx.cache, await sweep(db, settings, now, "request", statements()));
    const sweepSoon = () => ctx.waitUntil(Promise.all([swept(), windClock(env.CLOCK)]));
    const lastPage = lastPageOf(env.CLOCK, settings, now, (work) => ctx.waitUntil(work));
    return app.fetch(request, { db, settings, now, sweepSoon, lastPage }, ctx);
  },

  async scheduled(controller, env, ctx) {
    // It may come late, and is then about now and not about the minute that it was meant for.
    const now = Math.max(controller.scheduledTime, Date.now());
    await takeBack(ctx.cache, await sweep(openDatabase(env.DB), settingsOf(env), now, "cron"));
    await windClock(env.CLOCK);
  },
} satisfies ExportedHandler<Env>;
