/** Several alerts as one message: nothing of what is wrong is left out, and the title fits into a subject. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Alert } from "../../worker/judge/say.ts";
import { batchOf, sayTogether } from "../../worker/judge/say-batch.ts";

const AT = 1_795_000_000_000;

const alert = (job: string, more: Partial<Alert> = {}): Alert => ({
  kind: "opened",
  incidentId: `home/job:nas/${job}@${AT}`,
  site: "home",
  root: `job:nas/${job}`,
  severity: "warning",
  title: `home: ${job} on nas failed`,
  lines: [`First broken: ${job} on nas.`, "If the site were lost now: 31 h of photos.", `Next: look at ${job}.`],
  openedAt: AT,
  at: AT,
  ...more,
});

describe("a message about several", () => {
  test("says first what is wrong, the loudest before all, then each alert's own lines, and once what they all say", () => {
    const said = sayTogether(AT, [alert("scrub"), alert("nightly", { severity: "critical" })]);
    expect(said).toMatchObject({
      kind: "opened",
      severity: "critical",
      site: "home",
      title: "2 alerts at home: nightly on nas failed; scrub on nas failed",
      incidents: [`home/job:nas/nightly@${AT}`, `home/job:nas/scrub@${AT}`],
    });
    expect(said?.lines).toEqual([
      "1. home: nightly on nas failed",
      "2. home: scrub on nas failed",
      "About 1: First broken: nightly on nas.",
      "Next: look at nightly.",
      "About 2: First broken: scrub on nas.",
      "Next: look at scrub.",
      "If the site were lost now: 31 h of photos.",
    ]);
    expect(batchOf(said?.incidentId ?? "")).toBe(AT);
  });

  test("of several sites names them in the titles", () => {
    const said = sayTogether(AT, [alert("a"), alert("b", { site: "cabin", title: "cabin is silent" })]);
    expect(said).toMatchObject({ site: "", title: "2 alerts: home: a on nas failed; cabin is silent" });
  });

  test("of one is that one", () => {
    expect(sayTogether(AT, [alert("a")])).toEqual(alert("a"));
    expect(batchOf(alert("a").incidentId)).toBeNull();
  });

  test("of more than one reads says how many more there are", () => {
    const many = Array.from({ length: 30 }, (_, i) => alert(`j${i}`));
    expect(sayTogether(AT, many)?.lines).toContain("And 10 more, on the status page.");
  });

  test("has a title under 80 characters, and stands for each of them, whatever they are", () => {
    const any = fc.record({
      job: fc.string({ unit: "binary", minLength: 1, maxLength: 90 }),
      severity: fc.constantFrom("warning" as const, "critical" as const),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 2, maxLength: 25 }), (given) => {
        const alerts = given.map(({ job, severity }) => alert(job.toWellFormed(), { severity }));
        const said = sayTogether(AT, alerts);
        expect(said?.title.length).toBeLessThan(80);
        expect(said?.title.isWellFormed()).toBe(true);
        expect([...(said?.incidents ?? [])].sort()).toEqual(alerts.map(({ incidentId }) => incidentId).sort());
      }),
    );
  });
});
