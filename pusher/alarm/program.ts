/** By a program of this machine: the owner's own command, or the system's log (syslog, Windows Event Log). */
import { failed, ok, type Result } from "../../protocol/result.ts";
import { launch } from "../child.ts";
import type { Means } from "./way.ts";
import type { Message } from "./words.ts";

/** The command gets title and text on its stdin. */
export function tellByCommand(argv: readonly string[], message: Message, means: Means): Promise<Result<void, string>> {
  return feed(argv, `${[message.title, ...message.lines].join("\n\n")}\n`, means);
}

/** The program that writes to the system's log. */
export function logProgram(platform: NodeJS.Platform): string {
  return platform === "win32" ? "eventcreate" : "logger";
}

/** More than any message of ours has; an event takes 31,839 characters, and a command line of Windows 32,767. */
const EVENT_MAX_CHARS = 4_000;

/**
 * A text as the description of an event: one line, whole, and shown as it is. The Event Viewer takes `%1`, `%%1` and `%{…}` in it for
 * places to fill in, and knows no way to escape them ([MS-EVEN] 3.2.4.1.5). It goes to `eventcreate` as an argument, which is
 * UTF-16 on Windows: no code page changes it.
 */
function descriptionOf(text: readonly string[]): string {
  const line = text
    .join(" ")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .replace(/%(?=[\d%{!])/g, "\uff05");
  return (line.length > EVENT_MAX_CHARS ? `${line.slice(0, EVENT_MAX_CHARS - 1)}…` : line).toWellFormed();
}

export function tellByLog(message: Message, means: Means): Promise<Result<void, string>> {
  const { platform } = means.shell;
  const calm = message.kind === "clear" || message.kind === "test";
  const text = [message.title, ...message.lines];
  if (platform !== "win32") {
    const priority = calm ? "daemon.notice" : "daemon.alert";
    return feed([logProgram(platform), "-t", "tierwatch", "-p", priority], `${text.join("\n")}\n`, means);
  }
  const type = calm ? "INFORMATION" : "ERROR";
  const event = ["/L", "APPLICATION", "/SO", "Tierwatch", "/T", type, "/ID", "1", "/D", descriptionOf(text)];
  return feed([logProgram(platform), ...event], "", means);
}

/** Starts a program, writes to its stdin, and waits for its exit code. */
async function feed(argv: readonly string[], input: string, means: Means): Promise<Result<void, string>> {
  const { shell, folder, limitMs } = means;
  const child = launch(argv, { stdin: "pipe", cwd: folder }, ioOf(shell));
  // A program that does not read its stdin may be gone before it is written.
  child.process?.stdin?.on("error", () => undefined);
  child.process?.stdin?.end(input);
  const timer = setTimeout(() => child.end("SIGTERM", true), limitMs);
  const ended = await child.ended;
  clearTimeout(timer);
  const name = `\`${argv[0] ?? ""}\``;
  if (ended.startError !== undefined) return failed(ended.startError);
  if (ended.timedOut) return failed(`${name} did not end within ${limitMs / 1000} s`);
  if (ended.exitCode === 0) return ok(undefined);
  const how = ended.exitCode === undefined ? `was ended by ${ended.signal}` : `ended with exit code ${ended.exitCode}`;
  return failed(`${name} ${how}`);
}

function ioOf({ env, platform }: Means["shell"]) {
  const nothing = () => undefined;
  return { env, platform, onOutput: nothing, onBytes: nothing, onStart: nothing };
}
