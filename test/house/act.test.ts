/** `npm run act`: what the owner asks for, as rows of the worker's database. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { readRequest } from "../../scripts/act/asked.ts";
import { listing, missing, readKnown } from "../../scripts/act/known.ts";
import { lookSql, statementsOf } from "../../scripts/act/sql.ts";
import { runWithWrangler } from "./fake-wrangler.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");
const HOUR = 3_600_000;

function request(line: string) {
  return readRequest([...line.split(" "), "--site", "home"], NOW);
}

function asked(line: string) {
  const read = request(line);
  if (!read.ok) throw new Error(read.failure);
  return read.value.asked;
}

/** A database as the worker has it, with one watched host, one open incident and one silence. */
function database(): DatabaseSync {
  const db = new DatabaseSync(":memory:");
  for (const file of readdirSync("migrations").sort()) db.exec(readFileSync(join("migrations", file), "utf8"));
  db.exec(`
    INSERT INTO watches (site, key, version, spec, facts, status, reason, since_at)
      VALUES ('home', 'host:nas', 1, '', '', 'ok', '', 0), ('home', 'copy:apps/archive', 1, '', '', 'ok', '', 0);
    INSERT INTO incidents (id, site, root, severity, opened_at, noticed_at, subject, reason)
      VALUES ('i', 'home', 'job:nas/sync', 'critical', ${NOW - HOUR}, ${NOW - HOUR}, 'job:nas/sync', '');
    INSERT INTO acts (site, id, kind, scope, from_at, made_by, made_at) VALUES ('home', 'a1', 'pause', 'host:nas', 0, 'me', 0)`);
  return db;
}

function known(db: DatabaseSync) {
  const results = lookSql("home", NOW)
    .split("; ")
    .map((sql) => ({ results: db.prepare(sql).all() }));
  return readKnown(JSON.stringify(results));
}

function carriedOut(line: string): DatabaseSync {
  const db = database();
  for (const sql of statementsOf(asked(line), "home", "o'neil", "new1", NOW)) db.exec(sql);
  return db;
}

describe("what is asked for", () => {
  test.each([
    [
      "silence site --for 2h",
      { act: "silence", scope: "site:home", fromAt: NOW, untilAt: NOW + 2 * HOUR, recurs: null },
    ],
    [
      "silence tier:archive --for 90m --from 2026-11-23T20:00:00Z",
      { fromAt: NOW + 18 * HOUR, untilAt: NOW + 19.5 * HOUR },
    ],
    ["pause job:nas/sync", { act: "pause", untilAt: null }],
    ["pause host:nas --for 3d", { untilAt: NOW + 72 * HOUR }],
    ["snooze job:nas/sync --for 1d", { act: "snooze", root: "job:nas/sync", untilAt: NOW + 24 * HOUR }],
    ["ack site", { act: "ack", root: "site:home" }],
    ["list", { act: "list" }],
  ])("%s", (line, expected) => {
    expect(asked(line)).toMatchObject(expected);
  });

  test("a silence that comes back has its cron, in the zone's own name", () => {
    const args = ["silence", "site", "--site", "home", "--for", "3h", "--cron", "0 2 * * 0", "--zone", "Asia/Calcutta"];
    expect(readRequest(args, NOW)).toMatchObject({
      value: { asked: { recurs: { cron: "0 2 * * 0", zone: "Asia/Kolkata", seconds: 10_800 }, untilAt: null } },
    });
  });

  test.each([
    ["silence fast --for 2h", '"fast" is no scope'],
    ["silence site", "say for how long"],
    ["silence site --for 2w", "say for how long"],
    ["silence site --for 2h --from tonight", '--from "tonight" is no time'],
    ["silence site --for 2h --from 2026-11-22T23:59:00Z", "it would be over already"],
    ["pause site --from 2028-01-01T00:00:00Z", "it has to begin within a year"],
    ["silence site --for 2h --cron 0", "say in which zone"],
    ["silence site --for 2h --cron 0 --zone Europe/Berlin", "cron"],
    ["snooze host:nas", "say for how long"],
  ])("%s is told why it cannot be", (line, why) => {
    expect(request(line)).toMatchObject({ ok: false, failure: expect.stringContaining(why) });
  });

  test.each(["", "shout site", "silence", "list site", "ack a b"])("`%s` is answered by the usage", (line) => {
    expect(request(line)).toEqual({ ok: false, failure: "" });
  });
});

describe("what is written", () => {
  test("a silence with its note, and the site due at once", () => {
    const db = database();
    const silence = { ...asked("silence host:nas --for 2h"), note: "it's moved" };
    for (const sql of statementsOf(silence, "home", "o'neil", "new1", NOW)) db.exec(sql);
    expect(db.prepare("SELECT * FROM acts WHERE id = 'new1'").get()).toMatchObject({
      kind: "silence",
      scope: "host:nas",
      from_at: NOW,
      until_at: NOW + 2 * HOUR,
      note: "it's moved",
      made_by: "o'neil",
    });
    expect(db.prepare("SELECT due_at, version FROM watches WHERE key = 'host:nas'").get()).toEqual({
      due_at: NOW,
      version: 2,
    });
  });

  test("an end, which is over from now on", () => {
    const db = carriedOut("end a1");
    expect(db.prepare("SELECT until_at FROM acts").get()).toEqual({ until_at: NOW });
    expect(known(db).acts).toEqual([]);
  });

  test("an acknowledgement and a snooze, of the open incident alone", () => {
    expect(carriedOut("ack job:nas/sync").prepare("SELECT acked_at, acked_by FROM incidents").get()).toEqual({
      acked_at: NOW,
      acked_by: "o'neil",
    });
    const snoozed = carriedOut("snooze job:nas/sync --for 2h")
      .prepare("SELECT snoozed_until, due_at FROM incidents")
      .get();
    expect(snoozed).toEqual({ snoozed_until: NOW + 2 * HOUR, due_at: NOW + 2 * HOUR });
  });
});

describe("what is not there", () => {
  test.each([
    ["silence host:nsa --for 2h", "nothing is watched as host:nsa; did you mean host:nas?"],
    ["silence tier:archiv --for 2h", "nothing is watched as tier:archiv; did you mean tier:archive?"],
    ["ack job:nas/snyc", "no incident is open about job:nas/snyc; did you mean job:nas/sync?"],
    ["end zz", "no silence or pause has the id zz"],
  ])("%s", (line, why) => {
    expect(missing(asked(line), "home", known(database()))).toContain(why);
  });

  test("a site without watches", () => {
    expect(missing(asked("list"), "home", { keys: [], incidents: [], acts: [] })).toContain('there is no site "home"');
  });
});

test("the list says what is open and what is held", () => {
  expect(listing(known(database()))).toEqual([
    "Open incidents:",
    "  job:nas/sync  critical since 2026-11-23 01:00 UTC",
    "Silences and pauses:",
    "  a1  pause of host:nas from 1970-01-01 00:00 UTC until it is ended",
  ]);
});

describe("npm run act", () => {
  const ANSWER = JSON.stringify([{ results: [{ key: "host:nas" }] }, { results: [] }, { results: [] }]);

  test("looks first, then writes, and says how to end it", () => {
    const args = ["silence", "host:nas", "--site", "home", "--for", "2h", "--local"];
    const ran = runWithWrangler("scripts/act.ts", args, `echo '${ANSWER}'`);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^silence [0-9a-f]{8}: `npm run act -- end [0-9a-f]{8} --site home` ends it\./);
    expect(ran.calls.join("\n")).toMatch(/SELECT key FROM watches[\s\S]*INSERT INTO acts/);
  });

  test("changes nothing when what was asked for is not there", () => {
    const ran = runWithWrangler("scripts/act.ts", ["ack", "host:nas", "--site", "home", "--local"], `echo '${ANSWER}'`);
    expect(ran).toMatchObject({ code: 1, stdout: "" });
    expect(ran.stderr).toContain("no incident is open about host:nas");
    expect(ran.calls.join("\n")).not.toContain("UPDATE");
  });

  test("explains itself", () => {
    const ran = runWithWrangler("scripts/act.ts", ["shout"], "");
    expect(ran).toMatchObject({ code: 2, calls: [] });
    expect(ran.stderr).toMatch(/^usage: npm run act/);
  });
});
