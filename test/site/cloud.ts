/** Help for tests of cloud tools: a job's table, servers on loopback, a full disk, a file that cannot be read. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import type { Host } from "../pusher/host.ts";

/** No worker answers here: results stay in the spool, where the test reads them. */
export const NO_WORKER = "http://127.0.0.1:9";
const NOBODY = 65534;
const LONG_AGO = new Date("2026-01-01T00:00:00Z");

interface Carrying {
  readonly name: string;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  /** Where `photos` lies, by tier. */
  readonly paths: Readonly<Record<string, string>>;
  /** How a file of it is read back from `to`. */
  readonly fetch?: readonly string[] | undefined;
}

/** A job that carries the dataset `photos`; `lines` are further settings of its kind. */
export function carryingJob({ name, kind, from, to, paths, fetch }: Carrying, lines: string): string {
  const lies = Object.entries(paths).map(([tier, path]) => `${tier} = ${JSON.stringify(path)}`);
  const reads = fetch === undefined ? "" : `fetch = { ${to} = ${JSON.stringify(fetch)} }\n`;
  return `[[datasets]]
name = "photos"
born = "${from}"
samples = 3
paths = { ${lies.join(", ")} }
${reads}[[jobs]]
name = "${name}"
kind = "${kind}"
schedule = { every = "1d" }
grace = "1h"
from = "${from}"
to = "${to}"
datasets = ["photos"]
window = "26h"
${lines}
`;
}

/** The job `offsite`, which carries `photos` from the folder `photos` of the host to the cloud. */
export function offsiteJob(kind: string, lines: string, fetch?: readonly string[]): string {
  const from = { name: "offsite", from: "staging", paths: { staging: "photos" } };
  return carryingJob({ ...from, kind, to: "offsite", fetch }, lines);
}

/** Some small files that do not change while a test runs. */
export function fillPhotos(here: Host, count = 8): string {
  const photos = join(here.folder, "photos");
  mkdirSync(photos, { recursive: true });
  for (let i = 0; i < count; i += 1) {
    const file = join(photos, `p${i}.jpg`);
    writeFileSync(file, `photo ${i} `.repeat(1000));
    // A file that was just written is no sample.
    utimesSync(file, LONG_AGO, LONG_AGO);
  }
  return photos;
}

/** Puts a program of that name before the real one on the pusher's PATH: `script` is for sh. */
export function inPlaceOf(here: Host, program: string, script: string): void {
  const bin = join(here.folder, "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, program), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, program), 0o755);
  here.env.PATH = `${bin}:${process.env.PATH}`;
}

/** Root reads everything, so the tool has to run as nobody to find a file that it cannot read. */
export function asNobody(here: Host, program: string): void {
  if (process.getuid?.() !== 0) return;
  const real = execFileSync("which", [program], { encoding: "utf8" }).trim();
  inPlaceOf(here, program, `exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups ${real} "$@"`);
  giveAway(here.folder);
}

function giveAway(path: string): void {
  chownSync(path, NOBODY, NOBODY);
  if (!existsSync(join(path, "."))) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) giveAway(inside);
    else if (entry.isFile()) chownSync(inside, NOBODY, NOBODY);
  }
}

export interface Serving {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** `rclone serve` on loopback, when it answers. */
export async function rcloneServe(what: string, folder: string, ...options: string[]): Promise<Serving> {
  return rcloneServeAt(await freePort(), what, folder, ...options);
}

/** The same at a port that clients know already. */
export async function rcloneServeAt(
  port: number,
  what: string,
  folder: string,
  ...options: string[]
): Promise<Serving> {
  mkdirSync(folder, { recursive: true });
  const argv = ["serve", what, "--config", "/dev/null", "--addr", `127.0.0.1:${port}`, ...options, folder];
  const child = spawn("rclone", argv, { stdio: "ignore" });
  const ended = new Promise<void>((done) => child.once("close", () => done()));
  await until(() => answers(port));
  return {
    port,
    stop: () => {
      child.kill("SIGKILL");
      return ended;
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}

export function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Waits for something that another program does; the test's own time limit ends a wait in vain. */
export async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await is())) await new Promise((next) => setTimeout(next, 20));
}

/** Kills the tool that a pusher runs, as the kernel does when memory is short. */
export function killTool(pusher: ChildProcess): void {
  const children = readFileSync(`/proc/${pusher.pid}/task/${pusher.pid}/children`, "utf8").trim().split(" ");
  for (const pid of children) if (pid !== "") process.kill(Number(pid), "SIGKILL");
}

/** A disk of so many MiB; undefined where this account cannot mount one. */
export function smallDisk(folder: string, mib: number): { readonly remove: () => void } | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    console.warn("skipped: a full disk (this account cannot mount a small one)");
    return undefined;
  }
  return { remove: () => void execFileSync("umount", [folder]) };
}
