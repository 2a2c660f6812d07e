/** Three copies on two media, one offsite: what counts, and what does not. */
import { describe, expect, test } from "vitest";
import { spreadOf, spreadWords } from "../../worker/judge/spread.ts";
import type { SiteSummary, Summary } from "../../worker/judge/summary.ts";
import { healthy, pending, stuckSync, unproven } from "../worker/sample-summary.ts";

function wordsOf(summary: Summary, dataset: string, change: (site: SiteSummary) => SiteSummary = (site) => site) {
  const site = change(summary.sites[0] ?? fail());
  const chain = site.chains.find((one) => one.dataset === dataset) ?? fail();
  const spread = spreadOf(chain, site.copies);
  return { words: spreadWords(spread), kept: spread.kept };
}

function fail(): never {
  throw new Error("a sample has a site with this dataset");
}

describe("the spread of a dataset", () => {
  test("counts the place it is born in and every fresh copy", () => {
    expect(wordsOf(healthy(), "apps")).toEqual({ words: "4 copies on 4 media, one offsite", kept: true });
    expect(wordsOf(healthy(), "photos")).toEqual({ words: "3 copies on 3 media, one offsite", kept: true });
  });

  test("leaves out what is missed or blocked, and names it", () =>
    expect(wordsOf(stuckSync(), "photos")).toEqual({
      words: "1 copy on 1 medium, none offsite; not counted: staging and offsite",
      kept: false,
    }));

  test("says that a copy is only claimed", () =>
    expect(wordsOf(unproven(), "apps").words).toBe("4 copies on 4 media, one offsite, some unproven"));

  test("counts nothing that was never proven", () => expect(wordsOf(pending(), "apps").kept).toBe(false));

  test("needs a tier whose name says that it is off the site", () => {
    const renamed = (to: string) => (site: SiteSummary) =>
      JSON.parse(JSON.stringify(site).replaceAll("offsite", to)) as SiteSummary;
    expect(wordsOf(healthy(), "photos", renamed("usb")).kept).toBe(false);
    for (const name of ["cloud", "off-site", "friends-cloud", "offsite-2"]) {
      expect(wordsOf(healthy(), "photos", renamed(name)).kept).toBe(true);
    }
  });
});
