/** What `pusher doctor` asks of the target of zfs-send. */
import { describe, expect, test } from "vitest";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { type Answer, played } from "./played.ts";
import { gone, NOW } from "./zfs-send-night.ts";

describe("doctor asks whether reading the target changes it", () => {
  const PROPERTIES = "zfs get -H -o value atime,readonly";
  const SOURCE: Answer = ["zfs list -H -o name fast/apps", { stdout: "fast/apps\n" }];
  const check = async (answers: readonly Answer[]) => {
    const prepared = zfsSend.prepare({ source: "fast/apps", target: "archive/apps" });
    if (!prepared.ok) throw new Error("these settings are good");
    const [source, ...target] = await prepared.value.check(played([SOURCE, ...answers], NOW).context);
    expect(source).toEqual({ what: "dataset fast/apps is there" });
    return target;
  };

  test.each([
    ["off", "off"],
    ["on", "on"],
    ["-", "off"],
  ])("and finds no fault with atime=%s, readonly=%s", async (atime, readonly) => {
    const found = await check([[`${PROPERTIES} archive/apps`, { stdout: `${atime}\n${readonly}\n` }]]);
    expect(found).toEqual([{ what: "reading archive/apps does not change it" }]);
  });

  test("and says what to do with atime=on, readonly=off", async () => {
    const [found] = await check([[`${PROPERTIES} archive/apps`, { stdout: "on\noff\n" }]]);
    expect(found?.fault).toMatch(/the next receive fails; run: zfs set readonly=on archive\/apps$/);
  });

  test("and looks at what a target will inherit that is not there yet", async () => {
    const [found] = await check([
      [`${PROPERTIES} archive/apps`, gone("archive/apps")],
      [`${PROPERTIES} archive`, { stdout: "on\noff\n" }],
    ]);
    expect(found?.fault).toMatch(/run: zfs set atime=off archive$/);
  });

  test("and tells what keeps it from looking, but leaves a missing program to others", async () => {
    const hung = { timedOut: true, signal: "SIGTERM" };
    expect((await check([[PROPERTIES, hung]]))[0]?.fault).toContain("no answer in time");
    expect(await check([[PROPERTIES, { startError: "there is no program `zfs` on the PATH" }]])).toEqual([]);
  });
});
