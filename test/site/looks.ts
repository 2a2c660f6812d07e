/** How a page is looked at: on a phone and on a desk, in light and in dark; and pictures of it, for eyes alone. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

export interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** Shows the tab in each of four looks, one after the other: what depends on a page alone is loaded once. */
export async function inEachLook(tab: Page, widths: readonly number[], then: (look: Look) => Promise<void>) {
  for (const width of widths) {
    await tab.setViewportSize({ width, height: 800 });
    for (const scheme of ["light", "dark"] as const) {
      await tab.emulateMedia({ colorScheme: scheme });
      await then({ width, scheme });
    }
  }
}

/** Takes a picture when TIERWATCH_PICTURES names a folder. */
export async function picture(tab: Page, name: string): Promise<void> {
  const folder = process.env.TIERWATCH_PICTURES;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await tab.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}
