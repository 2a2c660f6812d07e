/**
 * What lies between a host and the worker. A site's line may be cut; packets may be lost, come twice, late or out of order;
 * an answer may be lost after the worker wrote what it was told.
 */
import type { Answer } from "./cage.ts";
import type { Chance } from "./chance.ts";
import type { Receiver, Sent } from "./http.ts";
import type { Time } from "./time.ts";

/** How likely each mishap is on one request; all 0 on a good line. */
export interface Mishaps {
  /** The request never arrives. */
  readonly lost: number;
  /** It arrives a second time, up to some minutes later. */
  readonly twice: number;
  /** It arrives up to some minutes late, after others that were sent later. */
  readonly late: number;
  /** The worker has written, and the answer never arrives. */
  readonly unanswered: number;
}

export const GOOD_LINE: Mishaps = { lost: 0, twice: 0, late: 0, unanswered: 0 };

const LATE_MAX_MS = 240_000;

export interface Line {
  /** True while nothing at all passes. */
  readonly isCut: () => boolean;
  readonly mishaps: () => Mishaps;
}

/** A request on its way, with what is to be told once the worker holds it. */
export interface Letter extends Sent {
  readonly heard: ((arrivedAt: number) => void) | undefined;
}

/** What became of a request. */
export type Outcome = { readonly answer: Answer | undefined };

/** Brings one request to the worker and perhaps its answer back; `deliver` hands it over, at the time of its arrival. */
export function transmit(
  time: Time,
  chance: Chance,
  line: Line,
  sent: Letter,
  receiver: Receiver,
  deliver: (sent: Letter, answered: (outcome: Outcome) => void) => void,
): void {
  const travelMs = chance.between(15, 120);
  if (line.isCut()) {
    // A cut line is noticed at once (no route) or never (packets fall into a hole): then the sender's patience ends it.
    if (chance.hits(0.5)) time.plan(time.now() + travelMs, () => receiver.failed("ENETUNREACH"));
    return;
  }
  const { lost, twice, late, unanswered } = line.mishaps();
  const isLost = chance.hits(lost);
  const lateMs = chance.hits(late) ? chance.between(1_000, LATE_MAX_MS) : 0;
  const answerLost = chance.hits(unanswered);
  if (chance.hits(twice)) {
    time.plan(time.now() + travelMs + chance.between(10, LATE_MAX_MS), () => deliver(sent, () => undefined));
  }
  if (isLost) return;
  time.plan(time.now() + travelMs, receiver.connected);
  time.plan(time.now() + travelMs + lateMs, () =>
    deliver(sent, ({ answer }) => {
      if (answerLost) return;
      time.plan(time.now() + travelMs, () => (line.isCut() ? undefined : giveBack(answer, receiver)));
    }),
  );
}

function giveBack(answer: Answer | undefined, receiver: Receiver): void {
  if (answer === undefined) receiver.failed("ECONNRESET");
  else receiver.answered(answer.status, answer.headers, answer.body);
}
