/** What holds of the judge when looks are rare, and some die. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isBad, type Spec } from "../../worker/judge/watch.ts";
import { site } from "./happenings.ts";
import { contextAt, looks, steps } from "./rare-looks.ts";
import { heard, MINUTE, NAME, verdictOf } from "./site.ts";

const MISSES: readonly string[] = ["never", "overdue", "not_started", "overrun"];

/** The hosts that carry. */
function hostsOf(spec: Spec): readonly string[] {
  return spec.kind === "copy" ? spec.feeds.map(({ host }) => host) : spec.kind === "job" ? [spec.host] : [];
}

test("looking again at the same time changes nothing and says nothing", () => {
  fc.assert(
    fc.property(site, steps, (first, happenings) => {
      for (const { seen, now } of looks(first, happenings)) {
        const { changed, opened, closed } = verdictOf(seen.life, now, contextAt(seen, now));
        expect({ changed, opened, closed }).toEqual({ changed: [], opened: [], closed: [] });
      }
    }),
    { numRuns: 1000 },
  );
});

test("time alone heals nothing: what closes while nothing arrives goes on in something wider", () => {
  fc.assert(
    fc.property(site, steps, fc.integer({ min: 1, max: 72 * 60 }), (first, happenings, minutes) => {
      for (const { seen, now } of looks(first, happenings)) {
        const later = now + minutes * MINUTE;
        const { closed, after } = verdictOf(seen.life, later, contextAt(seen, later));
        expect(closed.filter(({ ending }) => ending !== "absorbed")).toEqual([]);
        const bad = seen.life.watches.filter(({ status }) => isBad(status) || status === "blocked");
        const well = new Set(after.filter(({ status }) => status === "ok").map(({ key }) => key));
        expect(bad.filter(({ key }) => well.has(key))).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});

test("at the look at which a silence ends nothing that hung on it is told as missed", () => {
  fc.assert(
    fc.property(site, steps, (first, happenings) => {
      for (const { before, now } of looks(first, happenings)) {
        const { closed, opened, after } = verdictOf(before.life, now, contextAt(before, now));
        const over = closed.filter(({ ending }) => ending === "recovered").map(({ incident }) => incident.root);
        const missed = opened.filter(({ reason }) => MISSES.includes(reason.code)).map(({ subject }) => subject);
        const hung = after.filter(({ spec }) => hostsOf(spec).some((host) => over.includes(`host:${host}`)));
        const hushed = over.includes(`site:${NAME}`) ? after.filter(({ spec }) => spec.kind !== "host") : hung;
        expect(hushed.filter(({ key }) => missed.includes(key))).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});

test("a sign of life alone ends nothing but a silence", () => {
  const minutes = fc.integer({ min: 1, max: 48 * 60 });
  fc.assert(
    fc.property(site, steps, fc.constantFrom("nas", "vm"), minutes, (first, happenings, host, after) => {
      for (const { seen, now } of looks(first, happenings)) {
        const later = now + after * MINUTE;
        const { closed } = verdictOf(heard(seen.life, host, later), later, contextAt(seen, later));
        // What a job left behind that was renamed is closed as removed, and goes on under its new name.
        const recovered = closed.filter(({ ending }) => ending === "recovered").map(({ incident }) => incident.root);
        expect(recovered.filter((root) => !/^(host|site):/.test(root))).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});
