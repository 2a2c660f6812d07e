/** The host's own alarm, from an attempt to deliver to what reaches the owner, over real ways on loopback. */
import { chmodSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Webhook } from "standardwebhooks";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { tellByLog } from "../../pusher/alarm/program.ts";
import { testAlarm } from "../../pusher/commands/alarm.ts";
import { doctor } from "../../pusher/commands/doctor.ts";
import { status } from "../../pusher/commands/status.ts";
import { type AlarmHost, alarmHost, type Receiver, receiver, textOf } from "./alarm-host.ts";
import { type FakeWorker, fakeWorker } from "./fake-worker.ts";
import { commandJob, host } from "./host.ts";

const COMMAND = `[alarm.command]\nargv = ["sh", "-c", "cat >> told.txt"]\n`;
const SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes ...").toString("base64")}`;
let worker: FakeWorker;
let push: Receiver;
let here: AlarmHost;
beforeEach(async () => {
  worker = await fakeWorker();
  push = await receiver();
});
afterEach(async () => {
  await worker.close();
  await push.close();
  here.remove();
});

const titles = () =>
  textOf(here, "told.txt")
    .split("\n")
    .filter((line) => line.startsWith(hostname()) && !line.includes(":"));
const me = hostname().length > 30 ? `${hostname().slice(0, 29)}…` : hostname();
const down = () => ({ kind: "gibberish", status: 502 }) as const;

describe("a host whose worker", () => {
  it("cannot be reached tells it once after half an hour, and once that it is back", async () => {
    here = await alarmHost(worker, COMMAND);
    worker.mood = down;
    for (const minutes of [0, 10, 10, 9]) expect(await here.beatAfter(minutes)).toBe(75);
    expect(titles()).toEqual([]);
    for (const minutes of [1, 5, 5]) await here.beatAfter(minutes);
    expect(titles()).toEqual([`${me} cannot reach the Tierwatch worker`]);
    expect(textOf(here, "told.txt")).toContain(`${worker.url} answered 502, and not in Tierwatch's words`);
    worker.mood = () => ({ kind: "take" });
    for (const minutes of [5, 5]) expect(await here.beatAfter(minutes)).toBe(0);
    expect(titles()).toEqual([`${me} cannot reach the Tierwatch worker`, `${me} is watched by Tierwatch again`]);
  });

  it.each([
    ["unknown_host", "is refused by the Tierwatch worker"],
    ["key_revoked", "is refused by the Tierwatch worker"],
    ["clock_skew", "is refused by the Tierwatch worker"],
    ["unavailable", "finds the Tierwatch worker failing"],
  ] as const)("answers %s says which it is", async (code, words) => {
    here = await alarmHost(worker, `[alarm]\nafter = "10m"\n${COMMAND}`);
    worker.mood = () => ({ kind: "refuse", refusal: { code } });
    for (const minutes of [0, 10, 5]) await here.beatAfter(minutes);
    expect(titles()).toEqual([`${me} ${words}`]);
  });

  it("takes heartbeats but does not sweep tells that at once when it is proven", async () => {
    here = await alarmHost(worker, COMMAND);
    await here.beatAfter(0, 29);
    expect(titles()).toEqual([]);
    for (const ago of [31, 36]) expect(await here.beatAfter(5, ago)).toBe(0);
    expect(titles()).toEqual([`${me} finds the Tierwatch worker not watching`]);
    await here.beatAfter(5);
    expect(titles().at(-1)).toBe(`${me} is watched by Tierwatch again`);
  });

  it("cannot be reached is told of once, though two pushers find that out at the same time", async () => {
    here = await alarmHost(worker, COMMAND);
    worker.mood = down;
    for (const minutes of [0, 15]) await here.beatAfter(minutes);
    await Promise.all([here.beatAfter(15), here.beatAfter(0), here.beatAfter(0)]);
    expect(titles()).toHaveLength(1);
  });

  it("is well says nothing, and leaves nothing on the disk", async () => {
    here = await alarmHost(worker, COMMAND);
    for (const minutes of [0, 30, 30]) await here.beatAfter(minutes);
    expect(textOf(here, "told.txt")).toBe("");
    expect(textOf(here, "tierwatch-state/memory/alarm.json")).toBe("");
  });
});

it("a host that lost its key tells its owner", async () => {
  here = await alarmHost(worker, `[alarm]\nafter = "10m"\n${COMMAND}`);
  writeFileSync(join(here.folder, "host.key"), "no key");
  for (const minutes of [0, 10]) expect(await here.beatAfter(minutes)).toBe(1);
  expect(titles()).toEqual([`${me} has no key for the Tierwatch worker`]);
});

describe("ways", () => {
  const ntfy = () => `[alarm.ntfy]\nserver = "${push.url}"\ntopic = "file:topic"\ntoken = "file:token"\n`;
  const hook = () => `[alarm.webhook]\nurl = "${push.url}/hook"\nsecret = "file:secret"\n`;
  const files = { topic: "my-secret-topic\n", token: "tk_secret\n", secret: `${SECRET}\n` };

  it("are apart: one that fails is named, tried again, and holds up no other", async () => {
    here = await alarmHost(worker, `[alarm]\nafter = "10m"\n${COMMAND}${ntfy()}`, files);
    worker.mood = down;
    push.status = 500;
    for (const minutes of [0, 10]) await here.beatAfter(minutes);
    expect(titles()).toHaveLength(1);
    expect(here.warnings.at(-1)).toBe(`the owner could not be told by ntfy: ${new URL(push.url).host} answered 500`);
    push.status = 200;
    await here.beatAfter(5);
    expect(titles()).toHaveLength(1);
    expect(push.posted).toHaveLength(1);
  });

  it("by ntfy is JSON as its documentation has it, with the topic in no address", async () => {
    here = await alarmHost(worker, ntfy(), files);
    expect(await testAlarm(here.config, here.shell)).toBe(0);
    const [posted] = push.posted;
    expect(posted?.path).toBe("/");
    expect(posted?.headers.authorization).toBe("Bearer tk_secret");
    expect(JSON.parse(posted?.body ?? "")).toEqual({
      topic: "my-secret-topic",
      title: `${me} tests its own Tierwatch alarm`,
      message: expect.stringContaining("You asked for this with `pusher alarm test`"),
      priority: 3,
      tags: ["test_tube"],
    });
    expect(here.said).toEqual(["ok     ntfy took the test message"]);
  });

  it("by webhook verifies with a Standard Webhooks library, and is not redirected", async () => {
    here = await alarmHost(worker, hook(), files);
    expect(await testAlarm(here.config, here.shell)).toBe(0);
    const [posted] = push.posted;
    if (posted === undefined) throw new Error("nothing was sent");
    expect(new Webhook(SECRET).verify(posted.body, { ...posted.headers })).toMatchObject({
      type: "alarm.test",
      data: { host: hostname(), title: `${me} tests its own Tierwatch alarm` },
    });
    push.status = 307;
    expect(await testAlarm(here.config, here.shell)).toBe(1);
    expect(here.said.at(-1)).toBe(`FAULT  webhook: ${new URL(push.url).host} answered 307`);
    expect(push.posted).toHaveLength(1);
  });

  it.each([
    ["that is not there", ["no-such-program"], "there is no program `no-such-program` on the PATH"],
    ["that fails", ["sh", "-c", "exit 3"], "`sh` ended with exit code 3"],
    ["that reads nothing", ["true"], undefined],
  ])("by a command %s", async (_what, argv, failure) => {
    here = await alarmHost(worker, `[alarm.command]\nargv = ${JSON.stringify(argv)}\n`);
    expect(await testAlarm(here.config, here.shell)).toBe(failure === undefined ? 0 : 1);
    expect(here.said).toEqual([
      failure === undefined ? "ok     command took the test message" : `FAULT  command: ${failure}`,
    ]);
  });

  it("by the system's log goes to `logger` on its stdin, or to `eventcreate` on Windows", async () => {
    here = await alarmHost(worker, "[alarm]\nlog = true\n");
    for (const program of ["logger", "eventcreate"]) {
      const file = join(here.folder, program);
      writeFileSync(file, `#!/bin/sh\n{ echo "$0 $*"; cat; } >> "${here.folder}/log.txt"\n`);
      chmodSync(file, 0o755);
    }
    const env = { ...process.env, PATH: `${here.folder}:${process.env.PATH}` };
    for (const platform of ["linux", "win32"] as const) {
      expect(await testAlarm(here.config, { ...here.shell, env, platform })).toBe(0);
    }
    const text = textOf(here, "log.txt");
    expect(text).toContain(`logger -t tierwatch -p daemon.notice\n${me} tests its own Tierwatch alarm\nYou asked`);
    expect(text).toContain(`eventcreate /L APPLICATION /SO Tierwatch /T INFORMATION /ID 1 /D ${me} tests`);
  });

  it("by the Windows Event Log is one line that its viewer shows as it is, however long", async () => {
    here = await alarmHost(worker, "[alarm]\nlog = true\n");
    const file = join(here.folder, "eventcreate");
    writeFileSync(
      file,
      `#!/bin/sh\nprintf '%s\\n' "$#" >> "${here.folder}/log.txt"\nprintf '%s' "\${10}" > "${here.folder}/event.txt"\n`,
    );
    chmodSync(file, 0o755);
    const env = { ...process.env, PATH: `${here.folder}:${process.env.PATH}` };
    const means = { shell: { ...here.shell, env, platform: "win32" as const }, folder: here.folder, limitMs: 60_000 };
    const lines = ['it said "%1 of %%2", 100 % of\r\n it\u0007 — für', `${"\u{1f600}".repeat(2_100)}`];
    const told = await tellByLog(
      { id: "1", thread: "1", kind: "alarm", host: "nas", title: "nas cannot", lines },
      means,
    );
    expect(told.ok).toBe(true);
    const event = textOf(here, "event.txt");
    expect(textOf(here, "log.txt")).toBe("10\n");
    expect(event).toMatch(/^nas cannot it said "％1 of ％％2", 100 % of it — für \u{1f600}+.?…$/u);
    expect(event.length).toBeLessThanOrEqual(4_000);
  });

  it("show no secret: not in what is sent elsewhere, said or remembered", async () => {
    here = await alarmHost(worker, `[alarm]\nafter = "10m"\n${COMMAND}${ntfy()}${hook()}`, files);
    worker.mood = () => ({ kind: "refuse", refusal: { code: "key_revoked" } });
    push.status = 500;
    for (const minutes of [0, 10, 5]) await here.beatAfter(minutes);
    const { said, shell, config } = here;
    await testAlarm(config, shell);
    await doctor(config, shell);
    const all = [textOf(here, "told.txt"), ...said, ...here.warnings.slice(-6)].join("\n");
    expect(titles()).toHaveLength(2);
    expect(all).not.toMatch(/my-secret-topic|tk_secret|whsec_/);
  });
});

describe("`pusher doctor` and `status`", () => {
  it("name what an alarm lacks, and what it told", async () => {
    const tables = `[alarm]\nafter = "10m"\n[alarm.ntfy]\ntopic = "file:gone"\n[alarm.webhook]\nurl = "https://h.example/"\nsecret = "file:short"\n${COMMAND}`;
    here = await alarmHost(worker, tables, { short: "abc" });
    await doctor(here.config, here.shell);
    const text = here.said.join("\n");
    expect(text).toMatch(/FAULT {2}alarm by ntfy: the secret file .*gone cannot be read: it does not exist/);
    expect(text).toContain("FAULT  alarm by webhook: the webhook's secret is not 24 bytes or more in base64");
    expect(text).toMatch(/ok {5}alarm by command: sh is /);
    worker.mood = down;
    for (const minutes of [0, 10]) await here.beatAfter(minutes);
    await status(here.config, here.shell);
    expect(here.said.join("\n")).toMatch(
      /alarm {4}the worker is unreached since 2\d{3}-\d\d-\d\d \d\d:\d\d UTC; you were told by command/,
    );
  });
});

describe("`pusher run`", () => {
  it("tells it too, and keeps the exit code of its job", async () => {
    here = await alarmHost(worker, "");
    const own = host();
    own.configure(worker.url, `${COMMAND}${commandJob("job", ["sh", "-c", "exit 3"])}`);
    await own.pusher("enroll", worker.code);
    worker.lastSweepAt = new Date(Date.now() - 3_600_000).toISOString();
    expect((await own.pusher("run", "job")).code).toBe(3);
    expect(textOf({ ...here, folder: own.folder }, "told.txt")).toContain("finds the Tierwatch worker not watching");
    own.remove();
  });
});

describe("a host without [alarm]", () => {
  it("is told by doctor what that means, and it is no fault", async () => {
    here = await alarmHost(worker, "");
    expect(await doctor(here.config, here.shell)).toBe(0);
    expect(here.said.join("\n")).toContain(
      "advice there is no [alarm]: should the worker itself stop, this host tells nobody",
    );
  });

  it("has none to test, and says what to add", async () => {
    here = await alarmHost(worker, "");
    expect(await testAlarm(here.config, here.shell)).toBe(1);
    expect(here.warnings.at(-1)).toMatch(/^there is no \[alarm\] in .*; add one/);
  });
});
