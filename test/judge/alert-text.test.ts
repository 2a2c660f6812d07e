/** The parts of an alert's words that hold for all of them: titles of any reason, ages, clocks, ends of logs. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sayDrill } from "../../worker/judge/drill.ts";
import { endOfLog, redacted } from "../../worker/judge/redact.ts";
import { title } from "../../worker/judge/say.ts";
import { sayDisabled } from "../../worker/judge/say-channel.ts";
import { sayGone } from "../../worker/judge/subscribers.ts";
import { tierAges } from "../../worker/judge/tier-ages.ts";
import { told, zoneOfSite } from "../../worker/judge/told.ts";
import type { Watch } from "../../worker/judge/watch.ts";
import {
  bothHeard,
  carrying,
  chainPlans,
  differs,
  HOUR,
  lifeOf,
  look,
  MINUTE,
  ran,
  START,
  WELL,
  well,
} from "./site.ts";

test("a title is one line of under 80 characters and whole, whatever it is made of", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (words) => {
      const line = title(words.toWellFormed());
      expect(line.length).toBeLessThan(80);
      expect(line.isWellFormed()).toBe(true);
      expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
    }),
  );
});

test("so is that of every notice, drill and test, however long the names in it are", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 60, maxLength: 100 }), (words) => {
      const name = words.toWellFormed();
      const said = [sayGone("1", name, name, WELL), sayDrill(name, WELL, true, WELL), sayDisabled(name, name, WELL)];
      for (const { title: line } of said) {
        expect(line.length).toBeLessThan(80);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
});

describe("an alert", () => {
  const failed = () =>
    look(ran(well(), "nas", "sync", WELL + MINUTE, { status: "failed", reason: "no such pool" }), WELL + 2 * MINUTE)
      .said;

  test("says how old each tier is, what would be lost, and what to do, in this order, last", () => {
    const lines = failed()[0]?.lines ?? [];
    expect(lines.at(-3)).toMatch(/^Age of the data: archive .+, staging .+ and offsite .+\.$/);
    expect(lines.at(-2)).toMatch(/^If the site were lost now: /);
    expect(lines.at(-1)).toBe("Next: On nas: run the pusher's status, mend what it names, then run sync.");
  });

  test("about a run names that run, so that the end of its log can be told", () => {
    const [alert] = failed();
    expect(alert?.run).toMatchObject({ host: "nas", job: "sync", id: expect.any(String) });
  });

  test("about a copy names the last run of the job that brought it", () => {
    const [alert] = look(differs(well(), "apps", "staging", WELL + MINUTE, "vm"), WELL + 2 * MINUTE).said;
    expect(alert?.run).toMatchObject({ host: "nas", job: "sync", id: expect.any(String) });
  });

  test("about a job that did not run names no run", () => {
    const late = WELL + 26 * HOUR;
    const alerts = look(bothHeard(well(), late), late).said.filter(({ root }) => root === "job:nas/sync");
    expect(alerts.map(({ kind, run }) => ({ kind, run }))).toEqual([{ kind: "opened", run: undefined }]);
  });

  test("about what is well again names no run", () => {
    const lived = look(ran(well(), "nas", "sync", WELL + MINUTE, { status: "failed" }), WELL + 2 * MINUTE);
    const closed = look(ran(lived, "nas", "sync", WELL + 5 * MINUTE), WELL + 6 * MINUTE).said.at(-1);
    expect(closed?.kind).toBe("closed");
    expect(closed?.run).toBeUndefined();
  });
});

describe("the age of a tier", () => {
  test("is that of its oldest copy; what never arrived is older than anything", () => {
    expect(tierAges(well().watches, WELL + 5 * HOUR)).toEqual([
      "Age of the data: archive 5 h, staging 5 h and offsite 5 h.",
    ]);
    expect(tierAges(lifeOf(chainPlans()).watches, START)).toEqual([
      "Age of the data: archive nothing yet, staging nothing yet and offsite nothing yet.",
    ]);
    expect(tierAges([], START)).toEqual([]);
  });

  test("names the dataset where there are several", () => {
    const two = well().watches.flatMap((watch): Watch[] => {
      if (watch.spec.kind !== "copy" || watch.facts.kind !== "copy") return [watch];
      const older = { ...watch.facts, good: watch.facts.good && { ...watch.facts.good, recoveryAt: WELL - 24 * HOUR } };
      return [watch, { ...watch, key: `${watch.key}2`, spec: { ...watch.spec, dataset: "photos" }, facts: older }];
    });
    expect(tierAges(two, WELL + HOUR)[0]).toBe(
      "Age of the data: archive 25 h (photos), staging 25 h (photos) and offsite 25 h (photos).",
    );
  });
});

describe("an instant in an alert", () => {
  const NOON = Date.parse("2026-11-24T12:00:00Z");
  test.each([
    ["by 2026-11-24 07:00 UTC.", null, "by 2026-11-24 07:00 UTC (5 h ago)."],
    ["by 2026-11-24 07:00 UTC.", "Europe/Berlin", "by 2026-11-24 08:00 Europe/Berlin (5 h ago)."],
    ["by 2026-11-24 23:30 UTC.", "Europe/Berlin", "by 2026-11-25 00:30 Europe/Berlin (in 11 h 30 min)."],
    ["at 2026-11-24 12:00 UTC.", null, "at 2026-11-24 12:00 UTC."],
    ["on 2026-02-31 12:00 UTC?", null, "on 2026-02-31 12:00 UTC?"],
    ["no instant", "Europe/Berlin", "no instant"],
  ])("is told by the site's clock, with its age: %s %s", (line, zone, expected) => {
    expect(told(line, zone, NOON)).toBe(expected);
  });

  test("goes by the zone of most of the site's jobs; without one by UTC", () => {
    const inZones = (...zones: string[]) => {
      const jobs = zones.map((zone, i) =>
        carrying(`j${i}`, "archive", "staging", 30, { schedule: { cron: "0 2 * * *", zone } }),
      );
      const plan = {
        beat: { everySeconds: 300, graceSeconds: 300 },
        datasets: [{ name: "apps", born: "archive" }],
        jobs,
      };
      return zoneOfSite(lifeOf([{ host: "nas", plannedAt: START, plan }]).watches);
    };
    expect(inZones("Europe/Berlin", "America/New_York", "Europe/Berlin")).toBe("Europe/Berlin");
    expect(inZones("UTC")).toBeNull();
    expect(zoneOfSite([])).toBeNull();
  });
});

describe("a log's end", () => {
  test.each([
    ["restic -r rest:https://me:hush@host.example/repo", "restic -r rest:https://me:[redacted]@host.example/repo"],
    ["RESTIC_PASSWORD=hush and on", "RESTIC_PASSWORD=[redacted] and on"],
    ['{"api_key": "hush", "b": 1}', '{"api_key": [redacted], "b": 1}'],
    ["Authorization: Bearer abcdefghijkl", "Authorization: [redacted]"],
    ["sent with Bearer abcdefghijkl.mnop", "sent with Bearer [redacted]"],
    ["tool --password hush --verbose", "tool --password [redacted] --verbose"],
    ["id AKIAIOSFODNN7EXAMPLE used", "id [redacted] used"],
    ["wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY00", "[redacted]"],
    ["token: ghp_0123456789abcdefghij", "token: [redacted]"],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\nhush\n-----END OPENSSH PRIVATE KEY-----", "[redacted]"],
  ])("holds no secret: %s", (line, expected) => {
    expect(redacted(line)).toBe(expected);
  });

  test.each([
    "snapshot 9d1f3b27 saved",
    "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "cannot open 'archive/apps': dataset does not exist",
    "/mnt/archive/photos/2026/IMG_20261122_101112.HEIC: permission denied",
    "passed 3 checks, 0 errors",
    "https://host.example:8000/repo is unreachable",
  ])("keeps what is none: %s", (line) => {
    expect(redacted(line)).toBe(line);
  });

  test("is its last fifteen lines, without colours, blanks and lines of any length", () => {
    const log = Array.from({ length: 40 }, (_, i) => `line ${i}\r\n\r\n`).join("");
    expect(endOfLog(log)).toHaveLength(15);
    expect(endOfLog(log).at(-1)).toBe("line 39");
    expect(endOfLog("\u001B[31mred\u001B[0m\u0007 x")).toEqual(["red  x"]);
    expect(endOfLog("y".repeat(5000))[0]).toHaveLength(301);
    expect(endOfLog("")).toEqual([]);
  });
});
