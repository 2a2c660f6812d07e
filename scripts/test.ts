/** `npm test`: builds the pusher that the site tests run, then the whole suite. Arguments go to Vitest. */
import { spawnSync } from "node:child_process";

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(program, args, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

const report = process.env.TIERWATCH_TEST_REPORT;
const reporters = report === undefined ? [] : ["--reporter=default", "--reporter=json", `--outputFile=${report}`];
run("node", ["scripts/build-pusher.ts"]);
run("vitest", ["run", ...reporters, ...process.argv.slice(2)]);
