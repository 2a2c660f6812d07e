/** Waits until a folder is complete, as long as it moves; what stands still for longer than the job's patience has failed. */
import { SYNCTHING_LOOK_MAX_MS, SYNCTHING_LOOK_MIN_MS } from "../limits.ts";
import type { JobOutcome } from "./job.ts";
import type { KindContext } from "./kind.ts";
import type { Refusal, Rest } from "./syncthing-api.ts";
import { amount, judgeReceiving, judgeSending, type Seen, type Standing } from "./syncthing-judge.ts";
import { lackedBy, lookAt } from "./syncthing-look.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";
import { wait } from "./wait.ts";

/** The log tells what is still to go no more often than this. */
const TOLD_EVERY_MS = 30_000;

export interface Followed {
  readonly seen: Seen;
  readonly warnings: readonly string[];
}

/** The end: complete, with what was seen last, or failed. */
export async function follow(own: SyncthingSettings, rest: Rest, context: KindContext): Promise<Followed | JobOutcome> {
  let last: string | undefined;
  let why = "";
  let movedAt = context.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  for (let pause = SYNCTHING_LOOK_MIN_MS; ; pause = Math.min(pause * 1.5, SYNCTHING_LOOK_MAX_MS)) {
    const look = await lookAt(own, rest);
    const standing = look.ok ? judge(own, look.value) : unanswered(look.failure);
    if (standing.kind === "stuck") return { status: "failed", reason: standing.reason };
    if (standing.kind === "complete") {
      if (!look.ok) continue;
      return { seen: look.value, warnings: standing.warnings };
    }
    const now = context.now();
    const left = look.ok ? JSON.stringify(standing.left) : last;
    if (last !== left) {
      if (last !== undefined) context.moved();
      [last, movedAt, pause] = [left, now, SYNCTHING_LOOK_MIN_MS];
    }
    if (now - toldAt >= TOLD_EVERY_MS && standing.left.items > 0) {
      context.log(`folder ${own.folder}: ${amount(standing.left)} still to go`);
      toldAt = now;
    }
    // A look that was cut off knows less than the one before.
    if (why === "" || !context.stopping.aborted) why = standing.why;
    if (context.stopping.aborted) return { status: "failed", left: why };
    if (now - movedAt >= own.patience * 1000) {
      const names = look.ok && look.value.peer.connected ? await lackedBy(own, look.value.peerId, rest) : "";
      return { status: "failed", reason: standing.why + (names === "" ? "" : `: ${names}`) };
    }
    await wait(pause, context.stopping);
  }
}

function judge({ side }: SyncthingSettings, seen: Seen): Standing {
  return side === "sending" ? judgeSending(seen) : judgeReceiving(seen);
}

/** Syncthing may be started anew while a run waits (an upgrade does that); what it refuses, it refuses again. */
function unanswered({ status, words }: Refusal): Standing {
  if (status !== undefined && status < 500) return { kind: "stuck", reason: words };
  return { kind: "waiting", left: { items: 0, bytes: 0 }, why: words };
}
