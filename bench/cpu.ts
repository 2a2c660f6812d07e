/** How much CPU the workerd processes that this process started have used so far. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly isWorkerd: boolean;
  readonly ticks: number;
}

/** User and system time in milliseconds, by /proc (proc_pid_stat(5), fields 4, 14 and 15); null where there is no /proc. */
export function workerdCpuMs(): number | null {
  try {
    const processes = allProcesses();
    const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]));
    const ours = processes.filter(({ pid, isWorkerd }) => isWorkerd && descends(pid, parents));
    return (ours.reduce((sum, { ticks }) => sum + ticks, 0) * 1000) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

function descends(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let up: number | undefined = pid; up !== undefined && up > 0; up = parents.get(up)) {
    if (up === process.pid) return true;
  }
  return false;
}

function allProcesses(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [processOf(Number(name), readFileSync(`/proc/${name}/stat`, "utf8"))];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}

function processOf(pid: number, stat: string): Process {
  // The name may hold anything, also a bracket.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { pid, parent: Number(fields[1]), isWorkerd: stat.includes("(workerd)"), ticks };
}
