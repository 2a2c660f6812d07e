import { parseXml } from "@rgrove/parse-xml";
import { describe, expect, test } from "vitest";
import { type Badge, badgeOf, badgeSvg, COLOURS, shieldsJson, textWidth } from "../../worker/feeds/badge.ts";
import type { Summary } from "../../worker/judge/summary.ts";
import { degradedPool, healthy, NOW, pending, silentSite, stuckSync, unproven } from "../worker/sample-summary.ts";

const of = (summary: Summary, tier: string | null = null, site = "home") => badgeOf(summary, site, tier, NOW);

describe("a badge", () => {
  test.each<[string, Badge, Partial<Badge>]>([
    ["a healthy site", of(healthy()), { label: "home", message: "fresh", mood: "ok" }],
    [
      "a healthy tier, by its oldest copy",
      of(healthy(), "offsite"),
      { label: "offsite", message: "6 h 30 min old", mood: "ok" },
    ],
    ["a tier that is only a source", of(healthy(), "fast"), { message: "live", mood: "live" }],
    [
      "copies that only jobs vouch for",
      of(unproven(), "offsite"),
      { message: "unproven, 6 h 30 min old", mood: "unproven" },
    ],
    ["a site of such copies", of(unproven()), { message: "unproven", mood: "unproven" }],
    ["a stuck site", of(stuckSync()), { message: "failed", mood: "failed" }],
    ["a tier behind the stuck hop", of(stuckSync(), "offsite"), { mood: "blocked" }],
    ["a silent site", of(silentSite()), { mood: "failed" }],
    ["a degraded pool", of(degradedPool(), "archive"), { mood: "degraded" }],
  ])("of %s", (_what, badge, expected) => expect(badge).toMatchObject(expected));

  test.each<[string, Badge]>([
    ["a site that was never heard of", of(pending())],
    ["a tier of it", of(pending(), "offsite")],
    ["a site that there is not, or not to be seen", of(healthy(), null, "vault")],
    ["a tier that there is not", of(healthy(), "moon")],
    ["sweeps that stopped", of(healthy({ lastSweepAt: NOW - 301_000 }))],
    ["sweeps that stopped, of a tier", of(healthy({ lastSweepAt: null }), "offsite")],
  ])("of %s says unknown", (_what, badge) => expect(badge).toMatchObject({ message: "unknown", mood: "unknown" }));
});

describe("its picture", () => {
  const badges = [of(healthy(), "offsite"), of(stuckSync(), "staging"), of(pending())];

  test.each(badges)("of $label is well-formed, tells its words, and is as wide as they are", (badge) => {
    const { root } = parseXml(badgeSvg(badge));
    expect(root?.attributes["aria-label"]).toBe(`${badge.label}: ${badge.message}`);
    expect(Number(root?.attributes.width)).toBe(textWidth(badge.label) + textWidth(badge.message) + 24);
  });

  test.each([
    ["a", 66],
    ["m", 107],
    ["i", 30],
    ["0", 70],
    [" ", 39],
    ["-", 50],
  ])("counts ten of %j as %i px, as Verdana draws them at 11 px", (char, width) => {
    expect(textWidth(char.repeat(10))).toBe(width);
  });

  test("has contrast enough between its words and their ground (WCAG AA)", () => {
    for (const colour of [...Object.values(COLOURS), "#1c2126"]) {
      expect({ colour, enough: contrastToWhite(colour) >= 4.5 }).toEqual({ colour, enough: true });
    }
  });

  test("never has the colour of ok under another word", () => {
    const others = Object.entries(COLOURS).filter(([mood]) => mood !== "ok");
    expect(others.map(([, colour]) => colour)).not.toContain(COLOURS.ok);
  });
});

test("shields.io is told what its endpoint badge knows", () => {
  expect(shieldsJson(of(healthy(), "offsite"))).toEqual({
    schemaVersion: 1,
    label: "offsite",
    message: "6 h 30 min old",
    color: "#1d5c43",
    isError: false,
  });
  expect(shieldsJson(of(pending())).isError).toBe(true);
});

/** WCAG 2.2's contrast ratio. */
function contrastToWhite(hex: string): number {
  const [r = 0, g = 0, b = 0] = (hex.match(/[0-9a-f]{2}/g) ?? []).map((pair) => {
    const share = Number.parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
}
