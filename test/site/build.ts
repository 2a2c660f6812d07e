/** Builds the pusher that the site tests run, before the first of them. */
import { execFileSync } from "node:child_process";

export default function build(): void {
  execFileSync(process.execPath, ["scripts/build-pusher.ts"], { stdio: "inherit" });
}
