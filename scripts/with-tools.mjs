// Runs a command of this project with everything it needs, from a fresh clone on: checks Node, installs what the lockfile
// names if it isn't installed yet, then runs the command with the installed programs (and their Node) first on the PATH.
// Plain JavaScript of long ago, because any Node must be able to read it and say that it is too old. All words of its own
// go to stderr: stdout is the command's.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MIN = 20;
const root = process.env.TIERWATCH_ROOT ?? resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "node_modules", ".bin");
const installedLock = join(root, "node_modules", ".package-lock.json");

function say(text) {
  process.stderr.write(`${text}\n`);
}

function giveUp(text) {
  say(text);
  process.exit(1);
}

/** The versions a lockfile names, whatever else it notes: npm's own copy leaves out the project itself. */
function versions(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  return new Map(
    Object.entries(packages)
      .filter(([path]) => path !== "")
      .map(([path, { version }]) => [path, version]),
  );
}

/** True when all that is installed has the version the lockfile names, and nothing but optional packages is missing. */
function isInstalled() {
  if (!existsSync(installedLock) || !existsSync(bin)) return false;
  try {
    const wanted = versions(join(root, "package-lock.json"));
    const held = versions(installedLock);
    const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    return [...wanted].every(([path, version]) => held.get(path) === version || (!held.has(path) && packages[path].optional));
  } catch {
    return false;
  }
}

function run(command, args, options) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, ...options });
    const forward = (signal) => child.kill(signal);
    // A terminal's Ctrl-C reaches the child by itself; a signal sent to us alone is passed on. Either way we wait for it.
    process.on("SIGTERM", forward);
    process.on("SIGINT", () => (process.stdin.isTTY ? undefined : forward("SIGINT")));
    child.once("error", (error) => done({ code: 127, error }));
    child.once("close", (code, signal) => done({ code: code ?? 128 + (signal === "SIGINT" ? 2 : 15) }));
  });
}

async function install() {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  say("Installing what Tierwatch needs (npm ci, about 700 MB on disk, a minute or two) …");
  const ticking = setInterval(() => say(`  still installing, ${seconds()} s`), 10_000);
  let output = "";
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const done = new Promise((finished) => {
    const child = spawn(npm, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell: process.platform === "win32" });
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => { output += chunk; });
    child.once("error", () => finished(127));
    child.once("close", finished);
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => { child.kill(signal); process.exit(130); });
  });
  const code = await done;
  clearInterval(ticking);
  if (code === 127) giveUp("npm was not found: install Node.js with npm (https://nodejs.org), then try again.");
  if (code !== 0) {
    say(output.trim().split("\n").slice(-15).join("\n"));
    giveUp(`npm ci failed with exit code ${code}; its last lines stand above. Is the network there?`);
  }
  say(`Installed in ${seconds()} s.`);
}

const [major = 0] = process.versions.node.split(".").map(Number);
if (major < NODE_MIN) giveUp(`Tierwatch needs Node ${NODE_MIN} or newer; this is Node ${process.versions.node}.`);
try {
  accessSync(root, constants.W_OK);
} catch {
  giveUp(`There is no permission to write in ${root}; clone Tierwatch into a folder of your own.`);
}
if (!isInstalled()) await install();

const [command, ...args] = process.argv.slice(2);
if (command === undefined) giveUp("usage: node scripts/with-tools.mjs COMMAND [ARGUMENTS]");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
const { code, error } = await run(command, args, { env, stdio: "inherit", shell: process.platform === "win32" });
if (error) say(`${command} could not be started: ${error.message}`);
process.exitCode = code;
