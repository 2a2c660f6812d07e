/**
 * Time zones have one name each here. Intl knows the old names, in any case, but answers some with the name that was
 * current when its table was frozen; Node and workerd agree in all of those. `RENAMED` holds what both leave old.
 */
import { nearest } from "./nearest.ts";

/** From what Intl calls a zone to what the IANA database calls it now; see its file `backward`. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ["Africa/Asmera", "Africa/Asmara"],
  ["America/Buenos_Aires", "America/Argentina/Buenos_Aires"],
  ["America/Catamarca", "America/Argentina/Catamarca"],
  ["America/Coral_Harbour", "America/Atikokan"],
  ["America/Cordoba", "America/Argentina/Cordoba"],
  ["America/Godthab", "America/Nuuk"],
  ["America/Indianapolis", "America/Indiana/Indianapolis"],
  ["America/Jujuy", "America/Argentina/Jujuy"],
  ["America/Louisville", "America/Kentucky/Louisville"],
  ["America/Mendoza", "America/Argentina/Mendoza"],
  ["Asia/Calcutta", "Asia/Kolkata"],
  ["Asia/Katmandu", "Asia/Kathmandu"],
  ["Asia/Rangoon", "Asia/Yangon"],
  ["Asia/Saigon", "Asia/Ho_Chi_Minh"],
  ["Atlantic/Faeroe", "Atlantic/Faroe"],
  // Node calls it New York, workerd keeps the old name.
  ["EST5EDT", "America/New_York"],
  ["Europe/Kiev", "Europe/Kyiv"],
  ["Pacific/Enderbury", "Pacific/Kanton"],
  ["Pacific/Ponape", "Pacific/Pohnpei"],
  ["Pacific/Truk", "Pacific/Chuuk"],
]);

/** The present IANA name of a zone: legacy names resolved, the case put right. Null for what names no zone. */
export function canonicalZone(name: string): string | null {
  // Intl also takes offsets, which know no summer time, and workerd the placeholder "Factory".
  if (!/^[a-z]/i.test(name) || /^factory$/i.test(name)) return null;
  try {
    const known = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
    return RENAMED.get(known) ?? known;
  } catch {
    return null;
  }
}

/** What is wrong with a zone's name and what to write instead, or null. */
export function zoneFault(name: string): string | null {
  if (canonicalZone(name) !== null) return null;
  const known = Intl.supportedValuesOf("timeZone").map((zone) => RENAMED.get(zone) ?? zone);
  const meant = nearest(name, [...known, ...RENAMED.keys(), "UTC"]);
  const zone = meant === undefined ? undefined : (RENAMED.get(meant) ?? meant);
  const hint = zone === undefined ? 'write its IANA name, as in "Europe/Berlin"' : `did you mean "${zone}"?`;
  return `there is no time zone "${name}"; ${hint}`;
}
