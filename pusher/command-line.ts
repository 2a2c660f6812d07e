/** The command line, parsed; a string says what is wrong with it. */
import { parseArgs } from "node:util";
import { nearest } from "../protocol/nearest.ts";
import { codeOf } from "./files.ts";

/** What each command takes after its name. */
const COMMANDS = {
  init: undefined,
  enroll: "CODE",
  run: "JOB",
  beat: undefined,
  flush: undefined,
  status: undefined,
  doctor: undefined,
  schedule: "act: print, install, remove or status",
  alarm: "test",
};

/** What `schedule` can do. */
const SCHEDULE_ACTS = ["print", "install", "remove", "status"] as const;
export type ScheduleAct = (typeof SCHEDULE_ACTS)[number];

export function isScheduleAct(text: string): text is ScheduleAct {
  return SCHEDULE_ACTS.some((act) => act === text);
}

type CommandName = keyof typeof COMMANDS;

export interface Command {
  readonly command: CommandName;
  /** What follows the command's name; empty for commands that take nothing. */
  readonly operand: string;
  readonly config?: string;
  readonly worker?: string;
  readonly by?: string;
  readonly json?: boolean;
}

export type CommandLine = { readonly show: "help" | "version" } | Command;

/** Parses arguments (without node's and the script's own). */
export function parseCommandLine(argv: readonly string[]): CommandLine | string {
  const parsed = tryParse(argv);
  if (typeof parsed === "string") return parsed;
  const { values, positionals } = parsed;
  if (values.help) return { show: "help" };
  if (values.version) return { show: "version" };
  const [command, operand, ...more] = positionals;
  if (command === undefined) return "a command is missing";
  if (!isCommand(command)) {
    const meant = nearest(command, Object.keys(COMMANDS));
    return `there is no command \`${command}\`${meant === undefined ? "" : `; did you mean \`${meant}\`?`}`;
  }
  const takes = COMMANDS[command];
  if (command === "alarm" && operand !== "test") return "`alarm test` is the only thing that `alarm` does";
  if (takes !== undefined && operand === undefined) return `\`${command}\` needs its ${takes}`;
  if (more.length > 0 || (takes === undefined && operand !== undefined))
    return `\`${command}\` takes no more arguments`;
  if (values.worker !== undefined && !takesWorker(command)) return "--worker is for `init` and `enroll`";
  if (values.worker !== undefined && !URL.canParse(values.worker)) return "--worker needs an address (https://...)";
  if (command === "schedule" && !isScheduleAct(operand ?? "")) {
    return `\`schedule\` does one of ${SCHEDULE_ACTS.join(", ")}`;
  }
  if (values.json === true && command !== "run") return "--json is for `run` only";
  if (values.by !== undefined && command !== "schedule") return "--by is for `schedule` only";
  return { command, operand: operand ?? "", ...given(values) };
}

function tryParse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: "string" },
        worker: { type: "string" },
        by: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
        version: { type: "boolean" },
      },
    });
  } catch (error) {
    if (codeOf(error)?.startsWith("ERR_PARSE_ARGS") !== true || !(error instanceof Error)) throw error;
    return error.message.split(". ")[0] ?? error.message;
  }
}

function takesWorker(command: CommandName): boolean {
  return command === "enroll" || command === "init";
}

function isCommand(text: string): text is CommandName {
  return Object.hasOwn(COMMANDS, text);
}

function given({ config, worker, by, json }: Pick<Command, "config" | "worker" | "by" | "json">) {
  return {
    ...(config === undefined ? {} : { config }),
    ...(worker === undefined ? {} : { worker }),
    ...(by === undefined ? {} : { by }),
    ...(json === undefined ? {} : { json }),
  };
}
