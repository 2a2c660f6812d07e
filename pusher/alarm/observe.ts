/** What an attempt to deliver showed of the worker: the observation that the alarm judges. */
import type { HeartbeatAnswer } from "../../protocol/heartbeat.ts";
import type { Trouble } from "../link.ts";
import { wordsOf } from "../refusal-words.ts";
import type { Observation } from "./judge.ts";

export interface Attempt {
  readonly trouble?: Trouble;
  /** The last answer to a heartbeat, if there was one. */
  readonly answer?: HeartbeatAnswer;
  /** Why nothing could be signed. */
  readonly keyFault?: string;
}

/** What was seen; undefined when nothing was sent and so nothing is known. */
export function observationOf({ trouble, answer, keyFault }: Attempt, afterMs: number): Observation | undefined {
  if (keyFault !== undefined) return { kind: "keyless", why: keyFault };
  if (trouble?.kind === "unreachable") return { kind: "unreached", why: trouble.reason };
  if (trouble?.kind === "refused") {
    return { kind: trouble.problem.status >= 500 ? "failing" : "refused", why: wordsOf(trouble.problem) };
  }
  return answer === undefined ? undefined : sweeping(answer, afterMs);
}

/** Both instants are of the worker's clock, so this host's may be wrong. */
function sweeping({ serverTime, lastSweepAt }: HeartbeatAnswer, afterMs: number): Observation {
  if (lastSweepAt === null) return { kind: "unswept", why: "it has never looked for missed deadlines" };
  const provenMs = Date.parse(serverTime) - Date.parse(lastSweepAt);
  if (Number.isNaN(provenMs) || provenMs < afterMs) return { kind: "well" };
  return { kind: "unswept", why: `it last looked for missed deadlines at ${lastSweepAt}`, provenMs };
}
