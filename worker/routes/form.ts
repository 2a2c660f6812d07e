/** What a form of an owner's page says, and how a refusal of it is told beside its fields. */
import { type Problem, problemOf, type Refusal } from "../../protocol/refusals.ts";
import { failed, ok, type Result } from "../../protocol/result.ts";
import { canonicalZone, zoneFault } from "../../protocol/zone.ts";
import { instantOf } from "../judge/zone-clock.ts";
import type { Fault, Tried, Values } from "../page/owner/form.tsx";
import { isoOf } from "./iso.ts";

/** In which field stands what a path of the request is about; where nothing is said, in the one of that name. */
const FIELDS: Values = {
  seconds: "amount",
  scope: "what",
  fromAt: "from",
  "sites.0": "shown",
  "recurs.cron": "cron",
  "recurs.zone": "zone",
};

/** Words for a person, where the API's own are for a program. */
const WORDS: Values = {
  seconds: "Write a number: it has to be from 1 minute to 366 days.",
  site: "Use up to 63 lower-case letters, digits and inner hyphens, such as home.",
  host: "Use up to 63 lower-case letters, digits and inner hyphens, such as corenas.",
};

/** A form that was refused. `blames` is the field that a refusal as a whole is about. */
export function triedOf(action: string, values: Values, refusal: Refusal, blames: string | null): Tried {
  return { action, values, faults: faultsOf(problemOf(refusal, 0), values, blames) };
}

function faultsOf({ errors, detail, title }: Problem, values: Values, blames: string | null): Fault[] {
  if (errors === undefined) return [{ field: blames, words: sentence(detail ?? title) }];
  return errors.map(({ path, message }) => {
    const field = FIELDS[path] ?? path;
    return Object.hasOwn(values, field)
      ? { field, words: WORDS[path] ?? sentence(message) }
      : { field: null, words: sentence(`${path}: ${message}`) };
  });
}

function sentence(text: string): string {
  const end = /[.!?]$/.test(text) ? "" : ".";
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${end}`;
}

/** How long, in seconds: undefined when nothing was written, and no number when that is none. */
export function secondsOf({ amount = "", unit = "" }: Values): number | undefined {
  const text = amount.trim().replace(",", ".");
  if (text === "") return undefined;
  return /^\d+(?:\.\d+)?$/.test(text) ? Math.round(Number(text) * Number(unit)) : Number.NaN;
}

const WALL = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d)?$/;

/** The instant that a form names by the clock of a zone, in RFC 3339; undefined when it names none. */
export function instantOfForm({ from = "", zone = "UTC" }: Values): Result<string | undefined, Refusal> {
  if (from.trim() === "") return ok(undefined);
  const noZone = zoneFault(zone.trim());
  if (noZone !== null) return failed({ code: "malformed", errors: [{ path: "zone", message: noZone }] });
  const [, day = "", time] = WALL.exec(from.trim()) ?? [];
  const wall = Date.parse(`${day}T${time}Z`);
  // Of the 30th of February, Date makes a day of March.
  if (!Number.isNaN(wall) && isoOf(wall).startsWith(day))
    return ok(isoOf(instantOf(canonicalZone(zone.trim()) ?? "UTC", wall)));
  const message = "write day and time, such as 2026-12-24 20:00";
  return failed({ code: "malformed", errors: [{ path: "from", message }] });
}

/** A watch to choose is written `SITE SCOPE`. */
export function placeOf({ what = "" }: Values): { readonly site: string; readonly scope: string } {
  const [site = "", scope = ""] = what.split(" ");
  return { site, scope };
}
