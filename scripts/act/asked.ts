/** What the owner asks for on the command line, or the one sentence that says why it cannot be. Pure. */
import { parseArgs } from "node:util";
import { name } from "../../protocol/fields.ts";
import { scope } from "../../protocol/owner/acts.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { canonicalSchedule, scheduleFault } from "../../worker/judge/schedule.ts";

export type Asked =
  | {
      readonly act: "silence" | "pause";
      readonly scope: string;
      readonly fromAt: number;
      readonly untilAt: number | null;
      readonly recurs: { readonly cron: string; readonly zone: string; readonly seconds: number } | null;
      readonly note: string;
    }
  | { readonly act: "end"; readonly id: string }
  | { readonly act: "ack"; readonly root: string }
  | { readonly act: "snooze"; readonly root: string; readonly untilAt: number }
  | { readonly act: "list" };

export interface Request {
  readonly site: string;
  readonly where: "--local" | "--remote";
  readonly asked: Asked;
}

export const USAGE = `usage: npm run act -- ACT --site SITE [options]

  silence SCOPE --for 2h [--from 2026-11-23T20:00:00Z]     hold back its alerts; recording goes on
  silence SCOPE --for 3h --cron "0 2 * * 0" --zone Europe/Berlin   each Sunday from 2 to 5
  pause SCOPE [--for 3d]                                   do not judge it, until it is ended
  end ID                                                   end a silence or a pause (\`list\` shows their ids)
  ack INCIDENT                                             no reminders until it changes
  snooze INCIDENT --for 1d                                 no reminders until then
  list                                                     open incidents, silences and pauses

  SCOPE is site, host:NAME, tier:NAME, job:HOST/JOB or copy:DATASET/TIER; INCIDENT is what it is about, as \`list\` shows it
  --note TEXT   why, for whoever reads it later
  --remote      the worker on Cloudflare (this is meant when nothing is said)
  --local       the worker of \`wrangler dev\` in this folder`;

const ACTS: readonly string[] = ["silence", "pause", "end", "ack", "snooze", "list"];
const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const FOR_MAX_MS = 366 * 86_400_000;

/** Reads what was asked at `now`; an empty failure means that the usage says all there is to say. */
export function readRequest(argv: readonly string[], now: number): Result<Request, string> {
  const parsed = parse(argv);
  if (parsed === null) return failed("");
  const { values, positionals } = parsed;
  const [act, subject, ...more] = positionals;
  if (act === undefined || !ACTS.includes(act) || more.length > 0) return failed("");
  if (values.local && values.remote) return failed("");
  const site = name.safeParse(values.site);
  if (!site.success) return failed("say which site: --site NAME (lower-case letters, digits and inner hyphens)");
  const asked = readAct(act, subject, values, site.data, now);
  return asked.ok ? ok({ site: site.data, where: values.local ? "--local" : "--remote", asked: asked.value }) : asked;
}

function parse(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const options = { site: text, for: text, from: text, cron: text, zone: text, note: text, local: flag, remote: flag };
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch {
    return null;
  }
}

type Values = NonNullable<ReturnType<typeof parse>>["values"];

function readAct(
  act: string,
  subject: string | undefined,
  values: Values,
  site: string,
  now: number,
): Result<Asked, string> {
  if (act === "list") return subject === undefined ? ok({ act }) : failed("");
  if (subject === undefined) return failed("");
  switch (act) {
    case "silence":
    case "pause":
      return readTimed(act, subject, values, site, now);
    case "end":
      return ok({ act, id: subject });
    case "ack":
      return ok({ act, root: scoped(subject, site) });
    case "snooze": {
      const lasts = readFor(values.for);
      return lasts.ok ? ok({ act, root: scoped(subject, site), untilAt: now + lasts.value }) : lasts;
    }
    default:
      return failed("");
  }
}

function readTimed(
  act: "silence" | "pause",
  subject: string,
  values: Values,
  site: string,
  now: number,
): Result<Asked, string> {
  if (!scope.safeParse(subject).success) {
    return failed(`"${subject}" is no scope: write site, host:NAME, tier:NAME, job:HOST/JOB or copy:DATASET/TIER`);
  }
  const fromAt = values.from === undefined ? now : Date.parse(values.from);
  if (Number.isNaN(fromAt)) return failed(`--from "${values.from}" is no time: write it as 2026-11-23T20:00:00Z`);
  if (fromAt > now + FOR_MAX_MS) return failed(`--from "${values.from}": it has to begin within a year`);
  const base = { act, scope: scoped(subject, site), fromAt, note: values.note ?? "" };
  if (act === "pause" && values.for === undefined) return ok({ ...base, untilAt: null, recurs: null });
  const lasts = readFor(values.for);
  if (!lasts.ok) return lasts;
  if (values.cron === undefined) {
    const untilAt = fromAt + lasts.value;
    return untilAt > now
      ? ok({ ...base, untilAt, recurs: null })
      : failed(`--from "${values.from}": it would be over already`);
  }
  if (act === "pause") return failed("a pause does not come back by cron; a silence may");
  if (values.zone === undefined) return failed("say in which zone the cron is meant: --zone Europe/Berlin");
  const schedule = { cron: values.cron, zone: values.zone };
  const fault = scheduleFault(schedule);
  if (fault !== null) return failed(fault);
  const canonical = canonicalSchedule(schedule);
  const zone = "zone" in canonical ? canonical.zone : values.zone;
  return ok({ ...base, untilAt: null, recurs: { cron: values.cron, zone, seconds: lasts.value / 1000 } });
}

/** `site` alone stands for the site that is meant. */
function scoped(subject: string, site: string): string {
  return subject === "site" ? `site:${site}` : subject;
}

function readFor(text: string | undefined): Result<number, string> {
  const [, digits, unit = ""] = /^(\d{1,6})([mhd])$/.exec(text ?? "") ?? [];
  const ms = Number(digits) * (UNIT_MS[unit] ?? Number.NaN);
  if (ms > 0 && ms <= FOR_MAX_MS) return ok(ms);
  return failed('say for how long: --for "90m", "2h" or "3d", a year at most');
}
