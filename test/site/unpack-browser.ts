/** The browser that npm brings packed, unpacked before the first test of a page: two files that unpack it at once get half of it. */
import sparticuz from "@sparticuz/chromium";
import { HAS_BROWSER } from "./browser.ts";

/** Vitest's global setup. */
export default async function unpack(): Promise<void> {
  if (HAS_BROWSER) await sparticuz.executablePath();
}
