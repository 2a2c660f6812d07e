/** zfs-send to a target on another machine: what ssh is told, and what its refusals mean. */
import { describe, expect, test } from "vitest";
import { zfsSend } from "../../pusher/jobs/zfs-send.ts";
import { type Answer, played } from "./played.ts";
import { moving, NIGHT, NOW, TODAY } from "./zfs-send-night.ts";

describe("a target on another machine", () => {
  const FIXED =
    "-o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=30 -o ServerAliveInterval=30 -o ServerAliveCountMax=4";
  const PATH = "env LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const SSH = `ssh ${FIXED} -- backup@nas2 ${PATH}`;
  const NEAR = /^(zfs (send|snapshot|bookmark|list -H -p -t bookmark)|zfs get .* fast|zpool list .* fast)/;
  const overSsh: readonly Answer[] = NIGHT.map(([words, ended]) => [
    NEAR.test(words) ? words : `${SSH} ${words}`,
    ended,
  ]);
  const ZPOOL: Answer = ["zpool list -H -o health", { stdout: "ONLINE\n" }];

  async function runAt(ssh: object, answers: readonly Answer[]) {
    const prepared = zfsSend.prepare({ source: "fast/apps", target: "archive/apps", ssh });
    if (!prepared.ok) throw new Error("these settings are good");
    const { context, calls } = played([...answers, ...overSsh, ZPOOL], NOW);
    return { outcome: await prepared.value.run(context), calls };
  }

  test("is reached by ssh, which never asks and knows the machine already; all that is here is done here", async () => {
    const { outcome, calls } = await runAt({ host: "backup@nas2" }, []);
    expect(outcome).toEqual({ status: "succeeded", exitCode: 0, bytes: 624, deletions: 0 });
    expect(calls.find((call) => call.includes("|"))).toBe(
      `zfs send -i fast/apps@${TODAY} fast/apps@${TODAY} | ${SSH} zfs receive -s -u archive/apps`,
    );
    expect(calls).toContain(`${SSH} zpool list -H -o health archive`);
    expect(calls).toContain("zpool list -H -o health fast");
    expect(calls.filter((call) => call.startsWith("zfs") && / archive\/apps$/.test(call.split("|")[0] ?? ""))).toEqual(
      [],
    );
  });

  test("is reached with the port, the key and the host keys that are named", async () => {
    const more = { port: 2222, identity: "/etc/tierwatch/id", known_hosts: "/etc/tierwatch/known hosts" };
    const { calls } = await runAt({ host: "nas2", ...more }, [["ssh", { exitCode: 255, stderr: "ssh: x" }]]);
    expect(calls.at(-1)).toContain(
      '-o IdentitiesOnly=yes -o UserKnownHostsFile="/etc/tierwatch/known hosts" -p 2222 -i /etc/tierwatch/id -- nas2 env',
    );
  });

  test.each([
    ["Host key verification failed.", /host key is not known, or another than before/],
    ["backup@nas2: Permission denied (publickey,password).", /ssh refused the login/],
    ["ssh: Could not resolve hostname nas2: Name or service not known", /no machine of that name/],
    ["ssh: connect to host nas2 port 22: Connection refused", /does not answer/],
    ["env: 'zpool': No such file or directory", /has no zfs and zpool/],
  ])("that cannot be reached is told with the reason, and nothing is made here: %s", async (stderr, says) => {
    const { outcome, calls } = await runAt({ host: "backup@nas2" }, [["ssh", { exitCode: 255, stderr }]]);
    expect(outcome).toMatchObject({ status: "failed", reason: expect.stringMatching(says) });
    expect(moving(calls)).toEqual([]);
  });

  test.each([{ host: "-oProxyCommand=evil" }, { host: "a b" }, { host: "nas2", identity: "id" }])(
    "is refused as a setting: %o",
    (ssh) => {
      expect(zfsSend.prepare({ source: "fast/apps", target: "archive/apps", ssh }).ok).toBe(false);
    },
  );
});
