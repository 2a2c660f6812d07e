/**
 * What Robocopy's end and the system's error codes mean, as sentences for the owner. Pure.
 * https://learn.microsoft.com/windows-server/administration/windows-commands/robocopy
 * https://learn.microsoft.com/windows/win32/debug/system-error-codes
 */

const CAUSES: readonly { readonly codes: readonly number[]; readonly is: string; readonly advice: string }[] = [
  { codes: [2, 3], is: "it is not there", advice: "was it moved or is its disk not there?" },
  {
    codes: [5],
    is: "access is denied",
    advice: "give the account of this job the right to it, or use /B as a backup operator",
  },
  {
    codes: [32, 33],
    is: "another program has it open",
    advice: "close that program meanwhile, or copy from a shadow copy",
  },
  { codes: [39, 112], is: "the target is full", advice: "make room; the next run goes on" },
  { codes: [19], is: "the disk is write-protected", advice: "take the write protection off" },
  {
    codes: [21, 23, 483, 1117, 1392],
    is: "the disk cannot be read or written there",
    advice: "look at the disk's health, and run chkdsk",
  },
  {
    codes: [51, 53, 55, 59, 64, 65, 67, 71, 121, 1203, 1222, 1231, 1232, 1236, 1256],
    is: "the other machine or its share cannot be reached",
    advice: "does it run, and is this host online? The next run tries again",
  },
  {
    codes: [86, 1219, 1311, 1326, 1327, 1331, 1385, 1396, 1907, 1909],
    is: "the other machine refuses the login",
    advice: "a task that runs whether or not its user is logged on has no password for shares unless it was given one",
  },
  {
    codes: [1314],
    is: "a right is missing",
    advice: "run the job as an administrator, or without /B, /COPYALL and /SEC",
  },
  { codes: [123, 161, 206], is: "its name is not allowed there", advice: "rename it" },
  { codes: [1816, 1295], is: "the quota of the target is used up", advice: "make room; the next run goes on" },
];

const FATAL = 16;
/** What Windows itself ends a program with (NTSTATUS). */
const ENDED_BY_WINDOWS = 0xc0000000;
const CONTROL_C = 0xc000013a;

/** `another program has it open`, or the number of an error that is not known here. */
export function causeOf(code: number): string {
  return CAUSES.find(({ codes }) => codes.includes(code))?.is ?? `error ${code}`;
}

function adviceOf(code: number): string {
  const advice = CAUSES.find(({ codes }) => codes.includes(code))?.advice;
  return advice === undefined ? "" : `: ${advice}`;
}

/** Why nothing could be done; `code` is the system's last error, `path` what it was about. */
export function robocopyTrouble(
  exitCode: number,
  trouble: { readonly code: number; readonly path: string } | undefined,
): string {
  if (exitCode === CONTROL_C)
    return "it was ended by Ctrl-C, a log-off, or the closing of its window; the next run goes on";
  if (exitCode >= ENDED_BY_WINDOWS)
    return `Windows ended Robocopy (0x${exitCode.toString(16).toUpperCase()}); the next run goes on`;
  if (trouble !== undefined) return `${trouble.path}: ${causeOf(trouble.code)}${adviceOf(trouble.code)}`;
  if (exitCode >= FATAL) return "Robocopy could do nothing: look at `options`, and at its output";
  // Also the exit code of a program that somebody ended, by the Task Manager for one, is a small number.
  return `Robocopy ended with ${exitCode} before its summary: did somebody end it? The next run goes on`;
}

/** Why some were not copied; `names` say which, `code` is the last error. */
export function partialTrouble(failed: number, names: string, code: number | undefined): string {
  const which = names === "" ? "" : ` (${names})`;
  return `not copied: ${failed} of them${which}${code === undefined ? "" : adviceOf(code)}`;
}
