/**
 * What a browser's own trace says of a page's first seconds: first and largest paint, how far things moved (cumulative layout
 * shift), how long the page could not answer (total blocking time), and what it asked for. With scripts or without.
 */
import type { Browser, CDPSession } from "playwright-core";
import * as z from "zod/mini";

/** What Lighthouse takes for a phone and for a desk. */
export interface Device {
  readonly width: number;
  readonly height: number;
  readonly roundTripMs: number;
  readonly kilobitsPerSecond: number;
  /** How many times slower than this machine. */
  readonly slower: number;
}

export const PHONE: Device = { width: 360, height: 640, roundTripMs: 150, kilobitsPerSecond: 1_638, slower: 4 };
export const DESK: Device = { width: 1440, height: 900, roundTripMs: 40, kilobitsPerSecond: 10_240, slower: 1 };

export interface Painted {
  readonly firstPaintMs: number;
  readonly largestPaintMs: number;
  /** Of tasks between the first paint and the end, what each took over 50 ms. */
  readonly blockedMs: number;
  readonly layoutShift: number;
  /** Paths of all that was asked for. */
  readonly requests: readonly string[];
}

const CATEGORIES = ["loading", "blink.user_timing", "devtools.timeline", "disabled-by-default-devtools.timeline"];
const LONG_TASK_US = 50_000;
/** Where nothing is as it is in UTC, so that the page's script has much to change. */
const FAR = "Asia/Kolkata";

export interface Opening {
  readonly device: Device;
  readonly scripts: boolean;
}

/** Opens a page in a new, empty profile. */
export async function painted(browser: Browser, url: string, { device, scripts }: Opening): Promise<Painted> {
  const { width, height } = device;
  const context = await browser.newContext({
    viewport: { width, height },
    javaScriptEnabled: scripts,
    timezoneId: FAR,
  });
  try {
    const tab = await context.newPage();
    const requests: string[] = [];
    tab.on("request", (request) => requests.push(new URL(request.url()).pathname));
    const session = await context.newCDPSession(tab);
    await slowed(session, device);
    await browser.startTracing(tab, { categories: CATEGORIES });
    const isPainted = paintOf(session);
    await tab.goto(url, { waitUntil: "networkidle" });
    await isPainted;
    const trace = await browser.stopTracing();
    return { ...figuresOf(trace.toString()), requests };
  } finally {
    await context.close();
  }
}

/** A slow machine may have loaded all and painted nothing yet. */
async function paintOf(session: CDPSession): Promise<void> {
  await session.send("Page.enable");
  await session.send("Page.setLifecycleEventsEnabled", { enabled: true });
  await new Promise<void>((resolve) => {
    session.on("Page.lifecycleEvent", ({ name }) => (name === "firstContentfulPaint" ? resolve() : undefined));
  });
}

async function slowed(session: CDPSession, { roundTripMs, kilobitsPerSecond, slower }: Device): Promise<void> {
  const throughput = (kilobitsPerSecond * 1024) / 8;
  const network = {
    offline: false,
    latency: roundTripMs,
    downloadThroughput: throughput,
    uploadThroughput: throughput,
  };
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", network);
  await session.send("Emulation.setCPUThrottlingRate", { rate: slower });
}

const event = z.object({
  name: z.string(),
  /** In microseconds. */
  ts: z.number(),
  dur: z.optional(z.number()),
  pid: z.number(),
  tid: z.number(),
  args: z.optional(z.object({ data: z.optional(z.looseObject({})) })),
});
type TraceEvent = z.infer<typeof event>;

const shift = z.object({ score: z.number(), had_recent_input: z.boolean() });

function figuresOf(trace: string): Omit<Painted, "requests"> {
  const { traceEvents } = z.parse(z.object({ traceEvents: z.array(event) }), JSON.parse(trace));
  const named = (name: string) => traceEvents.filter((one) => one.name === name);
  // The empty page that the tab began with has one, too.
  const began = named("navigationStart").at(-1);
  const first = named("firstContentfulPaint").at(-1);
  const largest = named("largestContentfulPaint::Candidate").at(-1) ?? first;
  if (began === undefined || first === undefined || largest === undefined) throw new Error("nothing was painted");
  const shifts = named("LayoutShift")
    .map(({ args }) => z.parse(shift, args?.data))
    .filter((one) => !one.had_recent_input);
  return {
    firstPaintMs: (first.ts - began.ts) / 1000,
    largestPaintMs: (largest.ts - began.ts) / 1000,
    blockedMs: blockedBy(named("RunTask"), first) / 1000,
    layoutShift: shifts.reduce((sum, { score }) => sum + score, 0),
  };
}

/** In microseconds, of the thread that painted. */
function blockedBy(tasks: readonly TraceEvent[], first: TraceEvent): number {
  const after = tasks.filter(({ pid, tid, ts }) => pid === first.pid && tid === first.tid && ts >= first.ts);
  return after.reduce((sum, { dur = 0 }) => sum + Math.max(0, dur - LONG_TASK_US), 0);
}
