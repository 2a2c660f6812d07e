/** Tells one problem to a person: what truly happened around it, what Tierwatch thought and said, and how to see it again. */
import type { Happening, Problem } from "./history.ts";
import type { Judged } from "./stretches.ts";
import type { Episode } from "./world/faults.ts";

const HOUR = 3_600_000;
const BEFORE_MS = 36 * HOUR;
const AFTER_MS = 6 * HOUR;
const LINES_MAX = 80;

interface Line {
  readonly at: number;
  readonly text: string;
}

export function storyOf({ plan, stretch }: Judged, problem: Problem): string {
  const { history, episodes, titles } = stretch;
  const [from, until] = [problem.at - BEFORE_MS, problem.at + AFTER_MS];
  const there = (site: string | null) => site === null || site === problem.site;
  const lines: Line[] = [
    ...episodes
      .filter(({ number, target, untilAt, fromAt }) => {
        return (plan.only?.has(number) ?? true) && there(target.site) && untilAt >= from && fromAt <= until;
      })
      .map(episodeLine),
    ...history.happenings.filter((one) => there("site" in one ? one.site : null)).flatMap(happeningLine),
    ...history.incidents
      .filter(({ site }) => there(site))
      .flatMap((incident) => {
        const name = `incident ${incident.root}`;
        const opened = `${name} opens as of ${moment(incident.openedAt)}: ${titles.get(incident.id) ?? incident.subject}`;
        const closed = incident.closedAt === null ? [] : [{ at: incident.closedAt, text: `${name} closes` }];
        return [{ at: incident.noticedAt, text: opened }, ...closed];
      }),
    ...history.messages
      .filter(({ site }) => there(site))
      .map(({ at, channel, kind, root }) => ({ at, text: `${channel} takes "${kind}" of ${root}` })),
    { at: problem.at, text: `>>> ${problem.kind}: ${problem.text}` },
  ];
  const near = lines.filter(({ at, text }) => (at >= from && at <= until) || text.startsWith("fault ")).sort(byTime);
  const kept = near.length <= LINES_MAX ? near : nearest(near, problem.at);
  return kept.map(({ at, text }) => `  ${moment(at)}  ${text}`).join("\n");
}

function byTime(a: Line, b: Line): number {
  return a.at - b.at;
}

function nearest(lines: readonly Line[], at: number): Line[] {
  const byDistance = lines.toSorted((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
  return byDistance.slice(0, LINES_MAX).sort(byTime);
}

function moment(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function episodeLine({ kind, target, fromAt, untilAt }: Episode): Line {
  const whom = target.name === "" ? "" : ` of ${target.name}`;
  return { at: fromAt, text: `fault ${kind}${whom}, until ${moment(untilAt)}` };
}

/** Beats that tell nothing new are left out, and faults stand there as episodes. */
function happeningLine(happening: Happening): Line[] {
  const { at } = happening;
  switch (happening.kind) {
    case "host":
      return [{ at, text: `host ${happening.host} ${happening.alive ? "is up" : "is down"}` }];
    case "clocks":
      return [{ at, text: happening.alive ? "sweeps run" : "no sweep can run" }];
    case "clock_ticks":
      return [{ at, text: `the ${happening.clock} clock ${happening.ticking ? "goes on" : "stops"}` }];
    case "channel":
      return [{ at, text: `channel ${happening.channel} is ${happening.healthy ? "well" : "ill"}` }];
    case "started":
      return [{ at, text: `${happening.host} begins ${happening.job}` }];
    case "finished":
      return [{ at, text: `${happening.host} ends ${happening.job}: ${happening.status}` }];
    case "data":
      return [{ at, text: `${happening.tier} holds ${happening.dataset} of ${moment(happening.bornAt)}` }];
    case "state":
      return [{ at, text: `${happening.host}'s ${happening.job} would find: ${happening.verdict}` }];
    case "heard": {
      const seen = happening.seen.map(({ dataset, tier, bornAt }) => `${dataset} in ${tier} of ${moment(bornAt)}`);
      const told = [...(happening.runs.length === 0 ? [] : [`${happening.runs.length} runs`]), ...seen].join(", ");
      return [
        { at, text: `the worker hears ${happening.host}, as of ${moment(happening.madeAt)}: ${told || "alive"}` },
      ];
    }
    case "disk":
      return [{ at, text: `${happening.host}'s disk is put back to ${moment(happening.since)}` }];
    case "clock":
      return [{ at, text: `${happening.host}'s clock is ${happening.offsetMs / 1000} s ahead` }];
    case "healed":
      return [{ at, text: "all faults have ended" }];
    case "fault":
      return [];
  }
}
