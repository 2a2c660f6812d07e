/** What a site has to act on, as the database answers it, and whether what was asked for is there. */
import * as z from "zod/mini";
import { nearest } from "../../protocol/nearest.ts";
import { scopesOfSite } from "../../worker/judge/acts.ts";
import { moment } from "../../worker/judge/words.ts";
import type { Asked } from "./asked.ts";

const keys = z.object({ results: z.array(z.object({ key: z.string() })) });
const incidents = z.object({
  results: z.array(
    z.object({
      root: z.string(),
      severity: z.string(),
      opened_at: z.number(),
      acked_at: z.nullable(z.number()),
      snoozed_until: z.nullable(z.number()),
    }),
  ),
});
const acts = z.object({
  results: z.array(
    z.object({
      id: z.string(),
      kind: z.string(),
      scope: z.string(),
      from_at: z.number(),
      until_at: z.nullable(z.number()),
      cron: z.nullable(z.string()),
      zone: z.nullable(z.string()),
      seconds: z.nullable(z.number()),
      note: z.string(),
    }),
  ),
});
const answers = z.tuple([keys, incidents, acts]);

export interface Known {
  readonly keys: readonly string[];
  readonly incidents: z.infer<typeof incidents>["results"];
  readonly acts: z.infer<typeof acts>["results"];
}

/** Reads what wrangler prints for `lookSql`. */
export function readKnown(json: string): Known {
  const [watched, open, asked] = answers.parse(JSON.parse(json));
  return { keys: watched.results.map(({ key }) => key), incidents: open.results, acts: asked.results };
}

/** Why what was asked for cannot be, with the nearest name that is there; undefined when it can. */
export function missing(asked: Asked, site: string, known: Known): string | undefined {
  if (known.keys.length === 0) return `there is no site "${site}", or nothing is planned there yet`;
  switch (asked.act) {
    case "silence":
    case "pause":
      return unknown("is watched", asked.scope, scopesOfSite(site, known.keys));
    case "end":
      return unknown(
        "silence or pause has the id",
        asked.id,
        known.acts.map(({ id }) => id),
      );
    case "ack":
    case "snooze":
      return unknown(
        "incident is open about",
        asked.root,
        known.incidents.map(({ root }) => root),
      );
    case "list":
      return undefined;
  }
}

function unknown(what: string, asked: string, there: readonly string[]): string | undefined {
  if (there.includes(asked)) return undefined;
  const meant = nearest(asked, there);
  const hint = meant === undefined ? "`npm run act -- list` shows what there is" : `did you mean ${meant}?`;
  return what === "is watched" ? `nothing is watched as ${asked}; ${hint}` : `no ${what} ${asked}; ${hint}`;
}

/** The lines of `list`. */
export function listing({ incidents: open, acts: asked }: Known): string[] {
  const about = open.map(({ root, severity, opened_at, acked_at, snoozed_until }) => {
    const known = acked_at === null ? "" : ", acknowledged";
    const snoozed = snoozed_until === null ? "" : `, snoozed until ${moment(snoozed_until)}`;
    return `  ${root}  ${severity} since ${moment(opened_at)}${known}${snoozed}`;
  });
  const held = asked.map(({ id, kind, scope, from_at, until_at, cron, zone, seconds, note }) => {
    const until = until_at === null ? "until it is ended" : `until ${moment(until_at)}`;
    const when =
      cron === null ? `from ${moment(from_at)} ${until}` : `at "${cron}" ${zone} for ${(seconds ?? 0) / 60} min`;
    return `  ${id}  ${kind} of ${scope} ${when}${note === "" ? "" : ` (${note})`}`;
  });
  return [
    open.length === 0 ? "No incident is open." : "Open incidents:",
    ...about,
    asked.length === 0 ? "Nothing is silenced or paused." : "Silences and pauses:",
    ...held,
  ];
}
