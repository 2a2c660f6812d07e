/** What the owner does in an episode: silences a part of a site, or answers what is told of it. Tries again while nobody says yes. */
import type { Afflicted, Cure } from "./afflict.ts";
import type { Site } from "./site.ts";

const MINUTE_MS = 60_000;
const HOUR_SECONDS = 3_600;
/** An owner who is awake looks this often. */
const LOOKS_EVERY_MS = 2 * 3_600_000;

/** A part of the site is silenced as long as the episode lasts; now and then its owner ends that sooner. */
export function silenced(afflicted: Afflicted, { name, hosts }: Site): Cure {
  const { time, chance, owner, episode } = afflicted;
  const parts = [...hosts.values()].flatMap(({ name: host, plan }) => [
    `host:${host}`,
    ...plan.jobs.map((job) => `job:${host}/${job.name}`),
  ]);
  const scope = chance.pick(["site", ...parts]);
  const endsSooner = chance.hits(0.3);
  const { fromAt, untilAt } = episode;
  const end = (id: string) => owner.end(name, id, (ended) => (ended ? undefined : again(afflicted, () => end(id))));
  const begin = () => {
    const seconds = Math.max(60, Math.ceil((untilAt - time.now()) / 1000));
    owner.silence(name, scope, seconds, (id) => {
      if (id === undefined) again(afflicted, begin);
      else if (endsSooner) time.plan((fromAt + untilAt) / 2, () => end(id));
    });
  };
  begin();
  return () => undefined;
}

/** As long as the episode lasts the owner looks now and then, and acknowledges or snoozes one of what is open and told. */
export function answered(afflicted: Afflicted, { name }: Site): Cure {
  const { time, chance, owner, episode } = afflicted;
  const answer = (incidentId: string, seconds: number | null) =>
    owner.answer(incidentId, seconds, (taken) =>
      taken ? undefined : again(afflicted, () => answer(incidentId, seconds)),
    );
  const look = () => {
    const [first, ...more] = owner.told(name);
    if (first !== undefined) {
      const seconds = chance.hits(0.5) ? null : chance.whole(HOUR_SECONDS, 48 * HOUR_SECONDS);
      answer(chance.pick([first, ...more]), seconds);
    }
    if (time.now() + LOOKS_EVERY_MS < episode.untilAt) time.plan(time.now() + LOOKS_EVERY_MS, look);
  };
  look();
  return () => undefined;
}

function again({ time, episode }: Afflicted, act: () => void): void {
  if (time.now() + MINUTE_MS < episode.untilAt) time.plan(time.now() + MINUTE_MS, act);
}
