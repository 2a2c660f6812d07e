/** What axe finds in a tab that somebody could not use, by the rules of WCAG. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import * as z from "zod/mini";

const AXE = fileURLToPath(import.meta.resolve("axe-core/axe.min.js"));
const violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** Runs axe in the tab; it comes through the debugger, so the page's policy needs no hole for it. */
export async function barriers(tab: Page) {
  await tab.evaluate(await readFile(AXE, "utf8"));
  const found = await tab.evaluate("axe.run().then(({ violations }) => violations)");
  return z.parse(violations, found).map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
}
