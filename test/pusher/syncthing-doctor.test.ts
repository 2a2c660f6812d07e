/** What `pusher doctor` asks Syncthing. */
import { describe, expect, test } from "vitest";
import { syncthing } from "../../pusher/jobs/syncthing.ts";
import { played } from "./played.ts";
import { allWell, playSyncthing } from "./syncthing-fixtures.ts";
import { withKey } from "./syncthing-run.ts";

describe("doctor asks Syncthing", () => {
  async function check(settings: object = {}, script = allWell()) {
    const server = await playSyncthing(script);
    try {
      const own = { folder: "archive", address: server.address, api_key: "env:KEY", ...settings };
      const prepared = syncthing.prepare(own);
      if (!prepared.ok) throw new Error("these settings are good");
      const found = await prepared.value.check({ ...played([], 0).context, secret: withKey("KEY") });
      return { found, asked: server.asked };
    } finally {
      await server.close();
    }
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
