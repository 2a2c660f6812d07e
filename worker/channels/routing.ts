/** The entries of a channel's table that say what it is to hear. They are the same for every kind of channel. */
import * as z from "zod/mini";
import { parseDuration } from "../../protocol/duration.ts";
import { canonicalZone, zoneFault } from "../../protocol/zone.ts";
import type { Quiet } from "../judge/quiet.ts";
import { everything, type Routing } from "../judge/route.ts";

const AFTER_MIN_SECONDS = 60;
/** Deliveries are tried for three days from when they were made: what waits longer than a day would hardly be tried. */
const AFTER_MAX_SECONDS = 86_400;

/** Each message names its entry: a fault is read far from the table. */
const LEAST = 'least must be "notice", "warning" or "critical"';
const AFTER = 'after must be a duration from "1m" to "1d", as in "30m"';
const QUIET = 'quiet must be two different times of day, as in "22:00-07:00"';
const NO_ZONE = 'zone must be the IANA name of a time zone, as in "Europe/Berlin"';

const DIGEST = 'digest must be "daily" or "weekly"';
const DIGEST_AT = 'digest_at must be a time of day, as in "07:00"';
const DIGEST_AT_USUAL = "07:00";

const BATCH = "batch must be true or false";

const names = (entry: string) => {
  const fault = `${entry} must be a list of at least one name, as in ["home"]`;
  return z.array(z.string(fault).check(z.minLength(1, fault)), fault).check(z.minLength(1, fault));
};

const after = z.string(AFTER).check(
  z.refine((text) => {
    const seconds = parseDuration(text) ?? 0;
    return seconds >= AFTER_MIN_SECONDS && seconds <= AFTER_MAX_SECONDS;
  }, AFTER),
);

const TIME = "([01]\\d|2[0-3]):[0-5]\\d";

const quiet = z.string(QUIET).check(
  z.regex(new RegExp(`^${TIME}-${TIME}$`), { error: QUIET, abort: true }),
  z.refine((text) => text.slice(0, 5) !== text.slice(6), QUIET),
);

const zone = z
  .string(NO_ZONE)
  .check(z.refine((name) => zoneFault(name) === null, { error: ({ input }) => `zone: ${zoneFault(String(input))}` }));

const entries = z.object({
  least: z.optional(z.enum(["notice", "warning", "critical"], LEAST)),
  sites: z.optional(names("sites")),
  tiers: z.optional(names("tiers")),
  quiet: z.optional(quiet),
  after: z.optional(after),
  batch: z.optional(z.boolean(BATCH)),
  digest: z.optional(z.enum(["daily", "weekly"], DIGEST)),
  digest_at: z.optional(z.string(DIGEST_AT).check(z.regex(new RegExp(`^${TIME}$`), DIGEST_AT))),
  zone: z.optional(zone),
});
type Entries = z.infer<typeof entries>;

export interface ReadRouting {
  /** What is left of the table for its kind. */
  readonly rest: Readonly<Record<string, unknown>>;
  /** Undefined when the table says nothing of it, or there are faults. */
  readonly routing: Routing | undefined;
  readonly faults: readonly string[];
}

export function readRouting(name: string, table: Readonly<Record<string, unknown>>): ReadRouting {
  const keys = Object.keys(entries.shape);
  const isOurs = ([key]: [string, unknown]) => keys.includes(key);
  const ours = Object.entries(table).filter(isOurs);
  const rest = Object.fromEntries(Object.entries(table).filter((entry) => !isOurs(entry)));
  if (ours.length === 0) return { rest, routing: undefined, faults: [] };
  const parsed = entries.safeParse(Object.fromEntries(ours));
  const faults = parsed.success
    ? loneFaults(parsed.data)
    : [...new Set(parsed.error.issues.map(({ message }) => message))];
  return { rest, routing: parsed.success && faults.length === 0 ? routingFrom(name, parsed.data) : undefined, faults };
}

/** Entries that need another one to mean anything. */
function loneFaults({ quiet, digest, digest_at, zone }: Entries): string[] {
  const needs = (entry: string) => `${entry} needs a zone, as in zone = "Europe/Berlin"`;
  return [
    ...(quiet !== undefined && zone === undefined ? [needs("quiet")] : []),
    ...(digest !== undefined && zone === undefined ? [needs("digest")] : []),
    ...(digest === undefined && digest_at !== undefined ? ["digest_at says nothing without digest"] : []),
    ...(quiet === undefined && digest === undefined && zone !== undefined
      ? ["zone says nothing without quiet or digest"]
      : []),
  ];
}

function routingFrom(name: string, read: Entries): Routing {
  const usual = everything(name);
  const { least, sites, tiers, after, batch } = read;
  const zone = canonicalZone(read.zone ?? "");
  return {
    ...usual,
    least: least ?? usual.least,
    sites: sites ?? null,
    tiers: tiers ?? null,
    quiet: zone === null || read.quiet === undefined ? null : quietFrom(read.quiet, zone),
    afterMs: after === undefined ? 0 : (parseDuration(after) ?? 0) * 1000,
    batches: batch ?? false,
    digest:
      zone === null || read.digest === undefined
        ? null
        : { every: read.digest, time: read.digest_at ?? DIGEST_AT_USUAL, zone },
  };
}

function quietFrom(text: string, zone: string): Quiet {
  const [from = "", until = ""] = text.split("-");
  return { from: minuteOf(from), until: minuteOf(until), zone };
}

/** The minute of the day that `22:05` is. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** What a channel hears; without settings of it, everything. */
export function routingOf(channel: { readonly name: string; readonly routing?: Routing }): Routing {
  return channel.routing ?? everything(channel.name);
}
