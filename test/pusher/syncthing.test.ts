/** What a run makes of what Syncthing really answered, in all the states it was in, on the sending side. */
import { describe, expect, test } from "vitest";
import type { KindContext } from "../../pusher/jobs/kind.ts";
import { A, allWell, answerOf, B, folderSettings, type Script } from "./syncthing-fixtures.ts";
import { changed, run, withKey } from "./syncthing-run.ts";

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
    const paths: string[] = [];
    const mark = async (asOf: number) => {
      marks.push(asOf);
      expect([paths.at(-1), paths.filter((path) => path === "/db/scan").length]).toEqual(["/db/scan", 1]);
      return ["/srv/site/st/a/data/photos", "/elsewhere/in/a/container"];
    };
    const { outcome, asked } = await run(allWell(), { context: { mark }, onAsked: (path) => paths.push(path) });
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
    const more = JSON.parse(answerOf("ok-connections-a").body);
    more.connections[B].outBytesTotal += 5_000;
    script["/system/connections"] = { status: 200, body: JSON.stringify(more) };
    script["/db/status"] = changed("ok-db-status-a", { globalDeleted: 3, localFiles: 18 });
    expect((await run(script, { context })).outcome).toMatchObject({ files: 18, bytes: 5_000, deletions: 3 });
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
    const none = { ...allWell(), "/config/folders/archive": folderSettings({ devices: [{ deviceID: A }] }) };
    expect((await run(none)).outcome.reason).toBe("folder archive is shared with no other device");
    expect((await run(none, { settings: { device: "winvm" } })).outcome.reason).toMatch(/is not shared with winvm/);
  });

  test("with a wrong key, or without a Syncthing, says so", async () => {
    const { outcome, address } = await run(allWell(), { context: { secret: withKey("other") } });
    expect(outcome.reason).toMatch(/does not take the API key \(401, Not Authorized\)/);
    expect((await run(allWell(), { settings: { address } })).outcome.reason).toMatch(
      /was not reached.*nothing listens/,
    );
  });
});
