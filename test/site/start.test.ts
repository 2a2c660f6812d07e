/**
 * `npm start -- --outage`, as a stranger types it in a clone of their own: from its first line over the outage and the
 * recovery to Ctrl-C. It runs once, in real time (two minutes); the tests look at what it said and at what is left of it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort, portFault } from "../../scripts/start/ports.ts";
import { readStatus, type SiteStatus } from "../../scripts/start/status.ts";
import { missing } from "./tools.ts";

const absent = missing(["rsync", "syncthing", "restic"], "that npm start carries by these tools; it copies instead");

let temp: string;
let clone: string;
let port: number;
let npm: ChildProcess;
let lines: readonly string[];
let running: { during: readonly string[]; after: readonly string[] };
let recovered: SiteStatus | undefined;
/** What the worker answers to whoever opens the link to sign in. */
let enrolling: number;
let places: { before: readonly string[]; after: readonly string[] };

beforeAll(async () => {
  temp = mkdtempSync(join(tmpdir(), "tierwatch-stranger-"));
  clone = cloneInto(join(temp, "clone"));
  port = await freePort();
  const before = written();
  npm = startNpm();
  const said = read(npm);
  await said.until(/^Recovered/);
  await said.until(/^night /);
  recovered = await readStatus(`http://127.0.0.1:${port}`);
  enrolling = await askToEnrol(said.lines);
  const during = demoProcesses();
  const closed = new Promise((done) => npm.once("close", done));
  interrupt(npm);
  await closed;
  lines = said.lines;
  running = { during, after: demoProcesses() };
  places = { before, after: written() };
});

afterAll(() => {
  if (npm.exitCode === null && npm.signalCode === null) interrupt(npm);
  rmSync(temp, { recursive: true, force: true });
});

describe("npm start -- --outage", () => {
  test("gives a link by which a stranger signs in", () => {
    expect(enrolling).toBe(200);
  });

  test("names the page and the tools, and tells each night in a line", () => {
    expect(lines).toContain(`  Status page: http://127.0.0.1:${port}`);
    expect(lines.filter((line) => line.startsWith("Tools found: "))).toHaveLength(1);
    const night =
      /^night \d+: nightly [\d.]+ s, sync [\d.]+ s, offsite [\d.]+ s; all tiers ok; offsite provably holds apps/;
    const nights = lines.filter((line) => line.startsWith("night "));
    expect(nights.length).toBeGreaterThanOrEqual(3);
    for (const line of nights) expect(line).toMatch(night);
  });

  test.skipIf(absent.length > 0)("carries by the real tools that are on the machine", () => {
    const tools = "rsync from fast to archive, syncthing from archive to staging, restic from staging to offsite";
    expect(lines).toContain(`Tools found: ${tools}.`);
  });

  test("has one alert for the silent site, and one when it is back", () => {
    const alerts = lines.filter((line) => /^ {2}\| (ALERT|CLOSED):/.test(line));
    expect(alerts).toEqual([
      expect.stringMatching(/^ {2}\| ALERT: home is silent: no host heard of for \d+ s$/),
      "  | CLOSED: home is heard again",
    ]);
  });

  test("has every tier ok and every copy proven after the recovery", () => {
    const tiers = ["fast", "archive", "staging", "offsite"].map((name) => ({ name, status: "ok" }));
    expect(recovered?.tiers).toEqual(tiers);
    expect(recovered?.copies.map(({ proven }) => proven)).toEqual([true, true, true, true, true]);
  });

  test("ends well at Ctrl-C, and leaves nothing running", async () => {
    expect(lines.at(-1)).toBe("Ended. Nothing is left running.");
    expect(await portFault(port)).toBeUndefined();
    if (process.platform === "linux") expect(running.during).not.toEqual([]);
    expect(running.after).toEqual([]);
  });

  test("writes nothing outside its folder", () => {
    expect(places.after).toEqual(places.before);
  });
});

/** Asks, as the page behind the link does, what a passkey has to sign. */
async function askToEnrol(said: readonly string[]): Promise<number> {
  const shown = said.map((line) => /^ {2}To sign in .* (http:\S+)$/.exec(line)?.[1]).find((url) => url !== undefined);
  const url = new URL(shown ?? "http://localhost/no-link-was-said");
  const headers = { "content-type": "application/json", origin: url.origin };
  const body = JSON.stringify({ code: url.hash.slice(1) });
  return (await fetch(new URL("/v1/passkeys/challenge", url), { method: "POST", headers, body })).status;
}

/** What is no part of the repository, by the names of .gitignore, and what no stranger's `npm start` needs. */
const NOT_CLONED = new Set([".git", "node_modules", "dist", ".wrangler", ".tierwatch", ".pictures", "test"]);

/** The project's files, and what is installed by links: whoever else works in the project's own folder disturbs nothing. */
function cloneInto(folder: string): string {
  for (const name of readdirSync(".")) {
    if (!NOT_CLONED.has(name)) cpSync(name, join(folder, name), { recursive: true });
  }
  mkdirSync(join(folder, "node_modules"));
  for (const name of readdirSync("node_modules")) {
    symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name));
  }
  return folder;
}

/** npm in a home and with temporary files of its own, in no terminal. */
function startNpm(): ChildProcess {
  const settings = {
    npm_config_cache: join(temp, "npm-cache"),
    npm_config_update_notifier: "false",
    NODE_DISABLE_COMPILE_CACHE: "1",
  };
  const env = { ...process.env, ...settings, HOME: join(temp, "home"), TMPDIR: join(temp, "tmp") };
  const args = ["start", "--", "--outage", "--port", String(port)];
  return spawn("npm", args, { cwd: clone, env, detached: true, stdio: ["ignore", "pipe", "inherit"] });
}

/** Ctrl-C as a terminal does it: npm, its shell and all below get it at once. */
function interrupt({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGINT");
}

function read(child: ChildProcess) {
  const lines: string[] = [];
  let over = false;
  let heard: () => void = () => undefined;
  let looked = 0;
  if (child.stdout === null) throw new Error("npm has no output");
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    lines.push(line);
    heard();
  });
  reader.on("close", () => {
    over = true;
    heard();
  });
  return {
    lines,
    /** Waits for a line after the last one that was waited for. */
    until: async (pattern: RegExp) => {
      for (;;) {
        const found = lines.findIndex((line, index) => index >= looked && pattern.test(line));
        if (found >= 0) {
          looked = found + 1;
          return;
        }
        if (over) throw new Error(`npm start ended without ${pattern}:\n${lines.join("\n")}`);
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
      }
    },
  };
}

/** Programs that the demo started, by the home it gives them (Linux); nothing elsewhere. */
function demoProcesses(): string[] {
  if (process.platform !== "linux") return [];
  const home = `HOME=${join(clone, ".tierwatch/home")}`;
  return readdirSync("/proc").filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, "utf8").split("\0").includes(home);
    } catch {
      // It has ended meanwhile, or is another user's.
      return false;
    }
  });
}

/** What there is in the places where a program might leave something by accident. */
function written(): string[] {
  const roots = [clone, join(clone, "node_modules"), join(temp, "home"), join(temp, "tmp")];
  return roots
    .flatMap((root) => namesIn(root).map((name) => join(root, name)))
    .filter((path) => path !== join(clone, ".tierwatch"));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
