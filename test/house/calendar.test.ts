/** The slots of calendar events, held against systemd's own tool where there is one. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readCalendar } from "../../protocol/calendar.ts";
import { nextSlot } from "../../worker/judge/schedule.ts";

const ANALYZE = "systemd-analyze";
const version = spawnSync(ANALYZE, ["--version"], { encoding: "utf8" });
const hasTool = version.error === undefined && version.status === 0;
if (!hasTool) console.log(`skipped: comparing calendar events with ${ANALYZE}, which is not on this machine`);

const ITERATIONS = 6;

/** The next slots as systemd names them; undefined when it refuses the expression. */
function systemdSays(expression: string, zone: string, base: number): string[] | undefined {
  const from = `${new Date(base).toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const args = ["calendar", `--base-time=${from}`, `--iterations=${ITERATIONS}`, expression];
  const said = spawnSync(ANALYZE, args, { encoding: "utf8", env: { ...process.env, TZ: zone, LC_ALL: "C" } });
  if (said.status !== 0) return undefined;
  const line = zone === "UTC" ? /(?:Next elapse|Iter\. #\d+): \w+ (.*) UTC/g : /\(in UTC\): \w+ (.*) UTC/g;
  return [...said.stdout.matchAll(line)].map(([, time = ""]) => `${time.replace(" ", "T")}.000Z`);
}

function weSay(expression: string, zone: string, base: number): string[] | undefined {
  if (!readCalendar(expression).ok) return undefined;
  const slots: string[] = [];
  let at: number | null = base;
  while (slots.length < ITERATIONS) {
    at = nextSlot({ onCalendar: expression, zone }, at, false);
    if (at === null) break;
    slots.push(new Date(at).toISOString());
  }
  return slots;
}

const list = (part: fc.Arbitrary<string>) => fc.array(part, { minLength: 1, maxLength: 3 }).map((all) => all.join(","));
const number = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String);

function component(low: number, high: number): fc.Arbitrary<string> {
  const span = fc.tuple(number(low, high), number(low, high)).map(([a, b]) => `${a}..${b}`);
  const step = number(0, Math.ceil(high / 2));
  const stepped = fc.tuple(fc.oneof(number(low, high), span), step).map(([a, b]) => `${a}/${b}`);
  return fc.oneof({ arbitrary: fc.constant("*"), weight: 2 }, list(fc.oneof(number(low, high), span, stepped)));
}

const day = fc.constantFrom("Mon", "tue", "Wednesday", "Thu", "FRI", "Sat", "Sunday");
const weekdays = list(
  fc.oneof(
    day,
    fc.tuple(day, day).map(([a, b]) => `${a}..${b}`),
  ),
);
const year = fc.oneof(fc.constant("*"), component(2024, 2030), number(0, 99));
// From the end of the month systemd 252 refuses some long lists for no reason told; the last week is what is used.
const days = fc.oneof(
  component(1, 31).map((text) => `-${text}`),
  component(1, 7).map((text) => `~${text}`),
);
const date = fc
  .tuple(fc.option(year), component(1, 12), days)
  .map(([y, m, d]) => `${y === null ? "" : `${y}-`}${m}${d}`);
const time = fc
  // One second only: with several, systemd 252 leaves out midnight before a jump ("*:*:0/7" in Berlin, 29 March 2026).
  .tuple(component(0, 23), component(0, 59), fc.option(number(0, 59)))
  .map(([h, m, s]) => `${h}:${m}${s === null ? "" : `:${s}`}`);
const shorthand = fc.constantFrom("minutely", "hourly", "daily", "weekly", "monthly", "quarterly", "yearly");
const parts = fc
  .tuple(fc.option(weekdays), fc.option(date), fc.option(time))
  .map((all) => all.filter((part) => part !== null).join(" "))
  .filter((text) => text !== "");
const suffix = fc.constantFrom("", "", " UTC", " America/New_York");
const expression = fc.tuple(fc.oneof({ arbitrary: parts, weight: 9 }, shorthand), suffix).map((all) => all.join(""));
const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC");
const base = fc.oneof(
  fc.integer({ min: Date.parse("2025-01-01"), max: Date.parse("2028-01-01") }),
  // The two nights in which Berlin's clocks jump, but not the repeated hour itself: of it systemd, started anew, names
  // the second reading, which a timer that runs through it never does.
  fc.integer({ min: Date.parse("2026-03-28T22:00Z"), max: Date.parse("2026-03-29T02:00Z") }),
  fc.integer({ min: Date.parse("2026-10-24T20:00Z"), max: Date.parse("2026-10-25T00:59Z") }),
);

describe.skipIf(!hasTool)(`calendar events as ${ANALYZE} reads them`, () => {
  test("are refused or taken alike, and name the same times", { timeout: 60_000 }, () => {
    const runs = Number(process.env.CALENDAR_RUNS ?? 150);
    fc.assert(
      fc.property(expression, zone, base, (text, where, at) => {
        const from = Math.floor(at / 1000) * 1000;
        expect([text, weSay(text, where, from)]).toEqual([text, systemdSays(text, where, from)]);
      }),
      { numRuns: runs },
    );
  });
});
