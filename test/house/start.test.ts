/** The parts of `npm start` that need no site: its words for what the owner can mend, its folder, its ear for alerts. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeFolder } from "../../scripts/start/folder.ts";
import { parseOptions } from "../../scripts/start/options.ts";
import { listenOnLoopback, portFault } from "../../scripts/start/ports.ts";
import { type ReceivedAlert, receiveAlerts } from "../../scripts/start/receiver.ts";
import { sayTo } from "../../scripts/start/say.ts";
import { findTools } from "../../scripts/start/tools.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-start-"));
});

afterEach(() => {
  chmodSync(folder, 0o700);
  rmSync(folder, { recursive: true, force: true });
});

describe("the command line of npm start", () => {
  test("asks for port 8787 and no outage unless told", () => {
    expect(parseOptions([], {})).toEqual({ ok: true, value: { port: 8787, outage: false } });
  });

  test("takes the port of --port before that of TIERWATCH_PORT", () => {
    const parsed = parseOptions(["--outage", "--port", "9000"], { TIERWATCH_PORT: "9001" });
    expect(parsed).toEqual({ ok: true, value: { port: 9000, outage: true } });
    expect(parseOptions([], { TIERWATCH_PORT: "9001" })).toMatchObject({ value: { port: 9001 } });
  });

  test.each([
    [["--port", "abc"], {}, "--port has to be a number from 1 to 65535, not `abc`."],
    [[], { TIERWATCH_PORT: "70000" }, "TIERWATCH_PORT has to be a number from 1 to 65535, not `70000`."],
    [["--outtage"], {}, "npm start knows --outage and --port NUMBER, not `--outtage`."],
  ])("says in one sentence what is wrong with %j %j", (argv, env, failure) => {
    expect(parseOptions(argv, env)).toEqual({ ok: false, failure });
  });
});

describe("a port in use", () => {
  test("ends npm start with one sentence that names another port", async () => {
    const server = createServer();
    const port = await listenOnLoopback(server, 0);
    const { status, stdout, stderr } = spawnSync("node", ["scripts/start/main.ts", "--port", String(port)], {
      encoding: "utf8",
    });
    const sentence = `Port ${port} is in use: stop what listens there, or run \`npm start -- --port ${port + 1}\`.\n`;
    expect([status, stdout, stderr]).toEqual([1, "", sentence]);
    await new Promise((closed) => server.close(closed));
    expect(await portFault(port)).toBeUndefined();
  });
});

describe("the folder of npm start", () => {
  test("is emptied of what an earlier start made, and of nothing else", () => {
    mkdirSync(join(folder, "site"));
    writeFileSync(join(folder, "site", "old"), "");
    writeFileSync(join(folder, "notes.txt"), "mine");
    const taken = takeFolder(folder, process.pid);
    expect(taken).toMatchObject({ ok: true });
    expect([existsSync(join(folder, "site", "old")), existsSync(join(folder, "notes.txt"))]).toEqual([false, true]);
  });

  test("belongs to one start at a time, until that one leaves or is gone", () => {
    const first = takeFolder(folder, process.pid);
    const failure = `npm start already runs from this folder (process ${process.pid}): end it there with Ctrl-C first.`;
    expect(takeFolder(folder, process.pid)).toEqual({ ok: false, failure });
    if (first.ok) first.value.leave();
    const gone = spawnSync("node", ["-e", ""]).pid;
    expect(takeFolder(folder, gone)).toMatchObject({ ok: true });
    expect(takeFolder(folder, process.pid)).toMatchObject({ ok: true });
  });

  test("that cannot be written is one sentence", () => {
    // Permission bits do not hold root; sysfs does.
    const path = process.getuid?.() === 0 ? "/sys/tierwatch" : join(folder, ".tierwatch");
    chmodSync(folder, 0o500);
    const failure = `There is no permission to write in ${path}: make it yours, or clone Tierwatch into a folder of your own.`;
    expect(takeFolder(path, process.pid)).toEqual({ ok: false, failure });
  });

  test("whose name a file has is one sentence", () => {
    const path = join(folder, ".tierwatch");
    writeFileSync(path, "");
    const failure = `${path} has to be a folder and is a file: remove it, then start again.`;
    expect(takeFolder(path, process.pid)).toEqual({ ok: false, failure });
  });
});

describe("the tools of npm start", () => {
  const provide = (...programs: string[]) => {
    for (const program of programs) writeFileSync(join(folder, program), "", { mode: 0o755 });
    return findTools(folder, "linux");
  };

  test("are those on the PATH, the best for each hop", () => {
    const all = provide("rsync", "syncthing", "restic", "rclone");
    expect(all).toEqual({ nightly: "rsync", sync: "syncthing", offsite: "restic" });
  });

  test("are what every machine has where there is nothing better", () => {
    expect(provide()).toEqual({ nightly: "cp", sync: "cp", offsite: "cp" });
    expect(findTools(folder, "win32")).toEqual({ nightly: "robocopy", sync: "robocopy", offsite: "robocopy" });
    expect(provide("rclone")).toEqual({ nightly: "cp", sync: "cp", offsite: "rclone" });
  });
});

describe("the ear for alerts", () => {
  const secret = Buffer.from("tierwatch-house-test-secret-32-b").toString("base64");
  const data = { title: "home is silent", lines: ["All of it."] };

  /** Posts the body, signed with a secret, as the delivery `id`; answers with the status. */
  async function post(url: string, id: string, signedWith: string, type = "incident.opened"): Promise<number> {
    const at = new Date();
    const body = JSON.stringify({ type, data });
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
      "webhook-signature": new Webhook(signedWith).sign(id, at, body),
    };
    return (await fetch(url, { method: "POST", headers, body })).status;
  }

  test("hears a signed alert once, however often it is delivered", async () => {
    const heard: ReceivedAlert[] = [];
    const { url, alerts } = await receiveAlerts(secret, (alert) => heard.push(alert));
    expect([await post(url, "a", secret), await post(url, "a", secret)]).toEqual([204, 204]);
    expect(heard).toEqual([{ type: "incident.opened", data: { title: "home is silent", lines: ["All of it."] } }]);
    expect(alerts).toEqual(heard);
  });

  test("hears what an owner may ask for or is to know, too: a test, a notice", async () => {
    const heard: ReceivedAlert[] = [];
    const { url } = await receiveAlerts(secret, (alert) => heard.push(alert));
    for (const type of ["test", "notice"]) expect(await post(url, type, secret, type)).toBe(204);
    const terminal = new PassThrough({ encoding: "utf8" });
    for (const alert of heard) sayTo(terminal).alert(alert);
    const said = String(terminal.read());
    expect(said).toContain("  | TEST: home is silent\n  | All of it.");
    expect(said).toContain("  | NOTICE: home is silent");
  });

  test("does not hear an alert that somebody else signed", async () => {
    const heard: ReceivedAlert[] = [];
    const { url } = await receiveAlerts(secret, (alert) => heard.push(alert));
    const other = Buffer.from("another-secret-that-is-32-bytes!").toString("base64");
    expect([await post(url, "a", other), heard]).toEqual([401, []]);
  });
});
