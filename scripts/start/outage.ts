/** The outage: both pushers fall silent, one alert comes; they are back, and it closes. */
import { setTimeout as sleep } from "node:timers/promises";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Beats } from "./beats.ts";
import type { ReceivedAlert, Receiver } from "./receiver.ts";
import type { Say } from "./say.ts";
import { readStatus } from "./status.ts";
import { BEAT, SWEEP_SECONDS } from "./timetable.ts";

/** How long an alert may take to come, and its closing. */
const ALERT_MAX_MS = 120_000;
/** Between the alert and the return: some sweeps, in which a second alert would come, and time to look at the page. */
const LOOK_MS = 3 * SWEEP_SECONDS * 1000;
const POLL_MS = 100;

/** Cuts the site off and lets it come back; the failure is the sentence to say. */
export async function outage(
  worker: string,
  beats: Beats,
  receiver: Receiver,
  say: Say,
): Promise<Result<null, string>> {
  const before = receiver.alerts.length;
  const since = (type: ReceivedAlert["type"]) => receiver.alerts.slice(before).filter((alert) => alert.type === type);
  const certain = BEAT.everySeconds + BEAT.graceSeconds;
  await beats.cutOff();
  say.line(`Cutting the site off: both pushers fall silent. After ${certain} s of silence the worker says so, once:`);
  if (!(await comes(() => since("incident.opened").length > 0))) return failed(noAlert("was opened"));
  say.line(`The page shows it now: ${worker}. In ${LOOK_MS / 1000} s the site comes back.`);
  await sleep(LOOK_MS);
  const opened = since("incident.opened").length;
  const status = await readStatus(worker);
  const hanging = (status?.copies.length ?? 0) + (status?.jobs.length ?? 0);
  if (opened !== 1) return failed(`${opened} alerts were opened where one was due; please report this.`);
  say.line(`1 alert was opened, for 2 silent hosts and the ${hanging} jobs and copies behind them.`);
  say.line("The site comes back: both pushers beat again.");
  beats.resume();
  if (!(await comes(() => since("incident.closed").length > 0))) return failed(noAlert("was closed"));
  say.line("Recovered: 1 alert opened, 1 closed. The nights go on; Ctrl-C ends everything.");
  return ok(null);
}

function noAlert(how: string): string {
  return `No alert ${how} within ${ALERT_MAX_MS / 1000} s, and one was due; please report this.`;
}

async function comes(isThere: () => boolean): Promise<boolean> {
  for (const until = Date.now() + ALERT_MAX_MS; Date.now() < until; await sleep(POLL_MS)) {
    if (isThere()) return true;
  }
  return isThere();
}
