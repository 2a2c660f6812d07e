/** What an alert says to somebody at 3 a.m., and that no name or tool output can spoil it. */
import { describe, expect, test } from "vitest";
import type { HostPlan } from "../../worker/judge/chain.ts";
import { lossIfLost } from "../../worker/judge/loss.ts";
import {
  aliveUntil,
  beats,
  began,
  bothHeard,
  carrying,
  chainPlans,
  differs,
  HOUR,
  heard,
  type Life,
  lifeOf,
  look,
  lookOften,
  MINUTE,
  proved,
  ran,
  readIn,
  START,
  WELL,
  watch,
  well,
  wellAt,
} from "./site.ts";

/** A night after which every job ran, and the data got to the archive and no farther. */
function movedToArchive(): Life {
  let lived = well();
  for (const job of ["nightly", "sync"]) lived = ran(lived, "nas", job, WELL + 24 * HOUR);
  return proved(ran(lived, "vm", "cloud", WELL + 24 * HOUR), "apps", "archive", WELL + 24 * HOUR, "nas");
}

const stuckSync = () => aliveUntil(movedToArchive(), WELL + 24 * HOUR, WELL + 31 * HOUR);

const only = (life: Life) => {
  expect(life.said).toHaveLength(1);
  return { title: life.said[0]?.title ?? "", text: life.said[0]?.lines.join("\n") ?? "" };
};

describe("an alert about a stuck hop", () => {
  test("names the hop with both its tiers, and how old the copy is", () => {
    const { title, text } = only(stuckSync());
    expect(title).toBe("home: sync (archive → staging) stuck, apps in staging is 28 h old");
    expect(text).toContain("First broken: sync (archive → staging).");
    expect(text).toContain("apps in staging holds nothing newer than 2026-11-23 03:00 UTC");
    expect(text).toContain("newer data was expected by 2026-11-24 07:00 UTC");
  });

  test("says what the hop's own job did last, though that went well", () => {
    expect(only(stuckSync()).text).toContain("sync on nas last ended 3 h 59 min ago: succeeded.");
  });

  test("says what would be lost if the site were lost now", () => {
    expect(only(stuckSync()).text).toContain("If the site were lost now: 28 h of apps.");
  });

  test("says what is blocked behind it, when somebody looks only then", () => {
    const at = WELL + 31 * HOUR;
    expect(only(look(bothHeard(movedToArchive(), at), at)).text).toContain("Blocked behind it: apps in offsite.");
  });
});

describe("an alert about a run", () => {
  test("tells its end in the tool's words", () => {
    const end = { status: "failed" as const, reason: "no such pool: archive" };
    const { title, text } = only(look(ran(well(), "nas", "nightly", WELL + MINUTE, end), WELL + 2 * MINUTE));
    expect(title).toBe("home: nightly on nas failed");
    expect(text).toContain("Its run of 2026-11-23 03:02 UTC failed: no such pool: archive.");
  });

  test("says of one that took too long that it ran out of time", () => {
    const end = { status: "timed_out" as const };
    const { title } = only(look(ran(well(), "nas", "nightly", WELL + MINUTE, end), WELL + 2 * MINUTE));
    expect(title).toBe("home: nightly on nas ran out of time");
  });

  test("that never came says since when it was expected", () => {
    const late = WELL + 25 * HOUR;
    const lived = look(bothHeard(ran(ran(well(), "nas", "sync", WELL + 20 * HOUR), "vm", "cloud", late), late), late);
    const { title, text } = only(lived);
    expect(title).toBe("home: nightly on nas missed its time");
    expect(text).toContain(
      "nightly on nas was expected by 2026-11-24 04:00 UTC; the last was at 2026-11-23 03:00 UTC (25 h ago).",
    );
  });
});

describe("an alert about a copy", () => {
  test("that differs names it and the files", () => {
    const { title, text } = only(look(differs(well(), "apps", "staging", WELL + 1, "vm"), WELL + MINUTE));
    expect(title).toBe("home: apps in staging differs from its source");
    expect(text).toContain("1 of 20 sampled files differ from the source: a.txt.");
  });

  test("that never arrived says so, and that all of it would be lost", () => {
    let lived = lifeOf(chainPlans());
    lived = ran(ran(ran(lived, "nas", "nightly", START), "nas", "sync", START), "vm", "cloud", START);
    lived = proved(lived, "apps", "archive", START + MINUTE, "nas");
    lived = aliveUntil(proved(lived, "apps", "staging", START + MINUTE, "vm"), START, START + 24 * HOUR);
    const [first] = aliveUntil(
      proved(proved(lived, "apps", "archive", START + 24 * HOUR, "nas"), "apps", "staging", START + 24 * HOUR, "vm"),
      START + 30 * HOUR,
      START + 30 * HOUR,
    ).said.filter(({ root }) => root === "job:vm/cloud");
    expect(first?.lines.join("\n")).toContain("all of apps (no copy is proven)");
  });
});

describe("an alert about silence", () => {
  test("of the site is one, says for how long, and counts what hangs on it", () => {
    const { title, text } = only(lookOften(well(), WELL, WELL + 40 * HOUR));
    expect(title).toBe("home is silent: no host heard of for 10 min");
    expect(text).toContain("Power, network or the whole site may be gone.");
    expect(text).toContain("6 jobs and copies hang on it; they are not alerted one by one.");
    expect(text).toContain("If the site were lost now: 10 min of apps.");
  });

  test("of one host says when it was last heard", () => {
    let lived = well();
    for (let at = WELL; at <= WELL + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    expect(only(lived).title).toBe("nas is silent at home, last heard 10 min ago");
  });

  test("of a site never heard of says so", () => {
    const { title } = only(lookOften(lifeOf(chainPlans()), START, START + HOUR));
    expect(title).toBe("home is silent: no host was ever heard of");
  });
});

describe("the closing alert", () => {
  test("of a host says that it is heard again", () => {
    let lived = well();
    for (let at = WELL; at <= WELL + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    lived = look(bothHeard(lived, WELL + HOUR + MINUTE), WELL + HOUR + MINUTE);
    expect(lived.said.at(-1)).toMatchObject({ kind: "closed", title: "home: nas is heard again" });
  });

  test("of a miss whose run turns out to go on does not call it well", () => {
    const plans = chainPlans({}, { maxRuntimeSeconds: 3 * 3600, hardLimitSeconds: 6 * 3600 });
    let lived = aliveUntil(wellAt(lifeOf(plans), WELL), WELL, WELL + 25 * HOUR + MINUTE);
    expect(watch(lived, "job:nas/nightly").status).toBe("missed");
    lived = look(began(lived, "nas", "nightly", WELL + 24 * HOUR + 50 * MINUTE), WELL + 25 * HOUR + 2 * MINUTE);
    const ends = lived.said.filter(({ kind, root }) => kind === "closed" && root === "job:nas/nightly");
    expect(ends.map(({ title }) => title)).toEqual(["home: nightly on nas is under way"]);
  });

  test("says how long it lasted", () => {
    let lived = look(ran(well(), "nas", "sync", WELL + MINUTE, { status: "failed" }), WELL + 2 * MINUTE);
    lived = look(ran(bothHeard(lived, WELL + HOUR), "nas", "sync", WELL + 30 * MINUTE), WELL + HOUR);
    expect(lived.said.at(-1)).toMatchObject({ kind: "closed", title: "home: sync on nas is well again" });
    expect(lived.said.at(-1)?.lines[0]).toBe("It began at 2026-11-23 03:02 UTC (58 min ago) and lasted 58 min.");
  });

  test("of a run that was in time but told late says that the backup was in time", () => {
    const [missed, told] = [WELL + 25 * HOUR, WELL + 26 * HOUR];
    let lived = ran(ran(well(), "nas", "sync", missed), "vm", "cloud", missed);
    lived = look(bothHeard(lived, missed), missed);
    lived = ran(bothHeard(lived, told), "nas", "nightly", WELL + 24 * HOUR, { receivedAt: told });
    const closing = look(proved(lived, "apps", "archive", WELL + 24 * HOUR, "nas"), told).said.at(-1);
    expect(closing).toMatchObject({ kind: "closed", root: "job:nas/nightly" });
    expect(closing?.lines).toContain(
      "The backup itself was in time: nightly on nas finished at 2026-11-24 03:01 UTC (1 h 59 min ago); only its report came late, at 2026-11-24 05:00 UTC.",
    );
  });

  test("of a run that was late does not say so", () => {
    const [missed, told] = [WELL + 25 * HOUR, WELL + 26 * HOUR];
    let lived = ran(ran(well(), "nas", "sync", missed), "vm", "cloud", missed);
    lived = look(bothHeard(lived, missed), missed);
    lived = ran(bothHeard(lived, told), "nas", "nightly", told - 2 * MINUTE);
    lived = look(proved(lived, "apps", "archive", told - 2 * MINUTE, "nas"), told);
    expect(lived.said.at(-1)?.kind).toBe("closed");
    expect(lived.said.at(-1)?.lines.join("\n")).not.toContain("in time");
  });

  test("says what is still to follow and by when", () => {
    const lived = lookOften(well(), WELL, WELL + 40 * HOUR);
    const back = look(bothHeard(lived, WELL + 40 * HOUR), WELL + 40 * HOUR);
    expect(back.said.at(-1)).toMatchObject({ kind: "closed", title: "home is heard again" });
    expect(back.said.at(-1)?.lines.join("\n")).toContain("Still to follow: ");
  });

  test("is not said of an incident that a wider one took over", () => {
    let lived = well();
    for (let at = WELL; at <= WELL + HOUR; at += MINUTE) lived = look(heard(lived, "vm", at), at);
    lived = lookOften(lived, WELL + HOUR, WELL + 2 * HOUR);
    expect(lived.said.map(({ kind, root }) => [kind, root])).toEqual([
      ["opened", "host:nas"],
      ["opened", "site:home"],
    ]);
  });
});

describe("names and texts of others", () => {
  const long = (letter: string) => letter.repeat(63);
  const hostile: HostPlan[] = [
    {
      host: long("h"),
      plannedAt: START,
      plan: {
        beat: beats,
        datasets: [{ name: long("d"), born: long("a") }],
        jobs: [carrying(long("j"), long("a"), long("b"), 5, { datasets: [long("d")] })],
      },
    },
  ];
  const [host, job] = [long("h"), long("j")];
  const alive = (life: Life, at: number) => heard(life, host, at);

  test.each<[string, (life: Life) => Life]>([
    ["a job that missed its time", (life) => look(alive(life, START + 26 * HOUR), START + 26 * HOUR)],
    ["a copy that never arrived", (life) => look(alive(life, START + 6 * HOUR), START + 6 * HOUR)],
    ["a silent site", (life) => look(life, START + HOUR)],
    [
      "a reading of a thousand characters",
      (life) => {
        const text = `:${"💾".repeat(499)}`;
        return look(readIn(alive(life, START), host, job, START, "critical", text), START + MINUTE);
      },
    ],
  ])("make no title of 80 characters or more: %s", (_what, live) => {
    const lived = live(lifeOf(hostile));
    expect(lived.said.length).toBeGreaterThan(0);
    for (const { title } of lived.said) {
      expect(title.length).toBeLessThan(80);
      expect(title.isWellFormed()).toBe(true);
    }
  });

  test("end no line of ours: a line break in a tool's words becomes a space", () => {
    const words = "disk\r\nBcc: all@example.org\u2028now\u0000";
    const lived = readIn(well(), "nas", "sync", WELL + MINUTE, "critical", words);
    const { title, text } = only(look(lived, WELL + 2 * MINUTE));
    expect(title).toBe("home: disk Bcc: all@example.org now ");
    expect(text.split("\n")[0]).toContain("disk Bcc: all@example.org now");
  });
});

describe("the loss if the site were lost", () => {
  test("is the age of the farthest copy of each dataset; a claim is no proof", () => {
    expect(lossIfLost([], START)).toBe("No copy is watched yet.");
    expect(lossIfLost(lifeOf(chainPlans()).watches, START)).toBe(
      "If the site were lost now: all of apps (no copy is proven).",
    );
    const { watches } = well();
    expect(lossIfLost(watches, WELL + 5 * HOUR)).toBe("If the site were lost now: 5 h of apps.");
    const claimed = watches.map((watch) =>
      watch.facts.kind === "copy" && watch.facts.good !== null
        ? { ...watch, facts: { ...watch.facts, good: { ...watch.facts.good, marker: null } } }
        : watch,
    );
    expect(lossIfLost(claimed, WELL + HOUR)).toBe("If the site were lost now: 1 h of apps (unproven).");
  });
});
