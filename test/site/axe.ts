/** What axe finds in a tab that somebody could not use. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import * as z from "zod/mini";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
const violations = z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) }));

/** The rules of WCAG 2.2 AA alone, for what is no page of ours to lay out (a mail stands in another's page). */
export const WCAG = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };

/** Runs axe in the tab; it comes through the debugger, so the page's policy needs no hole for it. */
export async function barriers(tab: Page, rules: object = {}) {
  if (!(await tab.evaluate("'axe' in window"))) await tab.evaluate(AXE);
  const found = await tab.evaluate(`axe.run(${JSON.stringify(rules)}).then(({ violations }) => violations)`);
  return z.parse(violations, found).map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) }));
}
