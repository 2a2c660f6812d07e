import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { initBy } from "../../pusher/commands/init.ts";
import { scheduleFault } from "../../pusher/config/schedule-fault.ts";
import { checkConfig } from "../../pusher/config.ts";
import { remotesIn } from "../../pusher/init/clouds.ts";
import { mountsIn } from "../../pusher/init/disks.ts";
import { type Eyes, namer } from "../../pusher/init/part.ts";
import { foldersIn, lookAtSyncthing } from "../../pusher/init/syncthing.ts";
import { type Host, host } from "./host.ts";

/** A machine as programs and files show it. */
interface Machine {
  readonly env?: Eyes["env"];
  readonly programs?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

function eyes({ env = {}, programs = {}, files = {} }: Machine): Eyes {
  const under = (path: string) => Object.keys(files).filter((name) => name.startsWith(`${path}/`));
  return {
    platform: "linux",
    env,
    homes: ["/root", "/home/owner"],
    ask: async (...argv) => programs[argv.slice(0, 2).join(" ")],
    read: (path) => files[path],
    names: (path) => [...new Set(under(path).map((name) => name.slice(path.length + 1).split("/")[0] ?? ""))].sort(),
    name: namer(40),
  };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-init-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function init(machine: Machine, worker?: string) {
  const said: string[] = [];
  const shell = { say: (line: string) => said.push(line), warn: (line: string) => said.push(line) };
  const file = join(folder, "pusher.toml");
  const code = await initBy(eyes(machine), file, worker, shell);
  return { code, text: existsSync(file) ? readFileSync(file, "utf8") : "", said: said.join("\n") };
}

const CORENAS: Machine = {
  programs: {
    "zpool list": "archive\nfast\n",
    "zfs list": [
      "archive\t/archive\tyes\toff",
      "archive/apps\t/archive/apps\tyes\toff",
      "archive/old\tnone\tno\toff",
      "archive/photos\t/archive/photos\tyes\toff",
      "fast\t/fast\tyes\toff",
      'fast/apps\t/fast/my "apps"\tyes\toff',
    ].join("\n"),
    "smartctl --scan": "/dev/nvme0 -d nvme # /dev/nvme0, NVMe device\n",
    "crontab -l": "0 4 * * * RESTIC_PASSWORD=SECRET1 restic backup /srv\n# 0 5 * * * rsync -a /a /b\n",
  },
  files: {
    "/proc/mounts":
      "/dev/sda2 / ext4 rw 0 0\n/dev/sda1 /boot/efi ext4 rw 0 0\nfast /fast zfs rw 0 0\n/dev/sdb1 /mnt/my\\040disk xfs rw 0 0\n/dev/sdb1 /srv/again xfs rw 0 0\n",
    "/etc/sanoid/sanoid.conf": "[fast/apps]\n",
    "/etc/cron.d/syncoid": "0 3 * * * root /usr/sbin/syncoid --sshkey /root/SECRET2 fast/apps archive/apps\n",
    "/etc/systemd/system/dump.timer": "[Timer]\n",
    "/etc/systemd/system/dump.service": "[Service]\nExecStart=/usr/bin/pg_dump -f /srv/x.sql SECRET3\n",
    "/home/owner/.local/state/syncthing/config.xml":
      '<configuration><folder id="ph" label="Photos &amp; more" path="/srv/photos" type="sendonly"></folder><gui><apikey>SECRET4</apikey></gui><defaults><folder id="" path="~"></folder></defaults></configuration>',
    "/root/.config/rclone/rclone.conf": "[b2]\ntype = b2\nkey = SECRET5\n\n[crypt]\ntype = crypt\npassword = SECRET6\n",
    "/root/.config/borg/security/abc/location": "ssh://u:SECRET7@host/./repo\n",
    "/root/.config/kopia/repository.config": '{"storage":{"type":"s3","config":{"secretAccessKey":"SECRET8"}}}',
    [`/root/.cache/restic/${"a".repeat(64)}/version`]: "1",
  },
};

describe("init", () => {
  it("writes a pusher.toml that works as it is", async () => {
    const { code, text } = await init(CORENAS, "https://mine.example.workers.dev/");
    expect(code).toBe(0);
    const file = join(folder, "pusher.toml");
    const config = checkConfig(text, file, file, scheduleFault);
    if (!config.ok) throw new Error(config.failure.join("\n"));
    expect(config.value.worker).toBe("https://mine.example.workers.dev");
    expect(config.value.datasets).toMatchObject([
      { name: "photos", born: "archive", paths: { archive: "/archive/photos" } },
      { name: "apps", born: "fast", paths: { fast: '/fast/my "apps"' } },
      { name: "photos-more", paths: { archive: "/srv/photos" } },
    ]);
    expect(config.value.jobs.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      "zfs-health archive-health",
      "zfs-health fast-health",
      "command sanoid",
      "smart disks",
      "disk root-space",
      "disk mnt-my-disk-space",
    ]);
    expect(readdirSync(folder)).toEqual(["pusher.toml"]);
  });

  it("says what it found, and what it left out and why", async () => {
    const { said } = await init(CORENAS);
    for (const line of [
      "ZFS file system archive/photos at /archive/photos",
      "ZFS file system archive/apps: it looks like a copy of another pool's",
      "ZFS file system archive/old: it is not mounted",
      "syncoid in /etc/cron.d/syncoid: leave it; a job of kind zfs-follow",
      "the job for Syncthing folder Photos & more: which tiers it joins is yours to say",
      "restic is started by your crontab",
      "pg_dump is started by /etc/systemd/system/dump.timer",
      "rclone remote b2 (b2)",
      "borg repository ssh://u@host/./repo",
      "kopia repository (s3)",
      "restic has been used for a repository here",
    ]) {
      expect(said).toContain(line);
    }
    expect(said).not.toContain("rsync");
  });

  it("copies no secret", async () => {
    const { text, said } = await init(CORENAS);
    expect(text + said).not.toContain("SECRET");
  });

  it("has drafts that are good once they are taken out of their comments", async () => {
    const { text } = await init(CORENAS);
    const [live = "", drafts = ""] = text.split("# Drafts: ");
    const uncommented = drafts
      .split("\n")
      .slice(1)
      .map((line) => line.replace(/^# ?/, ""));
    const data = '[[datasets]]\nname = "data"\nborn = "archive"\n';
    const config = checkConfig(
      [live, data, ...uncommented].join("\n"),
      join(folder, "x.toml"),
      "x.toml",
      scheduleFault,
    );
    if (!config.ok) throw new Error(config.failure.join("\n"));
    const kinds = config.value.jobs.map(({ kind }) => kind);
    expect(kinds).toEqual(
      expect.arrayContaining(["zfs-send", "zfs-follow", "syncthing", "rclone", "restic", "borg", "kopia"]),
    );
  });

  it("works on a machine where it finds nothing", async () => {
    const { code, text, said } = await init({});
    expect(code).toBe(0);
    expect(said).toContain("found nothing that it knows");
    expect(checkConfig(text, join(folder, "x.toml"), "x.toml", scheduleFault).ok).toBe(true);
  });

  it("marks the worker's address as the reader's to write, unless it was given", async () => {
    const mark = "# yours: `npm run deploy` told it";
    expect((await init({})).text).toContain(mark);
    rmSync(join(folder, "pusher.toml"));
    expect((await init({}, "https://mine.example.workers.dev/")).text).not.toContain(mark);
  });

  it("finds kopia where Windows has its settings", async () => {
    const [appdata, json] = ["/appdata", '{"storage":{"type":"s3"}}'];
    const { said, text } = await init({
      env: { APPDATA: appdata },
      files: { [`${appdata}/kopia/repository.config`]: json },
    });
    expect(said + text).toContain("kopia repository (s3)");
  });

  it("overwrites nothing", async () => {
    writeFileSync(join(folder, "pusher.toml"), "mine");
    expect(await init(CORENAS)).toMatchObject({
      code: 1,
      text: "mine",
      said: expect.stringContaining("is there already"),
    });
  });

  it("wants an address that is one", async () => {
    expect(await init(CORENAS, "http://mine.example")).toMatchObject({ code: 1, text: "" });
  });
});

test("Syncthing's folders are read, and the template for new ones is not", () => {
  const [first, ...more] = foldersIn(CORENAS.files?.["/home/owner/.local/state/syncthing/config.xml"] ?? "");
  expect(first).toEqual({ id: "ph", label: "Photos & more", path: "/srv/photos", type: "sendonly" });
  expect(more).toEqual([]);
});

test("a folder of Syncthing that only receives gets the draft of a job that looks", async () => {
  const xml = '<folder id="ph" label="Photos" path="/srv/photos" type="receiveonly"></folder>';
  const part = await lookAtSyncthing(eyes({ files: { "/root/.config/syncthing/config.xml": xml } }));
  expect(part.drafts).toEqual([expect.stringMatching(/side = "receiving".*\ntier = "staging"\n.*folder = "ph"\n$/s)]);
});

test("an encrypted rclone.conf tells nothing", () => {
  expect(remotesIn("# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nxyz")).toEqual([]);
});

test("a device that is mounted twice is one file system, and the system's own small ones are none", () => {
  expect(mountsIn(CORENAS.files?.["/proc/mounts"] ?? "")).toEqual(["/", "/mnt/my disk"]);
});

describe("on this machine", () => {
  let here: Host;
  beforeEach(() => {
    here = host();
  });
  afterEach(() => here.remove());

  it("needs no pusher.toml, and refuses the second time", async () => {
    const first = await here.pusher("init");
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining("wrote ") });
    expect(await here.pusher("init")).toMatchObject({ code: 1, stderr: expect.stringContaining("is there already") });
    expect((await here.pusher("status")).code).toBe(0);
  });
});
