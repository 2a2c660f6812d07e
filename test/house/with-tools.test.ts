/** The way in from a fresh clone, on a copy of the script with an npm of our own on the PATH. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const LOCK = JSON.stringify({ packages: { "": {}, "node_modules/a": { version: "1.0.0" } } });
const NOBODY = 65534;
const INSTALL = "mkdir -p node_modules/.bin && cp package-lock.json node_modules/.package-lock.json";
const HELLO = ["node", "-e", "console.log('hello')"];

let clone: string;

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "tierwatch-clone-"));
  chmodSync(clone, 0o755);
  mkdirSync(join(clone, "scripts"));
  cpSync("scripts/with-tools.mjs", join(clone, "scripts/with-tools.mjs"));
  writeFileSync(join(clone, "package-lock.json"), LOCK);
});

afterEach(() => {
  chmodSync(clone, 0o755);
  rmSync(clone, { recursive: true });
});

function program(path: string, script: string): void {
  mkdirSync(dirname(join(clone, path)), { recursive: true });
  writeFileSync(join(clone, path), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

/** An npm that notes how it was called, and then does `script`, in the clone. */
function npm(script: string): void {
  program("npm-bin/npm", `echo "$@" >>npm-calls\n${script}`);
}

function npmCalls(): string[] {
  try {
    return readFileSync(join(clone, "npm-calls"), "utf8").trim().split("\n");
  } catch {
    return [];
  }
}

/** As after an installation: the lockfile's copy, and a Node of the project's own, which here is this one. */
function installed(lock = LOCK): void {
  mkdirSync(join(clone, "node_modules"), { recursive: true });
  writeFileSync(join(clone, "node_modules/.package-lock.json"), lock);
  program("node_modules/.bin/node", `exec "${process.execPath}" "$@"`);
}

type Running = ChildProcessByStdio<null, Readable, Readable>;

/** Starts the script; `preload` is JavaScript that runs before it. */
function start(command: readonly string[], preload = ""): Running {
  const url = `data:text/javascript,${encodeURIComponent(preload)}`;
  const args = ["--import", url, join(clone, "scripts/with-tools.mjs"), ...command];
  const env = { PATH: `${join(clone, "npm-bin")}:/usr/bin:/bin` };
  return spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
}

async function ended(running: Running) {
  const code = new Promise<number | null>((resolve) => running.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(running.stdout), text(running.stderr)]);
  return { code: await code, stdout, stderr };
}

const withTools = (command: readonly string[], preload?: string) => ended(start(command, preload));

describe("a fresh clone", () => {
  test("is installed first, which is told on stderr; stdout is the command's alone", async () => {
    npm(`${INSTALL} && echo noise && ln -s "${process.execPath}" node_modules/.bin/node`);
    const { code, stdout, stderr } = await withTools(HELLO);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "hello\n" });
    expect(npmCalls()).toEqual(["ci --no-audit --no-fund --loglevel=error"]);
    expect(stderr).toMatch(/^Installing what Tierwatch needs .*\nInstalled in \d+ s\.\n$/);
  });

  test("whose installation fails shows what npm said first, and what to do", async () => {
    npm('exec >&2; echo "npm error network timeout"; seq 1 100; exit 7');
    const { code, stdout, stderr } = await withTools(HELLO);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("npm error network timeout");
    expect(stderr).not.toContain("\n50\n");
    expect(stderr).toMatch(/\nnpm ci failed with exit code 7: .*\n$/);
  });

  test("on a machine without npm says so", async () => {
    const { code, stderr } = await withTools(HELLO, `process.env.PATH = ${JSON.stringify(join(clone, "npm-bin"))}`);
    expect(code).toBe(1);
    expect(stderr).toMatch(/npm was not found: .*\n$/);
  });

  test("where npm runs no install scripts is told why there is no newer Node", async () => {
    npm(INSTALL);
    const { code, stderr } = await withTools(HELLO, pretendNode("20.20.2"));
    expect(code).toBe(1);
    expect(stderr).toMatch(/is ignore-scripts set in your npm settings\?.*\n$/);
  });

  test("whose installation is interrupted waits for npm, and starts anew next time", async () => {
    npm("trap 'echo stopped >npm-end; exit 130' INT; touch ready; while :; do sleep 0.05; done");
    const running = start(HELLO);
    await untilFile("ready");
    running.kill("SIGINT");
    const { code, stderr } = await ended(running);
    expect(code).toBe(130);
    expect(stderr).toContain("it starts anew next time");
    expect(readFileSync(join(clone, "npm-end"), "utf8")).toBe("stopped\n");
  });
});

describe("an installed project", () => {
  test("runs the command at once, saying nothing", async () => {
    npm("exit 1");
    installed();
    expect(await withTools(HELLO)).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
    expect(npmCalls()).toEqual([]);
  });

  test.each([
    ["another version", { "node_modules/a": { version: "0.9.0" } }],
    ["a package too few", {}],
  ])("with %s than the lockfile names is installed again", async (_, packages) => {
    npm(INSTALL);
    installed(JSON.stringify({ packages }));
    await withTools(HELLO);
    expect(npmCalls()).toHaveLength(1);
  });

  test("is whole without the optional packages of other systems", async () => {
    npm(INSTALL);
    const packages = { ...JSON.parse(LOCK).packages, "node_modules/win": { version: "1.0.0", optional: true } };
    writeFileSync(join(clone, "package-lock.json"), JSON.stringify({ packages }));
    installed();
    await withTools(HELLO);
    expect(npmCalls()).toEqual([]);
  });

  test("prefers its own programs to those of the machine", async () => {
    installed();
    program("node_modules/.bin/greet", "echo ours");
    program("npm-bin/greet", "echo theirs");
    expect((await withTools(["greet"])).stdout).toBe("ours\n");
  });
});

describe("the command", () => {
  beforeEach(() => installed());

  test("gets its arguments as they are", async () => {
    const args = ["--json", "two words", "*", ""];
    const { stdout } = await withTools([
      "node",
      "-e",
      "console.log(JSON.stringify(process.argv.slice(1)))",
      "--",
      ...args,
    ]);
    expect(JSON.parse(stdout)).toEqual(args);
  });

  test("hands on its exit code", async () => {
    expect((await withTools(["sh", "-c", "exit 42"])).code).toBe(42);
  });

  test("that a signal ended is told as a shell tells it", async () => {
    expect((await withTools(["sh", "-c", "kill -KILL $$"])).code).toBe(137);
  });

  test("that does not exist is named", async () => {
    expect(await withTools(["no-such-program"])).toMatchObject({
      code: 127,
      stderr: "no-such-program was not found.\n",
    });
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "is told %s, and waited for until it has cleaned up",
    async (signal) => {
      const script = `process.on("${signal}", () => setTimeout(() => { console.log("clean"); process.exit(3); }, 50));
      setInterval(() => {}, 1000); require("node:fs").writeFileSync("ready", "");`;
      const running = start(["node", "-e", script]);
      await untilFile("ready");
      running.kill(signal);
      expect(await ended(running)).toMatchObject({ code: 3, stdout: "clean\n" });
    },
  );
});

describe("npm's shell", () => {
  test("that is killed takes the command with it, which may clean up", async () => {
    installed();
    const script = `process.on("SIGTERM", () => { console.log("clean"); process.exit(0); });
      setInterval(() => {}, 1000); require("node:fs").writeFileSync("ready", "");`;
    const line = `"${process.execPath}" scripts/with-tools.mjs node -e '${script}'; exit 1`;
    const env = { PATH: "/usr/bin:/bin", npm_lifecycle_event: "start" };
    const shell = spawn("sh", ["-c", line], { cwd: clone, env, stdio: ["ignore", "pipe", "pipe"] });
    await untilFile("ready");
    shell.kill("SIGKILL");
    expect(await ended(shell)).toMatchObject({ stdout: "clean\n" });
  });
});

describe("one clear sentence", () => {
  test("says that Node is too old", async () => {
    installed();
    const { code, stderr } = await withTools(HELLO, pretendNode("18.20.4"));
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "Tierwatch needs Node 20 or newer, and this is Node 18.20.4.\n",
    });
  });

  test("says that the folder cannot be written to", async () => {
    installed();
    chmodSync(clone, 0o555);
    const { code, stderr } = await withTools(HELLO, `if (process.getuid() === 0) process.setuid(${NOBODY})`);
    expect(code).toBe(1);
    expect(stderr).toBe(`There is no permission to write in ${clone}: clone Tierwatch into a folder of your own.\n`);
  });
});

function pretendNode(version: string): string {
  return `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
}

/** Waits until a program of the test shows that it runs. */
async function untilFile(name: string): Promise<void> {
  await expect.poll(() => readFileSync(join(clone, name), "utf8"), { timeout: 10_000 }).toBeDefined();
}
