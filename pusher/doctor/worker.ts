/** Is the worker there, and do its clock and this host's agree? */
import { CLOCK_SKEW_MAX_SECONDS } from "../../protocol/limits.ts";
import type { Config } from "../config.ts";
import { askOnce } from "../http.ts";
import { PATIENT } from "../link.ts";
import { clockState, recall } from "../state.ts";
import type { Finding } from "./finding.ts";

export async function checkWorker(config: Config, now: () => number): Promise<Finding[]> {
  const { connectMs, totalMs } = PATIENT;
  const answer = await askOnce({ method: "GET", url: `${config.worker}/healthz`, connectMs, totalMs });
  const what = `the worker at ${config.worker}`;
  if (!answer.ok)
    return [{ what, fault: `was not reached: ${answer.failure}; is \`worker\` right, is the network up?` }];
  const { status, date } = answer.value;
  if (status >= 500) {
    const fault = `it says that it is not well (${status} at /healthz): its sweeps may have stopped; look at its page`;
    return [{ what, fault }, clockFinding(date, config, now())];
  }
  if (status !== 200) return [{ what, fault: `answered ${status} to /healthz; is \`worker\` in pusher.toml right?` }];
  return [{ what: `${what} answers` }, clockFinding(date, config, now())];
}

/** The answer's Date (RFC 9110, whole seconds), or what the last refusal showed. */
function clockFinding(date: string | undefined, config: Config, now: number): Finding {
  const server = date === undefined ? Number.NaN : Date.parse(date);
  const remembered = recall(config.state, "clock", clockState)?.offsetSeconds ?? 0;
  const offset = Number.isNaN(server) ? remembered : Math.round((now - server) / 1000);
  if (Math.abs(offset) <= CLOCK_SKEW_MAX_SECONDS) return { what: "this host's clock agrees with the worker's" };
  const side = offset > 0 ? "ahead of" : "behind";
  return { what: "this host's clock", fault: `is ${Math.abs(offset)} s ${side} the worker's; set it (NTP)` };
}
