/** `node scripts/openapi.ts [--check]`: writes docs/openapi.json, or says whether it is as the operations are. */
import { readFileSync, writeFileSync } from "node:fs";
import { openApi } from "./openapi/document.ts";

const FILE = "docs/openapi.json";

function main(argv: readonly string[]): number {
  const made = `${JSON.stringify(openApi(), null, 1)}\n`;
  if (!argv.includes("--check")) {
    writeFileSync(FILE, made);
    return 0;
  }
  if (readFileSync(FILE, "utf8") === made) return 0;
  console.error(`${FILE} is not what the operations say: run \`npm run openapi\`, and look at what changed.`);
  return 1;
}

process.exitCode = main(process.argv.slice(2));
