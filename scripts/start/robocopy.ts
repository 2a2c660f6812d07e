/**
 * Mirrors a folder with robocopy and ends with 0 when it went well: robocopy's own codes below 8 say what it copied, from
 * 8 on that something failed. usage: robocopy.ts FROM TO
 */
import { spawnSync } from "node:child_process";

const FAILED = 8;
const [from = "", to = ""] = process.argv.slice(2);
const { status, error } = spawnSync("robocopy", [from, to, "/MIR", "/R:1", "/W:1", "/NP", "/NDL"], {
  stdio: "inherit",
});
if (error !== undefined) console.error(`robocopy could not be started: ${error.message}`);
process.exitCode = status !== null && status < FAILED ? 0 : (status ?? 1);
