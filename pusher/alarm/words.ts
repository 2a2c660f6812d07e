/** The words of an alarm: for an owner who reads them on a phone at night and has no page to look at. */
import type { Say, TroubleKind } from "./judge.ts";

export interface Message {
  /** Known to no other message of this host; a repetition of the same message has the same. */
  readonly id: string;
  /** The same in all messages about one trouble. */
  readonly thread: string;
  readonly kind: "alarm" | "reminder" | "clear" | "test";
  readonly host: string;
  /** Under 80 characters. */
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Place {
  readonly host: string;
  readonly worker: string;
  /** Records in the spool. */
  readonly waiting: number;
}

const TITLE_MAX_CHARS = 79;
const HOST_MAX_CHARS = 30;

interface Words {
  readonly title: string;
  readonly means: string;
  readonly todo: (worker: string) => string;
}

const ALONE = "Until this is mended, do not count on Tierwatch to tell you of a missed backup.";

const WORDS: Readonly<Record<TroubleKind, Words>> = {
  unreached: {
    title: "cannot reach the Tierwatch worker",
    means: `If the worker itself is down, it tells nobody of anything. ${ALONE}`,
    todo: (worker) => `See whether this host has a network, and whether ${worker} opens from elsewhere.`,
  },
  failing: {
    title: "finds the Tierwatch worker failing",
    means: `The worker takes no results and may not judge any. ${ALONE}`,
    todo: (worker) => `Open ${worker}, and look at the worker's logs and its database at Cloudflare.`,
  },
  refused: {
    title: "is refused by the Tierwatch worker",
    means: "The worker takes nothing from this host, so this host is not watched.",
    todo: () => "Run `pusher doctor` on this host: it says what to mend.",
  },
  unswept: {
    title: "finds the Tierwatch worker not watching",
    means: `The worker takes heartbeats and looks at no deadline. ${ALONE}`,
    todo: (worker) => `Open ${worker}, and look at the worker's cron trigger and its logs at Cloudflare.`,
  },
  keyless: {
    title: "has no key for the Tierwatch worker",
    means: "Without its key this host can say nothing to the worker, so it is not watched.",
    todo: () => "Run `pusher doctor` on this host: it says what to mend.",
  },
};

/** The message of what one way has to say at `now` (ms). */
export function messageOf(say: Say, place: Place, now: number): Message {
  if (say.kind === "clear") return clearMessage(say.sinceAt, place, now);
  const { kind, why, sinceAt, lastedMs } = say.trouble;
  const words = WORDS[kind];
  const again = say.kind === "reminder" ? "still " : "";
  const { waiting } = place;
  return {
    ...headOf(say.kind, sinceAt, now, place, `${again}${words.title}`),
    lines: [
      `${place.host} ${words.title} since ${moment(sinceAt)}, seen for ${span(lastedMs)}: ${why}.`,
      words.means,
      words.todo(place.worker),
      ...(waiting === 0 ? [] : [`${waiting} ${waiting === 1 ? "result waits" : "results wait"} on its disk, unlost.`]),
    ],
  };
}

function clearMessage(sinceAt: number, place: Place, now: number): Message {
  return {
    ...headOf("clear", sinceAt, now, place, "is watched by Tierwatch again"),
    lines: [
      `The trouble that began at ${moment(sinceAt)} is over after ${span(now - sinceAt)}: the worker at ${place.worker} answers ${place.host} and looks for missed deadlines.`,
    ],
  };
}

/** A message that only shows that a way works. */
export function testMessage(place: Place, now: number): Message {
  return {
    ...headOf("test", now, now, place, "tests its own Tierwatch alarm"),
    lines: [
      `You asked for this with \`pusher alarm test\` on ${place.host}.`,
      `By this way ${place.host} tells you when the worker at ${place.worker} does not watch over it.`,
    ],
  };
}

function headOf(kind: Message["kind"], sinceAt: number, now: number, place: Place, title: string) {
  const host = place.host.length > HOST_MAX_CHARS ? `${place.host.slice(0, HOST_MAX_CHARS - 1)}…` : place.host;
  const thread = `alarm-${sinceAt}`;
  const id = kind === "alarm" || kind === "clear" ? `${thread}-${kind}` : `${thread}-${kind}-${now}`;
  return { id, thread, kind, host: place.host, title: `${host} ${title}`.slice(0, TITLE_MAX_CHARS) };
}

/** An instant of this host's clock as `2026-11-23 02:14 UTC`. */
export function moment(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A duration in whole minutes, or in hours and minutes. */
function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  if (hours === 0) return `${minutes} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
