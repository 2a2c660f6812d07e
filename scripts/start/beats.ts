/** The hosts' beats, each host in its own rhythm, as cron would start them. */
import { setTimeout as sleep } from "node:timers/promises";
import { lastLine } from "./children.ts";
import type { Host } from "./hosts.ts";
import { BEAT } from "./timetable.ts";

export interface Beats {
  /** Stops beating; resolves when no beat is on its way any more. */
  readonly cutOff: () => Promise<void>;
  /** Beats again, at once. */
  readonly resume: () => void;
  /** Never resolves; rejects when a beat could not even be tried. */
  readonly failed: Promise<never>;
}

/** Starts beating. `trouble` hears of a host whose beats fail: once, until one goes well again. */
export function startBeats(hosts: readonly Host[], trouble: (text: string) => void): Beats {
  let on = true;
  const rhythms = hosts.map((host) => rhythm(host, () => on, trouble));
  return {
    cutOff: async () => {
      on = false;
      await Promise.all(rhythms.map(({ settled }) => settled()));
    },
    resume: () => {
      on = true;
      for (const { wake } of rhythms) wake();
    },
    failed: Promise.race(rhythms.map(({ failed }) => failed)),
  };
}

function rhythm(host: Host, isOn: () => boolean, trouble: (text: string) => void) {
  let current: Promise<unknown> = Promise.resolve();
  let wake: () => void = () => undefined;
  let wasWell = true;
  const beat = async () => {
    const ended = await host.pusher("beat");
    if (ended.code !== 0 && wasWell) trouble(`${host.name} could not beat: ${lastLine(ended)}`);
    wasWell = ended.code === 0;
  };
  const go = async (): Promise<never> => {
    for (;;) {
      if (isOn()) current = beat();
      await current;
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      await Promise.race([sleep(BEAT.everySeconds * 1000), woken]);
    }
  };
  return { settled: () => current, wake: () => wake(), failed: go() };
}
