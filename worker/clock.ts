/**
 * The second clock: a Durable Object whose alarm starts a sweep and sets itself again. It stands beside the cron trigger,
 * because either may stop without a word. Whoever calls `tick` sees to it that the alarm is set.
 */
import { DurableObject } from "cloudflare:workers";
import { type Env, readSettings } from "./settings.ts";
import { openDatabase } from "./store/database.ts";
import { sweep } from "./sweep.ts";

export class Clock extends DurableObject<Env> {
  /** Sets the alarm unless it is set. */
  override async fetch(): Promise<Response> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(this.next());
    return new Response(null, { status: 204 });
  }

  override async alarm(): Promise<void> {
    // First of all the next one: a sweep that throws must not stop the clock.
    await this.ctx.storage.setAlarm(this.next());
    await sweep(openDatabase(this.env.DB), readSettings(this.env), Date.now(), "object");
  }

  private next(): number {
    return Date.now() + readSettings(this.env).sweepSeconds * 1000;
  }
}

/** Makes sure that the clock ticks; without the binding there is only the cron trigger. */
export async function windClock(clocks: DurableObjectNamespace | undefined): Promise<void> {
  if (clocks === undefined) return;
  await clocks.get(clocks.idFromName("clock")).fetch("https://clock/");
}
