/**
 * Never two runs of a job. Each contender puts a claim file of its own into the job's lock folder and then looks at the
 * others': whoever sees another living claim gives way. Because everybody writes before looking, two can never both
 * miss each other; because a claim's name is never used twice, clearing away a dead one can hit nobody else (the race
 * that a single lock file has when two take over a stale one). A claim is dead when its boot is over, its process is
 * gone, or the process id is by now another process (start time; on Windows the program's name). A run's programs are named in its claim too: a
 * backup that outlived its killed pusher still holds the lock.
 */
import { uptime } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";
import { namesIn, readIfThere, removeIfThere, replaceFile, sweepTemps } from "./files.ts";
import { bootId, isAlive, isAnotherProgram, outputOf, startOf } from "./processes.ts";

const processMark = z.strictObject({ pid: z.int(), start: z.optional(z.string()) });
const claim = z.strictObject({
  boot: z.optional(z.string()),
  /** Seconds that the machine was up then. */
  uptime: z.optional(z.number()),
  holder: processMark,
  programs: z.array(processMark),
  /** `trying` may still give way, `held` will not. */
  state: z.enum(["trying", "held"]),
  since: z.string(),
});
type Claim = z.infer<typeof claim>;

interface Lock {
  /** Names a program that runs under the lock. */
  readonly cover: (pid: number) => void;
  readonly release: () => void;
}

export type Taken = { readonly ok: true; readonly lock: Lock } | { readonly ok: false; readonly holder: Holder };

export interface Holder {
  readonly pid: number;
  /** RFC 3339. */
  readonly since: string;
}

const TRIES = 20;
const PAUSE_MS = 15;

/** Takes the lock that a folder stands for, or says who has it. `id` is a fresh unique name. */
export async function takeLock(folder: string, id: string, now: number): Promise<Taken> {
  const file = join(folder, `${id}.json`);
  const mine: Claim = {
    boot: bootId(),
    uptime: uptime(),
    holder: markOf(process.pid),
    programs: [],
    state: "trying",
    since: new Date(now).toISOString(),
  };
  for (let tries = 1; ; tries += 1) {
    write(file, mine);
    const rivals = livingClaims(folder, file);
    const first = rivals.find((rival) => rival.state === "held") ?? rivals[0];
    if (first === undefined) return { ok: true, lock: held(file, mine) };
    removeIfThere(file);
    if (first.state === "held" || tries === TRIES) {
      return { ok: false, holder: { pid: holderOf(first).pid, since: first.since } };
    }
    // Both gave way: pauses of different length, from the fresh id's digits, let one of them be first.
    await pause(PAUSE_MS * (1 + ((Number.parseInt(id.slice(0, 2), 16) + tries) % 8)));
  }
}

/** Who holds a lock now, if anybody does. */
export function holderIn(folder: string): Holder | undefined {
  const first = livingClaims(folder, "").find((rival) => rival.state === "held");
  return first === undefined ? undefined : { pid: holderOf(first).pid, since: first.since };
}

function held(file: string, mine: Claim): Lock {
  let current: Claim = { ...mine, state: "held" };
  write(file, current);
  return {
    cover: (pid) => {
      const mark = markOf(pid);
      // Where start times are not known, a recycled process id would keep the lock for ever.
      if (mark.start === undefined) return;
      current = { ...current, programs: [...current.programs.filter(stillRuns), mark] };
      write(file, current);
    },
    release: () => removeIfThere(file),
  };
}

function write(file: string, content: Claim): void {
  // Not durable: a lock does not outlive the boot anyway.
  replaceFile(file, JSON.stringify(content), { durable: false });
}

/** The claims of others that are alive; dead ones are cleared away. */
function livingClaims(folder: string, own: string): Claim[] {
  sweepTemps(folder, isAlive);
  return namesIn(folder).flatMap((name) => {
    const file = join(folder, name);
    if (!name.endsWith(".json") || name.startsWith(".") || file === own) return [];
    const found = read(file);
    if (found !== undefined && isLiving(found)) return [found];
    removeIfThere(file);
    return [];
  });
}

/** A claim, or undefined for one that is gone or was torn by a power cut: claims are written whole. */
function read(file: string): Claim | undefined {
  try {
    const parsed = z.safeParse(claim, JSON.parse(readIfThere(file) ?? "null"));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isLiving(found: Claim): boolean {
  if (found.boot !== bootId()) return false;
  // Where boots have no name (Windows): a machine that is up for a shorter time than it was then has been started again.
  if (found.uptime !== undefined && found.uptime > uptime()) return false;
  return [found.holder, ...found.programs].some(stillRuns);
}

/** Who to name: the pusher, or the program that outlived it. */
function holderOf(found: Claim): { readonly pid: number } {
  return [found.holder, ...found.programs].find(stillRuns) ?? found.holder;
}

function markOf(pid: number): z.infer<typeof processMark> {
  const start = startOf(pid);
  return start === undefined ? { pid } : { pid, start };
}

function stillRuns(mark: z.infer<typeof processMark>): boolean {
  if (!isAlive(mark.pid) || startOf(mark.pid) !== mark.start) return false;
  return mark.start !== undefined || !isAnotherProgram(mark.pid, process.platform, outputOf);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
