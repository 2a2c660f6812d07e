/**
 * One word on how a site or a tier is, as a picture of our own, or as shields.io draws it. A badge is never good news about
 * what is unknown: a site that nobody knows or may see, sweeps that stopped, a copy that only a job vouches for.
 */
import { siteHeadline } from "../judge/headline.ts";
import { type SiteSummary, type Summary, sweepIsStale, type TierStatus } from "../judge/summary.ts";
import { span } from "../judge/words.ts";

type Mood = TierStatus | "unproven" | "unknown" | "live";

export interface Badge {
  readonly label: string;
  readonly message: string;
  readonly mood: Mood;
}

/** Of a site (`tier` null) or of one of its tiers, as of `now` in milliseconds. */
export function badgeOf(summary: Summary, name: string, tier: string | null, now: number): Badge {
  const site = summary.sites.find((one) => one.name === name);
  const isKnown = site !== undefined && (tier === null || site.tiers.some((one) => one.name === tier));
  // The same for what is not there and what is not to be seen: a badge tells nobody which.
  if (!isKnown) return unknownBadge(tier ?? name);
  if (sweepIsStale(summary.lastSweepAt, now)) return unknownBadge(tier ?? name);
  return tier === null ? siteBadge(site, now) : tierBadge(site, tier, now);
}

export function unknownBadge(label: string): Badge {
  return { label, message: "unknown", mood: "unknown" };
}

function siteBadge(site: SiteSummary, now: number): Badge {
  const { status } = siteHeadline(site, now);
  if (status === "pending") return unknownBadge(site.name);
  return { label: site.name, message: status === "ok" ? "fresh" : status, mood: status };
}

function tierBadge(site: SiteSummary, tier: string, now: number): Badge {
  const held = site.copies.filter((copy) => copy.tier === tier);
  const status = site.tiers.find(({ name }) => name === tier)?.status ?? "pending";
  if (status === "pending") return unknownBadge(tier);
  // Nothing has to reach a tier that is only a source.
  if (held.length === 0)
    return { label: tier, message: status === "ok" ? "live" : status, mood: status === "ok" ? "live" : status };
  const times = held.map(({ recoveryAt }) => recoveryAt);
  const oldest = times.includes(null) ? null : Math.min(...times.flatMap((at) => at ?? []));
  const age = oldest === null ? "no data" : `${span(now - oldest)} old`;
  if (status !== "ok") return { label: tier, message: `${status}, ${age}`, mood: status };
  return held.every(({ proven }) => proven)
    ? { label: tier, message: age, mood: "ok" }
    : { label: tier, message: `unproven, ${age}`, mood: "unproven" };
}

/** Backgrounds under white text, each with a contrast of more than 4.5 to it (WCAG 2.2, 1.4.3). */
export const COLOURS: Readonly<Record<Mood, string>> = {
  ok: "#1d5c43",
  late: "#7d5200",
  degraded: "#7d5200",
  missed: "#a3241b",
  failed: "#a3241b",
  blocked: "#57468c",
  paused: "#565d66",
  pending: "#565d66",
  unproven: "#565d66",
  unknown: "#565d66",
  live: "#565d66",
};
const LABEL_COLOUR = "#1c2126";

const FONT_PX = 11;
const PADDING_PX = 6;
/** Advance widths of Verdana, in units of 1/2048 em; names are made of lower-case letters, digits and hyphens. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{
    a: 1230,
    b: 1276,
    c: 1067,
    d: 1276,
    e: 1220,
    f: 720,
    g: 1276,
    h: 1296,
    i: 562,
    j: 705,
    k: 1212,
    l: 562,
    m: 1992,
  },
  ...{
    n: 1296,
    o: 1243,
    p: 1276,
    q: 1276,
    r: 874,
    s: 1067,
    t: 807,
    u: 1296,
    v: 1212,
    w: 1676,
    x: 1212,
    y: 1212,
    z: 1076,
  },
  ...{ " ": 720, "-": 930, ",": 745 },
};
const DIGIT_WIDTH = 1302;

/** In pixels. */
export function textWidth(text: string): number {
  const units = [...text].reduce((sum, char) => sum + (WIDTHS[char] ?? DIGIT_WIDTH), 0);
  return Math.round((units * FONT_PX) / 2048);
}

/** The badge as an SVG of its own, 20 pixels high. In another font the text is fitted to the width. */
export function badgeSvg({ label, message, mood }: Badge): string {
  const [left, right] = [textWidth(label), textWidth(message)];
  const [split, width] = [left + 2 * PADDING_PX, left + right + 4 * PADDING_PX];
  const told = `${label}: ${message}`;
  const text = (x: number, length: number, of: string) => `<text x="${x}" y="14" textLength="${length}">${of}</text>`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${told}">` +
    `<title>${told}</title><clipPath id="r"><rect width="${width}" height="20" rx="3"/></clipPath>` +
    `<g clip-path="url(#r)"><rect width="${split}" height="20" fill="${LABEL_COLOUR}"/>` +
    `<rect x="${split}" width="${width - split}" height="20" fill="${COLOURS[mood]}"/></g>` +
    `<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="${FONT_PX}">` +
    `${text(PADDING_PX, left, label)}${text(split + PADDING_PX, right, message)}</g></svg>`
  );
}

/** As https://shields.io/badges/endpoint-badge asks for it. */
export function shieldsJson({ label, message, mood }: Badge) {
  const isError = mood === "unknown" || mood === "missed" || mood === "failed";
  return { schemaVersion: 1, label, message, color: COLOURS[mood], isError };
}
