/** Has this host been heard of lately? */
import type { Config } from "../config.ts";
import { spoolOf, waiting } from "../spool.ts";
import { beatState, recall } from "../state.ts";
import type { Finding } from "./finding.ts";

export function checkBeat(config: Config, now: number): Finding[] {
  const waits = waiting(spoolOf(config.state, () => undefined)).length;
  const spool: Finding[] =
    waits === 0
      ? []
      : [{ what: `${waits} ${waits === 1 ? "record waits" : "records wait"}`, advice: "`flush` sends what waits" }];
  const last = recall(config.state, "beat", beatState);
  // Before the first beat the advice to install a schedule says all there is to say.
  if (last === undefined) return spool;
  const age = Math.round((now - Date.parse(last.answeredAt)) / 1000);
  const { everySeconds, graceSeconds } = config.beat;
  if (age <= everySeconds + graceSeconds) return [{ what: "the worker heard of this host lately" }, ...spool];
  const fault = `${last.answeredAt}, ${Math.round(age / 60)} minutes ago: is the beat started, and does it get through? Run \`beat\` by hand`;
  return [{ what: "the worker last answered", fault }, ...spool];
}
