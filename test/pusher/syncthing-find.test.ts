/** Where Syncthing's key and address are found, of every version and on every system. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findApi } from "../../pusher/jobs/syncthing-find.ts";
import { homesOf, originOf, parseGui } from "../../pusher/jobs/syncthing-home.ts";
import { played } from "./played.ts";

const NOW = Date.parse("2026-11-23T02:00:00Z");

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
