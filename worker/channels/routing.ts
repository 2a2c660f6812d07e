/** The entries of a channel's table that say what it is to hear. They are the same for every kind of channel. */
import * as z from "zod/mini";
import { parseDuration } from "../../protocol/duration.ts";
import { canonicalZone, zoneFault } from "../../protocol/zone.ts";
import { everything, type Routing } from "../judge/route.ts";

const AFTER_MIN_SECONDS = 60;
/** Deliveries are tried for three days from when they were made: what waits longer than a day would hardly be tried. */
const AFTER_MAX_SECONDS = 86_400;

/** Each message names its entry: a fault is read far from the table. */
const LEAST = 'least must be "notice", "warning" or "critical"';
const AFTER = 'after must be a duration from "1m" to "1d", as in "30m"';
const QUIET = 'quiet must be two different times of day, as in "22:00-07:00"';
const NO_ZONE = 'zone must be the IANA name of a time zone, as in "Europe/Berlin"';

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
    ? zoneFaults(parsed.data)
    : [...new Set(parsed.error.issues.map(({ message }) => message))];
  return { rest, routing: parsed.success && faults.length === 0 ? routingFrom(name, parsed.data) : undefined, faults };
}

function zoneFaults({ quiet, zone }: Entries): string[] {
  if (quiet !== undefined && zone === undefined) return ['quiet needs a zone, as in zone = "Europe/Berlin"'];
  return quiet === undefined && zone !== undefined ? ["zone says nothing without quiet"] : [];
}

function routingFrom(name: string, { least, sites, tiers, quiet, after, zone }: Entries): Routing {
  const usual = everything(name);
  const [from = "", until = ""] = quiet?.split("-") ?? [];
  return {
    ...usual,
    least: least ?? usual.least,
    sites: sites ?? null,
    tiers: tiers ?? null,
    quiet:
      quiet === undefined || zone === undefined
        ? null
        : { from: minuteOf(from), until: minuteOf(until), zone: canonicalZone(zone) ?? zone },
    afterMs: after === undefined ? 0 : (parseDuration(after) ?? 0) * 1000,
  };
}

/** The minute of the day that `22:05` is. */
function minuteOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

/** What a channel hears; without settings of it, everything. */
export function routingOf(channel: { readonly name: string; readonly routing?: Routing }): Routing {
  return channel.routing ?? everything(channel.name);
}
