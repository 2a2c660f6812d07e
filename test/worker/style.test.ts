/** Text is readable on all that it may stand on, in light and in dark (WCAG 2.2, 1.4.3): axe does not see drawings behind text. */
import { describe, expect, test } from "vitest";
import { COLOURS } from "../../worker/page/style-colours.ts";

const [light = "", dark = ""] = COLOURS.split("@media (prefers-color-scheme: dark)");
const SCHEMES = { light: coloursOf(light), dark: coloursOf(dark) };

function coloursOf(css: string): Map<string, string> {
  return new Map([...css.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, name = "", hex = ""]) => [name, hex]));
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** What stands on what: text of any kind on the grounds, a state's own colour on its own liquid. */
const PAIRS: readonly (readonly [string, string])[] = [
  ...["paper", "card", "in-ok", "in-late", "in-bad", "in-held", "in-still"].flatMap((on): [string, string][] => [
    ["ink", on],
    ["soft", on],
  ]),
  ...["ok", "late", "bad", "held", "still"].flatMap((state): [string, string][] => [
    [state, "paper"],
    [state, "card"],
    [state, `in-${state}`],
  ]),
  ["ink", "wash-bad"],
  ["ink", "wash-late"],
];

describe.each(Object.entries(SCHEMES))("in %s", (_, colours) => {
  test.each(PAIRS)("%s can be read on %s", (text, on) =>
    expect(contrast(colours.get(text) ?? "", colours.get(on) ?? "")).toBeGreaterThanOrEqual(4.5),
  );
});
