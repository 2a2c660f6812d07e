/** The pusher as it is installed: one file, built before the first test that runs it. It starts in a fifth of the source's time. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import type { TestProject } from "vitest/node";

export const BUNDLE = resolve(import.meta.dirname, "../../dist/pusher.mjs");

/** Vitest's global setup. */
export default function build(project: TestProject): void {
  const make = () => void execFileSync(process.execPath, ["scripts/build-pusher.ts"], { stdio: "inherit" });
  make();
  project.onTestsRerun(async () => make());
}
