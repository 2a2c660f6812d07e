/** `npm run bench:pages`: what the pages cost, alone; as JSON. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measurePages } from "./page.ts";

process.env.CLOUDFLARE_CF_FETCH_ENABLED = "false";
process.env.CI = "1";
process.env.WRANGLER_SEND_METRICS = "false";
const folder = mkdtempSync(join(tmpdir(), "tierwatch-bench-"));
try {
  console.log(JSON.stringify(await measurePages(folder), null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
