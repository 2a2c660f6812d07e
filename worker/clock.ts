/**
 * The second clock: a Durable Object whose alarm starts a sweep and sets itself again, for when something is due, at the
 * latest in SWEEP_SECONDS. It stands beside the cron trigger, because either may stop without a word. Whoever calls
 * `windClock` sees to it that the alarm is set. It also keeps the last page (last-page.ts): its storage is not the database's.
 */
import * as runtime from "cloudflare:workers";
import { type Env, settingsOf } from "./settings.ts";
import { openDatabase } from "./store/database.ts";
import { nextSweepAt, sweep } from "./sweep.ts";
import { takeBack } from "./take-back.ts";

const PAGE = "page";

export class Clock extends runtime.DurableObject<Env> {
  /** Keeps a page, or gives it back; else sets the alarm unless it is set. */
  override async fetch(request: Request): Promise<Response> {
    if (new URL(request.url).pathname === "/page") return this.page(request);
    const settings = settingsOf(this.env);
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(Date.now() + settings.sweepSeconds * 1000);
    }
    return new Response(null, { status: 204 });
  }

  override async alarm(): Promise<void> {
    const [db, settings, now] = [openDatabase(this.env.DB), settingsOf(this.env), Date.now()];
    const latestAt = now + settings.sweepSeconds * 1000;
    // First of all the next one: a sweep that throws must not stop the clock.
    await this.ctx.storage.setAlarm(latestAt);
    const swept = await sweep(db, settings, now, "object");
    const nextAt = await nextSweepAt(db, swept, now, latestAt);
    if (nextAt < latestAt) await this.ctx.storage.setAlarm(nextAt);
    await takeBack(runtime.cache, swept);
  }

  private async page(request: Request): Promise<Response> {
    if (request.method === "PUT") {
      await this.ctx.storage.put(PAGE, await request.text());
      return new Response(null, { status: 204 });
    }
    const kept = await this.ctx.storage.get<string>(PAGE);
    return new Response(kept ?? null, { status: kept === undefined ? 404 : 200 });
  }
}

/** Makes sure that the clock ticks; without the binding there is only the cron trigger. */
export async function windClock(clocks: DurableObjectNamespace | undefined): Promise<void> {
  if (clocks === undefined) return;
  await clocks.get(clocks.idFromName("clock")).fetch("https://clock/");
}
