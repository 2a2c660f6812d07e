/** What a reader waits for: the front page of 100 jobs in a real browser, on a phone and on a desk, with its script and without. */
import { HAS_BROWSER, openBrowser } from "../test/site/browser.ts";
import { DESK, type Painted, PHONE, painted } from "../test/site/paint.ts";

const TIMES = 5;

export interface Paint extends Omit<Painted, "requests"> {
  readonly requests: number;
}

/** Null where there is no browser. */
export type Paints = Readonly<Record<"phone" | "phoneNoScript" | "desk" | "deskNoScript", Paint>> | null;

/** `url` is that of the front page. */
export async function measurePaints(url: string): Promise<Paints> {
  if (!HAS_BROWSER) return null;
  const browser = await openBrowser();
  const of = async (device: typeof PHONE, scripts: boolean) => {
    const all: Painted[] = [];
    for (let i = 0; i < TIMES; i++) all.push(await painted(browser, url, { device, scripts }));
    return middleOf(all);
  };
  try {
    return {
      phone: await of(PHONE, true),
      phoneNoScript: await of(PHONE, false),
      desk: await of(DESK, true),
      deskNoScript: await of(DESK, false),
    };
  } finally {
    await browser.close();
  }
}

/** The median of each time, and the worst of what has to be nothing. */
function middleOf(all: readonly Painted[]): Paint {
  const median = (of: (one: Painted) => number) =>
    Math.round(all.map(of).sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0);
  return {
    firstPaintMs: median(({ firstPaintMs }) => firstPaintMs),
    largestPaintMs: median(({ largestPaintMs }) => largestPaintMs),
    blockedMs: median(({ blockedMs }) => blockedMs),
    layoutShift: Math.max(...all.map(({ layoutShift }) => layoutShift)),
    requests: Math.max(...all.map(({ requests }) => requests.length)),
  };
}
