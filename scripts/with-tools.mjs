// Runs a command of this project with everything it needs, from a fresh clone on: checks Node, installs what the lockfile
// names unless it is installed, then runs the command with the installed programs (and their Node) first on the PATH.
// Plain JavaScript of some years ago, because an old Node must be able to read it and say that it is too old. All words
// of its own go to stderr: stdout is the command's.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { constants as system } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_MIN = 20;
/** The Node that comes as a package; without it the machine's own has to be as new. */
const NODE_BUNDLED = 24;
const NPM_LINES = 15;
const ORPHAN_POLL_MS = 500;
const onWindows = process.platform === "win32";
const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const bin = join(root, "node_modules", ".bin");

function say(text) {
  process.stderr.write(`${text}\n`);
}

function giveUp(text, code = 1) {
  say(text);
  process.exit(code);
}

/** Path, version and whether it is optional of every package that a lockfile names. */
function packagesOf(file) {
  const { packages } = JSON.parse(readFileSync(file, "utf8"));
  return Object.entries(packages).filter(([path]) => path !== "");
}

/** True when npm finished installing, and every package has the version of the lockfile; optional ones may be missing. */
function isInstalled() {
  try {
    const held = new Map(packagesOf(join(root, "node_modules", ".package-lock.json")));
    return packagesOf(join(root, "package-lock.json")).every(([path, wanted]) => {
      const found = held.get(path);
      return found === undefined ? wanted.optional === true : found.version === wanted.version;
    });
  } catch {
    return false;
  }
}

/**
 * Runs a program to its end and answers its exit code as a shell would (127: not found, 128 + n: ended by signal n).
 * Signals that reach only this process are passed on; in either case the program is waited for, so that nothing is left.
 */
function run(command, args, options, prepare = () => {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, shell: onWindows, ...options });
    // Ctrl-C in a terminal reaches the whole group: passing it on would be a second one, which many programs obey by dying.
    const inTerminal = process.stdin.isTTY || process.stderr.isTTY;
    const forward = (signal) => (signal === "SIGINT" && inTerminal ? undefined : child.kill(signal));
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    // npm hands SIGTERM to its shell alone, which dies of it and tells nobody: then there is no one to go on for.
    const parent = process.ppid;
    const orphaned = () => process.ppid === parent || child.kill("SIGTERM");
    const watch = process.env.npm_lifecycle_event === undefined ? undefined : setInterval(orphaned, ORPHAN_POLL_MS);
    const end = (code) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, forward);
      done(code);
    };
    for (const signal of signals) process.on(signal, forward);
    child.once("error", (error) => end(error.code === "ENOENT" ? 127 : 126));
    child.once("close", (code, signal) => end(code === null ? 128 + system.signals[signal] : code));
    prepare(child);
  });
}

async function install() {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  say("Installing what Tierwatch needs (npm ci, 730 MB on disk, about a minute) …");
  const ticking = setInterval(() => say(`  still installing, ${seconds()} s`), 10_000);
  let complaint = "";
  const args = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
  const code = await run("npm", args, { stdio: ["ignore", "ignore", "pipe"] }, (npm) => {
    npm.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
  });
  clearInterval(ticking);
  if (code === 127)
    giveUp("npm was not found: install Node.js together with npm (https://nodejs.org), then try again.");
  if (code > 128) giveUp("The installation was stopped; it starts anew next time.", code);
  if (code !== 0) {
    // npm says first what is wrong, and then, at length, how it is used.
    say(complaint.trim().split("\n").slice(0, NPM_LINES).join("\n"));
    giveUp(`npm ci failed with exit code ${code}: what it said stands above. If the network was away, try again.`);
  }
  say(`Installed in ${seconds()} s.`);
}

const major = Number(process.versions.node.split(".")[0]);
const [command, ...args] = process.argv.slice(2);
if (command === undefined) giveUp("usage: node scripts/with-tools.mjs COMMAND [ARGUMENTS]");
if (major < NODE_MIN) giveUp(`Tierwatch needs Node ${NODE_MIN} or newer, and this is Node ${process.versions.node}.`);
try {
  accessSync(root, constants.W_OK);
} catch {
  giveUp(`There is no permission to write in ${root}: clone Tierwatch into a folder of your own.`);
}
if (!isInstalled()) await install();
if (major < NODE_BUNDLED && !existsSync(join(bin, onWindows ? "node.cmd" : "node"))) {
  giveUp(
    `npm did not run the install script that brings Node ${NODE_BUNDLED}: is ignore-scripts set in your npm settings? ` +
      "Set it to false for this folder, delete node_modules, and try again.",
  );
}

const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH || ""}` };
const code = await run(command, args, { env, stdio: "inherit" });
if (code === 127) say(`${command} was not found.`);
process.exitCode = code;
