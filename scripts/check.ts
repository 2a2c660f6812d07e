/** `npm run check`: format and lint, types of both runtimes, the API's document, dead code. All of them run; any fault makes it fail. */
import { spawnSync } from "node:child_process";

const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ["biome", ["check", "--error-on-warnings", "."]],
  ["tsc", ["-p", "tsconfig.worker.json"]],
  ["tsc", ["-p", "tsconfig.node.json"]],
  ["tsc", ["-p", "tsconfig.browser.json"]],
  ["tsc", ["-p", "tsconfig.serviceworker.json"]],
  ["node", ["scripts/openapi.ts", "--check"]],
  ["knip", []],
];

const failed = CHECKS.filter(([program, args]) => {
  console.log(`\n> ${[program, ...args].join(" ")}`);
  return spawnSync(program, args, { stdio: "inherit" }).status !== 0;
});
console.log(failed.length === 0 ? "\nAll checks passed." : `\n${failed.length} of ${CHECKS.length} checks failed.`);
process.exitCode = failed.length === 0 ? 0 : 1;
