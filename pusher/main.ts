/** The pusher's door: argv -> command -> exit code. The only place that ends the process. */

import { randomUUID } from "node:crypto";
import { realpathSync, writeSync } from "node:fs";
import { uptime } from "node:os";
import { type Command, parseCommandLine } from "./command-line.ts";
import { EXIT_CONFIG, EXIT_FAULT, EXIT_USAGE } from "./commands/exit-codes.ts";
import { type Config, loadConfig } from "./config.ts";
import { codeOf } from "./files.ts";
import { secretsOf } from "./secrets.ts";
import type { Shell } from "./shell.ts";
import { VERSION } from "./version.ts";

const HELP = `tierwatch pusher ${VERSION}

  init [--worker URL]          look at this machine and write a first pusher.toml
  enroll CODE [--worker URL]   make this host's key and enrol it
  run JOB [--json]             run a job once and report it; ends with the job's exit code
  beat                         say "alive", send what waits (every few minutes)
  flush                        send what waits in the spool
  status                       what this host knows of its jobs and the worker
  doctor                       check everything the pusher needs, and say what to do
  schedule print               show what would start the beat and the jobs here
  schedule install             write it, for systemd, cron or Task Scheduler
  schedule status              say what is installed, and how it differs from pusher.toml
  schedule remove              take it away again
  alarm test                   send a test by each way of [alarm]

  --by NAME                    of schedule: cron, systemd or task-scheduler
  --config FILE                default: $TIERWATCH_CONFIG, else ./pusher.toml
  --help, --version`;

process.exit(await main(process.argv.slice(2), shellOf()));

async function main(argv: readonly string[], shell: Shell): Promise<number> {
  const line = parseCommandLine(argv);
  if (typeof line === "string") {
    shell.warn(`${line}; see --help`);
    return EXIT_USAGE;
  }
  if ("show" in line) {
    shell.say(line.show === "help" ? HELP : VERSION);
    return 0;
  }
  const scheduleFault = line.command === "run" ? undefined : (await import("./config/schedule-fault.ts")).scheduleFault;
  const path = line.config ?? shell.env.TIERWATCH_CONFIG ?? "pusher.toml";
  if (line.command === "init") return (await import("./commands/init.ts")).init(path, line.worker, shell);
  const loaded = loadConfig(path, scheduleFault);
  if (!loaded.ok) {
    for (const fault of loaded.failure) shell.warn(fault);
    return EXIT_CONFIG;
  }
  const config = line.worker === undefined ? loaded.value : { ...loaded.value, worker: new URL(line.worker).origin };
  try {
    return await perform({ ...line, command: line.command }, config, shell);
  } catch (error) {
    // Only the file system is expected to throw this far (a state folder that cannot be written).
    if (codeOf(error) === undefined) throw error;
    shell.warn(`${line.command} failed: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT_FAULT;
  }
}

/** A command that needs a pusher.toml. */
type ConfiguredCommand = Command & { readonly command: Exclude<Command["command"], "init"> };

/** Each command is loaded when it is asked for: `run` should start as fast as it can. */
async function perform(
  { command, operand, by, json }: ConfiguredCommand,
  config: Config,
  shell: Shell,
): Promise<number> {
  switch (command) {
    case "run":
      return (await import("./commands/run.ts")).run(config, shell, operand, json === true);
    case "enroll":
      return (await import("./commands/enroll.ts")).enroll(config, shell, operand);
    case "beat":
      return (await import("./commands/deliver.ts")).beat(config, shell);
    case "flush":
      return (await import("./commands/deliver.ts")).flush(config, shell);
    case "status":
      return (await import("./commands/status.ts")).status(config, shell);
    case "doctor":
      return (await import("./commands/doctor.ts")).doctor(config, shell);
    case "schedule":
      return (await import("./commands/schedule.ts")).schedule(config, shell, operand, by);
    case "alarm":
      return (await import("./commands/alarm.ts")).testAlarm(config, shell);
  }
}

function shellOf(): Shell {
  const secrets = secretsOf(process.env);
  return {
    now: Date.now,
    elapsed: () => uptime() * 1000,
    newId: randomUUID,
    env: process.env,
    platform: process.platform,
    program: [process.execPath, realpathSync(process.argv[1] ?? "")],
    say: (line) => write("stdout", `${secrets.redact(line)}\n`),
    warn: (line) => write("stderr", `tierwatch: ${secrets.redact(line)}\n`),
    pass: (chunk, channel) => write(channel, chunk),
    onSignal: (listener) => {
      const signals: NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    secrets,
  };
}

/** Writes at once, so that nothing is lost at the exit; a reader that is gone must not end a backup. */
function write(channel: "stdout" | "stderr", data: string | Uint8Array): void {
  const fd = channel === "stdout" ? 1 : 2;
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(fd, bytes, written);
    } catch (error) {
      // A pipe whose reader is slow (EAGAIN) is tried again; any other end of it is the reader's own.
      if (codeOf(error) !== "EAGAIN") return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
