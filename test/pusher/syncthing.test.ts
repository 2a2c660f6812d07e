/** What Syncthing really answered, in all the states it was in, and what a run makes of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { syncthing } from "../../pusher/jobs/syncthing.ts";
import { dbStatus, folderErrors } from "../../pusher/jobs/syncthing-answers.ts";
import { findApi } from "../../pusher/jobs/syncthing-find.ts";
import { homesOf, originOf, parseGui } from "../../pusher/jobs/syncthing-home.ts";
import { filesTrouble, folderTrouble, refusalWords } from "../../pusher/jobs/syncthing-trouble.ts";
import { played } from "./played.ts";
import {
  A,
  type Answer,
  allWell,
  answerOf,
  B,
  folderSettings,
  jsonOf,
  type PlayedSyncthing,
  playSyncthing,
  type Script,
} from "./syncthing-fixtures.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");
let server: PlayedSyncthing;
afterEach(() => server?.close());

interface Options {
  readonly settings?: object;
  readonly context?: Partial<KindContext>;
  readonly onAsked?: (path: string, script: Script) => void;
}

/** One run; each look at the clock is a second later than the one before, so that patience comes to its end. */
async function run(script: Script, { settings = {}, context = {}, onAsked }: Options = {}) {
  server = await playSyncthing(script, (path) => onAsked?.(path, script));
  const prepared = syncthing.prepare({
    folder: "archive",
    address: server.address,
    api_key: "env:KEY",
    patience: "2s",
    ...settings,
  });
  if (!prepared.ok) throw new Error("these settings are good");
  const play = played([], NOW);
  let clock = NOW;
  const now = () => {
    clock += 1000;
    return clock;
  };
  let moves = 0;
  const moved = () => {
    moves += 1;
  };
  const secret = () => ({ ok: true as const, value: "KEY" });
  const outcome = await prepared.value.run({ ...play.context, now, moved, secret, ...context });
  return { outcome, log: play.log, moves, asked: server.asked };
}

const changed = (name: string, change: object): Answer => {
  const answer = answerOf(name);
  return { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), ...change }) };
};

describe("a run on the sending side", () => {
  test("asks for a scan, then whether the other side has all", async () => {
    const { outcome, asked } = await run(allWell());
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 21 });
    expect(asked.indexOf("POST /db/scan?folder=archive")).toBeLessThan(
      asked.lastIndexOf(`GET /db/completion?folder=archive&device=${B}`),
    );
  });

  test("scans a marker by itself after everything else, so that it comes last in the order of changes", async () => {
    const marks: number[] = [];
    const mark = async (asOf: number) => {
      marks.push(asOf);
      expect(server.asked.at(-1)).toBe("POST /db/scan?folder=archive");
      return ["/srv/site/st/a/data/photos", "/elsewhere/in/a/container"];
    };
    const { outcome, asked } = await run(allWell(), { context: { mark } });
    expect(outcome.status).toBe("succeeded");
    expect(asked.filter((line) => line.startsWith("POST"))).toEqual([
      "POST /db/scan?folder=archive",
      "POST /db/scan?folder=archive&sub=photos%2F.tierwatch-marker.json",
      "POST /db/scan?folder=archive",
    ]);
    expect(marks).toHaveLength(1);
  });

  test("tells what was carried and deleted since the last run, while the connection is the same", async () => {
    let kept: object | undefined;
    const context: Partial<KindContext> = {
      remember: (value) => {
        kept = value;
      },
      recall: () => kept as never,
    };
    const script = allWell();
    expect((await run(script, { context })).outcome).toEqual({ status: "succeeded", exitCode: 0, files: 21 });
    await server.close();
    const more = JSON.parse(answerOf("ok-connections-a").body);
    more.connections[B].outBytesTotal += 5_000;
    script["/system/connections"] = { status: 200, body: JSON.stringify(more) };
    script["/db/status"] = changed("ok-db-status-a", { globalDeleted: 3, localFiles: 18 });
    expect((await run(script, { context })).outcome).toMatchObject({ files: 18, bytes: 5_000, deletions: 3 });
    await server.close();
    more.connections[B].startedAt = "2026-11-23T01:00:00Z";
    script["/system/connections"] = { status: 200, body: JSON.stringify(more) };
    expect((await run(script, { context })).outcome).not.toHaveProperty("bytes");
  });

  test("waits while it moves, says how much is still to go, and then succeeds", async () => {
    const script = allWell();
    const steps = ["killed9-mid-completion", "diskfull-completion", "permerr-completion-a", "killed9-after-restart"];
    const onAsked = (path: string) => {
      if (path === "/db/completion") script[path] = answerOf(steps.shift() ?? "ok-completion-of-b-on-a");
    };
    const { outcome, log, moves } = await run(script, { onAsked });
    expect(outcome.status).toBe("succeeded");
    expect(log).toEqual(["folder archive: 1 item, 300 kB still to go"]);
    expect(moves).toBeGreaterThanOrEqual(1);
  });

  test.each<[string, Script, RegExp]>([
    [
      "the folder is paused here",
      {
        "/config/folders/archive": folderSettings({ paused: true }),
        "/db/status": answerOf("pausedfolder-status-b"),
        "/db/completion": answerOf("pausedfolder-completion-b-self"),
        "/db/scan": { status: 500, body: "folder is paused\n" },
      },
      /^folder archive is paused on this host/,
    ],
    [
      "the device is paused here",
      {
        "/config/devices": {
          status: 200,
          body: answerOf("ok-config-devices").body.replaceAll('"paused": false', '"paused": true'),
        },
        "/system/connections": answerOf("pauseddev-connections-a"),
        "/db/completion": answerOf("pauseddev-completion-a"),
      },
      /^device winvm is paused on this host/,
    ],
    [
      "the peer is off, and nothing has changed",
      {
        "/system/connections": answerOf("peerdown-connections"),
        "/stats/device": answerOf("peerdown-stats-device"),
        "/db/completion": answerOf("peerdown-nochange-completion"),
      },
      /^winvm is not connected, since 2026-11-23T00:43:32Z: does Syncthing run there, is it online\?$/,
    ],
    [
      "the peer is off, and lacks something",
      {
        "/system/connections": answerOf("peerdown-connections"),
        "/stats/device": answerOf("peerdown-stats-device"),
        "/db/completion": answerOf("peerdown-change-completion"),
        "/db/status": answerOf("peerdown-status"),
      },
      /^winvm is not connected.*; winvm still lacks 1 item, 4 B$/,
    ],
    [
      "the peer was never seen",
      {
        "/system/connections": answerOf("peerdown-connections"),
        "/stats/device": { status: 200, body: `{"${B}":{"lastSeen":"1970-01-01T00:00:00Z"}}` },
      },
      /not connected, and never was/,
    ],
    [
      "the peer was killed in the middle",
      { "/system/connections": answerOf("killed9-connections"), "/db/completion": answerOf("killed9-mid-completion") },
      /winvm still lacks 1 item, 629 MB$/,
    ],
    [
      "the peer cannot write",
      { "/db/completion": answerOf("permerr-completion-a"), "/db/remoteneed": answerOf("peerdown-remoteneed") },
      /^winvm still lacks 2 items, 5 B and does not move on.*failed items.*: newfile$/,
    ],
    [
      "the peer's disk is full",
      { "/db/completion": answerOf("diskfull-completion") },
      /^winvm still lacks 1 item, 300 kB/,
    ],
    [
      "the peer has paused the folder (1.19 does not say so)",
      { "/db/completion": answerOf("pausedfolder-completion-a") },
      /whether it is paused/,
    ],
    [
      "the peer has paused the folder (1.20)",
      { "/db/completion": changed("pausedfolder-completion-a", { remoteState: "paused" }) },
      /^winvm has paused folder archive: resume it there/,
    ],
    [
      "the peer no longer shares it (1.19 learns it by a change)",
      { "/db/completion": answerOf("notshared-after-change"), "/db/status": answerOf("notshared-status-a") },
      /whether it is still shared/,
    ],
    [
      "the peer no longer shares it (1.20)",
      { "/db/completion": changed("notshared-completion-a", { remoteState: "notSharing" }) },
      /^winvm does not share folder archive/,
    ],
    [
      "the peer does not say what it has",
      { "/db/completion": changed("ok-completion-of-b-on-a", { remoteState: "unknown" }) },
      /does not say what it has/,
    ],
    [
      "the folder's marker is gone",
      {
        "/db/scan": {
          status: 500,
          body: "folder marker missing (this indicates potential data loss, search docs/forum to get information about how to proceed)\n",
        },
      },
      /marker is missing.*mounted.*Nothing was deleted/,
    ],
    [
      "the folder's path is gone",
      { "/db/scan": { status: 500, body: "folder path missing\n" } },
      /path is missing: is its disk mounted/,
    ],
    [
      "the folder fell into error after the scan",
      { "/db/status": changed("ok-db-status-a", { state: "error", error: "folder path missing" }) },
      /path is missing/,
    ],
    ["the folder does not run", { "/db/status": answerOf("pausedfolder-status-b") }, /is not running in Syncthing/],
    [
      "there is no such folder",
      { "/config/folders/archive": { status: 404, body: "No folder with given ID\n" } },
      /no folder with the id archive.*not its label/,
    ],
    [
      "the Host header is refused",
      { "/config/folders/archive": { status: 403, body: "Host check error\n" } },
      /does not answer to that name/,
    ],
    ["Syncthing is too old", { "/config/folders/archive": { status: 200, body: "<html>" } }, /1\.12 or newer/],
    ["only receives", { "/config/folders/archive": folderSettings({ type: "receiveonly" }) }, /side = "receiving"/],
  ])("fails with a reason when %s", async (_, state, reason) => {
    const { outcome } = await run({ ...allWell(), ...state });
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(reason) });
  });

  test("believes a peer that comes back in time", async () => {
    const script: Script = { ...allWell(), "/system/connections": answerOf("peerdown-connections") };
    let looks = 0;
    const onAsked = (path: string) => {
      looks += path === "/system/connections" ? 1 : 0;
      if (looks > 2) script["/system/connections"] = answerOf("ok-connections-a");
    };
    expect((await run(script, { onAsked })).outcome.status).toBe("succeeded");
  });

  test.each<[string, Script, RegExp]>([
    ["ignore patterns", { "/db/status": changed("ok-db-status-a", { ignorePatterns: true }) }, /ignore patterns/],
    [
      "files that it could not read",
      { "/db/status": changed("ok-db-status-a", { errors: 2 }), "/folder/errors": answerOf("permerr-errors-b") },
      /not everything was read: 2 files failed: sub\/x \(operation not permitted\), sub\/y/,
    ],
    [
      "changes on the other side",
      { "/db/status": changed("ok-db-status-a", { needTotalItems: 2 }) },
      /2 items were changed on the other side/,
    ],
  ])("warns of %s", async (_, state, reason) => {
    expect((await run({ ...allWell(), ...state })).outcome).toMatchObject({
      status: "warned",
      reason: expect.stringMatching(reason),
    });
  });

  test("that has to end says what was still to do", async () => {
    const controller = new AbortController();
    const script: Script = { ...allWell(), "/db/completion": answerOf("killed9-mid-completion") };
    let looks = 0;
    const onAsked = (path: string) => {
      looks += path === "/db/completion" ? 1 : 0;
      // The first is before the scan; of the second the answer is known, the third is cut off.
      if (looks === 3) controller.abort();
    };
    const settings = { patience: "1h" };
    const { outcome } = await run(script, { settings, context: { stopping: controller.signal }, onAsked });
    expect(outcome.left).toMatch(/winvm still lacks 1 item, 629 MB/);
  });

  test.each([
    ["winvm", "succeeded"],
    ["lo5elsd", "succeeded"],
    ["laptop", "failed"],
  ])("means the device %s", async (device, status) => {
    expect((await run(allWell(), { settings: { device } })).outcome.status).toBe(status);
  });

  test("of a folder that is shared with several, or with none, asks which is meant", async () => {
    const devices = [A, B, "XXXXXXX"].map((deviceID) => ({ deviceID }));
    const more = [
      ...JSON.parse(answerOf("ok-config-devices").body),
      { deviceID: "XXXXXXX", name: "laptop", paused: false },
    ];
    const several: Script = {
      ...allWell(),
      "/config/folders/archive": folderSettings({ devices }),
      "/config/devices": { status: 200, body: JSON.stringify(more) },
    };
    expect((await run(several)).outcome.reason).toBe(
      "folder archive is shared with winvm, laptop: name the one that this job means as `device`",
    );
    await server.close();
    const none = { ...allWell(), "/config/folders/archive": folderSettings({ devices: [{ deviceID: A }] }) };
    expect((await run(none)).outcome.reason).toBe("folder archive is shared with no other device");
    await server.close();
    expect((await run(none, { settings: { device: "winvm" } })).outcome.reason).toMatch(/is not shared with winvm/);
  });

  test("with a wrong key, or without a Syncthing, says so", async () => {
    const secret = () => ({ ok: true as const, value: "other" });
    expect((await run(allWell(), { context: { secret } })).outcome.reason).toMatch(
      /does not take the API key \(401, Not Authorized\)/,
    );
    const { address } = server;
    await server.close();
    expect((await run(allWell(), { settings: { address } })).outcome.reason).toMatch(
      /was not reached.*nothing listens/,
    );
  });
});

describe("a run on the receiving side", () => {
  const receiving = (state: Script): Script => ({
    ...allWell(),
    "/config/folders/archive": folderSettings({ type: "receiveonly" }),
    "/db/status": answerOf("ok-db-status-b"),
    ...state,
  });
  const settings = { side: "receiving" };

  test("is done when all that it was told of is here", async () => {
    const { outcome, asked } = await run(receiving({}), { settings });
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, files: 21 });
    expect(asked.some((line) => line.includes("/db/completion"))).toBe(false);
  });

  test.each<[string, Script, string, RegExp]>([
    [
      "files cannot be written",
      { "/db/status": answerOf("permerr-status-b"), "/folder/errors": answerOf("permerr-errors-b") },
      "failed",
      /2 items, 5 B still to come, and nothing moves: 2 files failed: sub\/x \(operation not permitted\), sub\/y \(operation not permitted\)$/,
    ],
    [
      "errors of files linger after the cause is gone",
      { "/db/status": answerOf("permerr-healed-b"), "/folder/errors": answerOf("permerr-errors-b") },
      "failed",
      /2 files failed/,
    ],
    [
      "the disk is full",
      { "/db/status": answerOf("diskfull-status-b"), "/folder/errors": answerOf("diskfull-errors-b") },
      "failed",
      /1 file failed: there is no space left for them.*big1 \(current 24\.43 % < required 99 %\)/,
    ],
    ["the disk has room again", { "/db/status": answerOf("diskfull-healed-b") }, "succeeded", /^$/],
    [
      "the folder is paused and looks complete",
      {
        "/config/folders/archive": folderSettings({ type: "receiveonly", paused: true }),
        "/db/status": answerOf("pausedfolder-status-b"),
        "/folder/errors": answerOf("pausedfolder-errors-b"),
        "/db/scan": { status: 500, body: "folder is paused" },
      },
      "failed",
      /is paused on this host/,
    ],
    [
      "it is still at work",
      { "/db/status": changed("ok-db-status-b", { state: "syncing" }) },
      "failed",
      /it is syncing/,
    ],
    [
      "it holds nothing",
      { "/db/status": changed("ok-db-status-b", { globalTotalItems: 0 }) },
      "failed",
      /holds nothing at all/,
    ],
    [
      "something was changed here",
      { "/db/status": changed("ok-db-status-b", { receiveOnlyTotalItems: 3 }) },
      "warned",
      /3 items were changed here.*Revert Local Changes/,
    ],
    [
      "files are ignored here",
      { "/db/status": changed("ok-db-status-b", { ignorePatterns: true }) },
      "warned",
      /ignore patterns/,
    ],
    [
      "the sender is off",
      { "/system/connections": answerOf("peerdown-connections") },
      "failed",
      /winvm is not connected/,
    ],
    ["it only sends", { "/config/folders/archive": folderSettings() }, "failed", /only sends on this host/],
  ])("when %s", async (_, state, status, reason) => {
    const { outcome } = await run(receiving(state), { settings });
    expect(outcome.status).toBe(status);
    expect(outcome.reason ?? "").toMatch(reason);
  });
});

describe("real answers", () => {
  test.each(["ok-db-status-a", "ok-db-status-b", "pathrestored-status-a", "peerdown-status", "notshared-status-a"])(
    "%s is read",
    (name) => {
      expect(dbStatus.safeParse(jsonOf(name)).success).toBe(true);
    },
  );

  test("errors are at most a few names, and an error of one line", () => {
    const { errors } = folderErrors.parse(jsonOf("permerr-errors-b"));
    expect(filesTrouble(errors ?? [], 9)).toBe(
      "9 files failed: sub/x (operation not permitted), sub/y (operation not permitted) and 7 more",
    );
  });

  test("words of 2.x are known too", () => {
    expect(refusalWords(403, "CSRF Error", "http://127.0.0.1:8384")).toMatch(/does not take the API key/);
    expect(refusalWords(500, "boom\nmore", "http://127.0.0.1:8384")).toMatch(/answered 500: boom$/);
    expect(folderTrouble("archive", "folder marker missing (this indicates…)")).toMatch(/marker is missing/);
    expect(folderTrouble("archive", "insufficient space on disk for database")).toMatch(/disk is full/);
  });
});

describe("Syncthing's key and address", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tierwatch-syncthing-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function config(path: string, key: string, more = ""): void {
    const file = join(folder, path, "config.xml");
    mkdirSync(dirname(file), { recursive: true });
    const device = `<device id="X"><address>tcp://10.0.0.1:22000</address></device>`;
    const gui = `<gui enabled="true" tls="false"><address>127.0.0.1:8384</address><apikey>${key}</apikey></gui>`;
    writeFileSync(file, `<configuration version="37">${more}${device}${gui}</configuration>`);
  }

  function find(own: object, env: Record<string, string | undefined> = {}) {
    const hidden: string[] = [];
    const { context } = played([], NOW);
    const host = { env: { HOME: folder, ...env }, platform: "linux" as const };
    const found = findApi(
      { folder: "archive", ...own },
      { ...context, folder, host, hide: (secret) => hidden.push(secret) },
    );
    return { found, hidden };
  }

  test("are found in config.xml, where 1.27 and newer have it and where it was before; the key is hidden", () => {
    config(".local/state/syncthing", "new");
    expect(find({}).found).toEqual({ ok: true, value: { origin: "http://127.0.0.1:8384", key: "new", own: true } });
    config(".config/syncthing", "old");
    expect(find({})).toMatchObject({ found: { value: { key: "old" } }, hidden: ["old"] });
    expect(find({ config: ".local/state/syncthing/config.xml" }).found).toMatchObject({ value: { key: "new" } });
  });

  test("of several are those of the Syncthing that has the folder", () => {
    config(".config/syncthing", "other", '<folder id="music" path="/x"></folder>');
    config("state/syncthing", "right", '<folder label="all" id="archive" path="/x"></folder>');
    expect(find({}, { XDG_STATE_HOME: join(folder, "state") }).found).toMatchObject({ value: { key: "right" } });
  });

  test("are those of the settings first, then of Syncthing's own environment", () => {
    config(".config/syncthing", "file");
    const env = { STGUIAPIKEY: "env", STGUIADDRESS: "https://0.0.0.0:9000" };
    expect(find({}, env).found).toMatchObject({ value: { key: "env", origin: "https://127.0.0.1:9000" } });
    const own = { api_key: "told", address: "http://localhost:1234" };
    expect(find(own, env).found).toMatchObject({ value: { key: "told", origin: "http://localhost:1234" } });
    expect(find({}, { STHOMEDIR: join(folder, ".config/syncthing"), HOME: "/nowhere" }).found).toMatchObject({
      value: { key: "file" },
    });
  });

  test("that are not to be found are asked for", () => {
    expect(find({}, { HOME: join(folder, "nobody") }).found).toMatchObject({
      ok: false,
      failure: expect.stringMatching(/`config`, or give `address` and `api_key`/),
    });
    expect(find({ config: "none.xml" }).found).toMatchObject({
      failure: expect.stringMatching(/none\.xml is not Syncthing's config\.xml/),
    });
    mkdirSync(join(folder, ".config/syncthing/config.xml"), { recursive: true });
    expect(find({}).found).toMatchObject({ failure: expect.stringMatching(/cannot be read: it is a folder/) });
    const unix = find({}, { STGUIAPIKEY: "k", STGUIADDRESS: "unix:///run/syncthing.sock" }).found;
    expect(unix).toMatchObject({ failure: expect.stringMatching(/no TCP port: write `address`/) });
  });

  test.each([
    ["127.0.0.1:8384", false, "http://127.0.0.1:8384"],
    ["0.0.0.0:8384", true, "https://127.0.0.1:8384"],
    [":8384", false, "http://127.0.0.1:8384"],
    ["[::]:8384", false, "http://[::1]:8384"],
    ["https://192.168.1.5:8384/", false, "https://192.168.1.5:8384"],
    ["/run/syncthing.sock", false, undefined],
    ["nonsense", false, undefined],
  ])("listening on %s (tls %s) is asked at %s", (address, tls, origin) => {
    expect(originOf(address, tls)).toBe(origin);
  });

  test("lie in %LOCALAPPDATA% on Windows, or where the account SYSTEM has its own", () => {
    const env = { LOCALAPPDATA: "C:\\Users\\me\\AppData\\Local", SystemRoot: "C:\\Windows", SystemDrive: "C:" };
    const homes = homesOf({ env, platform: "win32" });
    expect(homes[0]).toBe("C:\\Users\\me\\AppData\\Local\\Syncthing");
    expect(homes).toContain("C:\\Windows\\System32\\config\\systemprofile\\AppData\\Local\\Syncthing");
    expect(homes).toContain("C:\\Users\\*\\AppData\\Local\\Syncthing");
  });

  test("are read from the page's settings alone, with their entities", () => {
    const xml = '<address>tcp://x</address><gui tls="true" enabled="true"><apikey>a&amp;b&#x41;</apikey></gui>';
    expect(parseGui(xml)).toEqual({ key: "a&bA", tls: true });
    expect(parseGui("<configuration/>")).toBeUndefined();
  });
});

describe("doctor asks Syncthing", () => {
  async function check(settings: object = {}, script = allWell()) {
    server = await playSyncthing(script, () => undefined);
    const own = { folder: "archive", address: server.address, api_key: "env:KEY", ...settings };
    const prepared = syncthing.prepare(own);
    if (!prepared.ok) throw new Error("these settings are good");
    const secret = () => ({ ok: true as const, value: "KEY" });
    const found = await prepared.value.check({ ...played([], NOW).context, secret });
    return { found, asked: server.asked };
  }

  test("whether it knows the folder, and asks for no scan", async () => {
    const { found, asked } = await check();
    expect(found).toEqual([{ what: "Syncthing folder archive answers" }]);
    expect(asked.filter((path) => path.includes("scan"))).toEqual([]);
  });

  test("whether this is the right side of it", async () => {
    const [{ fault } = { fault: undefined }] = (await check({ side: "receiving" })).found;
    expect(fault).toMatch(/^folder archive only sends on this host/);
  });

  test("and says what is wrong when it does not answer", async () => {
    const [{ fault } = { fault: undefined }] = (await check({ address: "http://127.0.0.1:9" })).found;
    expect(fault).toMatch(/^Syncthing was not reached at http:\/\/127\.0\.0\.1:9/);
  });
});
