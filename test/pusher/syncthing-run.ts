/** A run of kind syncthing against a Syncthing that is played, and what it made of that. */
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { syncthing } from "../../pusher/jobs/syncthing.ts";
import { played } from "./played.ts";
import { type Answer, answerOf, playSyncthing, type Script } from "./syncthing-fixtures.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");
export const withKey = (value: string) => () => ({ ok: true as const, value });

interface Options {
  readonly settings?: object;
  readonly context?: Partial<KindContext>;
  readonly onAsked?: (path: string, script: Script) => void;
}

/** One run; each look at the clock is a second later than the one before, so that patience comes to its end. */
export async function run(script: Script, { settings = {}, context = {}, onAsked }: Options = {}) {
  const server = await playSyncthing(script, (path) => onAsked?.(path, script));
  try {
    const prepared = syncthing.prepare({
      folder: "archive",
      address: server.address,
      api_key: "env:KEY",
      patience: "2s",
      ...settings,
    });
    if (!prepared.ok) throw new Error("these settings are good");
    const play = played([], NOW);
    let clock = NOW;
    const now = () => {
      clock += 1000;
      return clock;
    };
    let moves = 0;
    const moved = () => {
      moves += 1;
    };
    const outcome = await prepared.value.run({ ...play.context, now, moved, secret: withKey("KEY"), ...context });
    return { outcome, log: play.log, moves, asked: server.asked, address: server.address };
  } finally {
    await server.close();
  }
}

/** A real answer with some of it changed. */
export function changed(name: string, change: object): Answer {
  const answer = answerOf(name);
  return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), ...change }) };
}
