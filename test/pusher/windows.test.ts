/** What is different on Windows, as far as it can be seen elsewhere: its tools are stand-ins that keep their command lines. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { protectArgv, readersIn, sidIn } from "../../pusher/acl.ts";
import { startErrorOf } from "../../pusher/child.ts";
import { checkKeyFile } from "../../pusher/doctor/local.ts";
import { executor } from "../../pusher/exec.ts";
import { patiently } from "../../pusher/files.ts";
import { makeKey } from "../../pusher/key.ts";
import { protect, readersOf } from "../../pusher/key-guard.ts";
import { isAlive, isAnotherProgram } from "../../pusher/processes.ts";

const ME = "S-1-5-21-1004336348-1177238915-682003330-1001";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tierwatch-windows-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program of Windows of that name, which is this script for sh; each call is noted. */
function standIn(program: string, script: string): void {
  writeFileSync(join(folder, program), `#!/bin/sh\nprintf '%s\\n' "${program} $*" >> "${folder}/calls"\n${script}\n`);
  chmodSync(join(folder, program), 0o755);
}
const calls = () => readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n");
const windows = () => ({ platform: "win32" as const, env: { PATH: `${folder}:${process.env.PATH}` } });

describe("who may read the private key", () => {
  test("is its owner, the system and administrators, by identifiers that are the same in every language", () => {
    expect(sidIn(`"WINVM\\Jürgen","${ME}"\r\n`)).toBe(ME);
    expect(protectArgv("C:\\ProgramData\\Tierwatch\\host.key", ME)).toEqual([
      "icacls",
      "C:\\ProgramData\\Tierwatch\\host.key",
      "/inheritance:r",
      "/grant:r",
      "*S-1-5-18:F",
      "*S-1-5-32-544:F",
      `*${ME}:F`,
    ]);
    expect(protectArgv("k", "S-1-5-18").filter((word) => word.includes("S-1-5-18"))).toHaveLength(1);
  });

  test.each([
    [`D:PAI(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;${ME})`, [], []],
    ["D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;BU)", ["Users"], []],
    ["D:(A;;FA;;;WD)(A;;FR;;;AU)", ["Everyone", "Authenticated Users"], []],
    ["D:P(A;;FA;;;S-1-5-21-1-2-3-1005)(D;;FA;;;S-1-5-21-1-2-3-1006)", [], ["S-1-5-21-1-2-3-1005"]],
    ["D:NO_ACCESS_CONTROL", ["Everyone"], []],
    ["D:P", [], []],
  ])("is read from %s", (list, everybody, others) => {
    expect(readersIn(`host.key\r\n${list}\r\n`, ME)).toEqual({ everybody, others });
  });

  test("is not known where no list is told", () => expect(readersIn("", ME)).toBeUndefined());

  test("is set before the key is in its file", async () => {
    standIn("whoami", `printf '"X\\\\y","${ME}"'`);
    standIn("icacls", `wc -c < "$1" >> "${folder}/calls"`);
    const made = await makeKey("file:host.key", folder, async (path) => {
      expect(await protect(path, windows())).toEqual({ ok: true, value: null });
    });
    expect(made).toEqual({ ok: true, value: true });
    const fresh = join(folder, "host.key.new");
    expect(calls()).toEqual([
      "whoami /user /fo csv /nh",
      `icacls ${fresh} /inheritance:r /grant:r *S-1-5-18:F *S-1-5-32-544:F *${ME}:F`,
      "0",
    ]);
    expect(readFileSync(join(folder, "host.key"), "utf8")).toContain("PRIVATE KEY");
    expect(existsSync(fresh)).toBe(false);
  });

  test("by its mode elsewhere, from the first moment on", async () => {
    await makeKey("file:host.key", folder, async (path) => expect(statSync(path).mode & 0o777).toBe(0o600));
    expect(statSync(join(folder, "host.key")).mode & 0o777).toBe(0o600);
  });

  test("is said to be unknown when Windows' tools do not answer as they should", async () => {
    standIn("whoami", "echo WINVM\\\\anna");
    expect(await protect("k", windows())).toMatchObject({ ok: false, failure: expect.stringContaining("whoami") });
    standIn("whoami", `printf '"X\\\\y","${ME}"'`);
    standIn("icacls", "echo 'Zugriff verweigert'; exit 5");
    expect(await protect("k", windows())).toMatchObject({ ok: false, failure: expect.stringContaining("(Zugriff") });
    expect(await readersOf("k", folder, windows())).toMatchObject({ ok: false });
  });

  test("is asked by a list that icacls saves in UTF-16, and that is not left behind", async () => {
    standIn("whoami", `printf '"X\\\\y","${ME}"'`);
    const list = Buffer.from("host.key\r\nD:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)\r\n", "utf16le");
    writeFileSync(join(folder, "list"), list);
    standIn("icacls", `cp "${folder}/list" "$3"`);
    const readers = await readersOf("C:\\a b\\host.key", folder, windows());
    expect(readers).toMatchObject({ ok: true, value: { everybody: ["Users"], others: [] } });
    expect(readers.ok && readers.value.mend).toContain('icacls "C:\\a b\\host.key" /inheritance:r');
    expect(existsSync(join(folder, "key-access.tmp"))).toBe(false);
  });
});

describe("doctor", () => {
  const told = async (list: string) => {
    standIn("whoami", `printf '"X\\\\y","${ME}"'`);
    writeFileSync(join(folder, "list"), Buffer.from(`host.key\r\n${list}\r\n`, "utf16le"));
    standIn("icacls", `cp "${folder}/list" "$3"`);
    writeFileSync(join(folder, "host.key"), "");
    return checkKeyFile({ key: "file:host.key", folder, state: folder }, windows());
  };

  test("finds a key that others may read, and says how to mend it", async () => {
    const [finding] = await told("D:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)(A;ID;0x1200a9;;;WD)");
    expect(finding?.fault).toMatch(
      /^others may read the private key \(Users, Everyone\); run: icacls ".*host\.key" \/inh/,
    );
  });

  test("names accounts that it does not know, and is content with a key of its owner's", async () => {
    const [unknown] = await told("D:P(A;;FA;;;SY)(A;;FR;;;S-1-5-21-1-2-3-1005)");
    expect(unknown?.advice).toContain("S-1-5-21-1-2-3-1005; if none of them runs the pusher");
    expect(await told(`D:P(A;;FA;;;SY)(A;;FA;;;${ME})`)).toEqual([
      { what: expect.stringContaining("is readable by its owner, the system and administrators alone") },
    ]);
  });

  test("says when it cannot see it", async () => {
    expect((await told(""))[0]?.advice).toContain("could not be seen");
  });
});

test.each([
  ["backup.cmd", /a script, not a program: write "cmd", "\/d", "\/c" before it/],
  ["C:\\jobs\\Backup.PS1", /write "powershell", "-NoProfile", "-File" before it/],
  ["restic.exe", /could not be started: EINVAL/],
])("%s, which Windows does not start, is told with what does", (program, says) => {
  expect(startErrorOf(program, undefined, Object.assign(new Error(), { code: "EINVAL" }))).toMatch(says);
});

describe("a program whose time is up", () => {
  const run = async (script: string) => {
    const ignore = () => undefined;
    const children = executor({ ...windows(), onOutput: ignore, onBytes: ignore, onStart: ignore });
    return children.exec(["sh", "-c", script], { timeoutSeconds: 0.3 });
  };

  test("is ended with everything that it started", async () => {
    standIn("taskkill", 'kill -9 "$4"');
    expect(await run("exec sleep 300")).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    expect(calls()).toEqual([expect.stringMatching(/^taskkill \/T \/F \/PID \d+$/)]);
  });

  test.each(["exit 1", undefined])("is ended at least by itself where taskkill does not help: %s", async (script) => {
    if (script !== undefined) standIn("taskkill", script);
    const pid = join(folder, "pid");
    expect(await run(`echo $$ > "${pid}"; exec sleep 300`)).toMatchObject({ timedOut: true, signal: "SIGKILL" });
    expect(isAlive(Number(readFileSync(pid, "utf8")))).toBe(false);
  });
});

describe("a file that somebody else has open", () => {
  const failing = (code: string, times: number) => {
    let left = times;
    let tries = 0;
    const act = () => {
      tries += 1;
      left -= 1;
      if (left >= 0) throw Object.assign(new Error(code), { code });
      return tries;
    };
    return { act, tries: () => tries };
  };

  test.each(["EPERM", "EACCES", "EBUSY"])("is tried again on Windows: %s", (code) => {
    expect(patiently(failing(code, 3).act, "win32")).toBe(4);
  });

  test("is given up in the end, elsewhere and for other reasons at once", () => {
    const held = failing("EBUSY", 1000);
    expect(() => patiently(held.act, "win32")).toThrow("EBUSY");
    expect(held.tries()).toBeLessThan(50);
    for (const [code, platform] of [
      ["EBUSY", "linux"],
      ["ENOSPC", "win32"],
    ] as const) {
      const other = failing(code, 1000);
      expect(() => patiently(other.act, platform)).toThrow(code);
      expect(other.tries()).toBe(1);
    }
  });
});

describe("a process id that was handed out again", () => {
  const asked = (answer: string) => isAnotherProgram(1234, "win32", () => answer);

  test("is known by the program's name", () => {
    expect(asked('"svchost.exe","1234","Services","0","12.345 K"\r\n')).toBe(true);
    expect(asked(`"NODE","1234","Console","1","45.000 K"\r\n`)).toBe(false);
  });

  test("is taken for the same one where nothing is told of it", () => {
    expect(asked("INFORMATION: Es werden keine Aufgaben ausgeführt\r\n")).toBe(false);
    expect(asked("")).toBe(false);
    expect(isAnotherProgram(1234, "linux", () => '"svchost.exe","1234","Services"')).toBe(false);
  });
});
