/** What can be checked on this host alone: key file, state folder, programs, the datasets' folders. */
import { accessSync, constants, rmSync, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { searchPath } from "../child.ts";
import type { Config, DatasetConfig } from "../config.ts";
import { reasonOf, replaceFile } from "../files.ts";
import { readersOf } from "../key-guard.ts";
import type { Shell } from "../shell.ts";
import type { Finding } from "./finding.ts";
import { versionAsker } from "./versions.ts";

const OTHERS_MAY = 0o077;

/** The private key has to be its owner's alone. Windows keeps that in access lists, which mode bits do not show. */
export async function checkKeyFile(
  config: Pick<Config, "key" | "folder" | "state">,
  shell: Pick<Shell, "env" | "platform">,
): Promise<Finding[]> {
  if (!config.key.startsWith("file:")) return [];
  const path = resolve(config.folder, config.key.slice("file:".length));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (shell.platform === "win32") return [await checkAccess(path, config.state, shell)];
  if ((stats.mode & OTHERS_MAY) === 0) return [{ what: `${path} is readable by its owner alone` }];
  return [{ what: path, fault: `others may read the private key; run: chmod 600 ${path}` }];
}

async function checkAccess(path: string, state: string, shell: Pick<Shell, "env" | "platform">): Promise<Finding> {
  const readers = await readersOf(path, state, shell);
  if (!readers.ok) return { what: path, advice: `who may read the private key could not be seen: ${readers.failure}` };
  const { everybody, others, mend } = readers.value;
  if (everybody.length > 0) {
    return { what: path, fault: `others may read the private key (${everybody.join(", ")}); run: ${mend}` };
  }
  if (others.length === 0) return { what: `${path} is readable by its owner, the system and administrators alone` };
  const advice = `these accounts may read the private key too: ${others.join(", ")}; if none of them runs the pusher, run: ${mend}`;
  return { what: path, advice };
}

export function checkState(config: Config): Finding {
  const what = `the state folder ${config.state} can be written`;
  const probe = join(config.state, "spool", ".probe");
  try {
    replaceFile(probe, "", { durable: true });
    rmSync(probe);
    return { what };
  } catch (error) {
    return { what: config.state, fault: `cannot be written: ${reasonOf(error)}; results would be lost` };
  }
}

/** Every program that a job or a fetch needs, each once, and who needs it. */
export function programsOf(config: Config): { readonly program: string; readonly user: string }[] {
  const wanted = new Map<string, string>();
  for (const job of config.jobs) for (const program of job.prepared.programs) wanted.set(program, `job ${job.name}`);
  for (const dataset of config.datasets) {
    for (const argv of Object.values(dataset.fetch)) wanted.set(argv[0] ?? "", `fetch of dataset ${dataset.name}`);
  }
  return [...wanted].map(([program, user]) => ({ program, user }));
}

/** Is each program there, and which is it? */
export async function checkPrograms(config: Config, shell: Shell): Promise<Finding[]> {
  const ask = versionAsker(shell);
  return await Promise.all(
    programsOf(config).map(async ({ program, user }) => {
      const found = findProgram(program, config.folder, shell);
      const fault = "not found on the PATH; install it or write its whole path";
      if (found === undefined) return { what: `program ${program} (${user})`, fault };
      const version = await ask(found);
      return { what: `${program} is ${found}${version === undefined ? "" : `, ${version}`}` };
    }),
  );
}

/** Where a program would be started from, or undefined. */
export function findProgram(
  program: string,
  folder: string,
  shell: Pick<Shell, "env" | "platform">,
): string | undefined {
  const hasFolder = isAbsolute(program) || program.includes("/") || program.includes("\\");
  const folders = hasFolder ? [""] : searchPath(shell.env, shell.platform).split(delimiter);
  const endings = shell.platform === "win32" ? ["", ".exe", ".com"] : [""];
  for (const place of folders) {
    for (const ending of endings) {
      const path = hasFolder ? resolve(folder, program + ending) : join(place, program + ending);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Folders have to be readable; where a dataset is born it has to take the marker. */
export function checkDatasets(config: Config): Finding[] {
  return config.datasets.flatMap((dataset) =>
    Object.entries(dataset.paths).map(([tier, path]) => checkFolder(dataset, tier, path)),
  );
}

function checkFolder(dataset: DatasetConfig, tier: string, path: string): Finding {
  const born = tier === dataset.born;
  const what = `${dataset.name} in ${tier}: ${path}`;
  try {
    if (!statSync(path).isDirectory()) return { what, fault: "is not a folder" };
    accessSync(path, constants.R_OK | (born ? constants.W_OK : 0));
    return { what: `${what} can be ${born ? "read, and takes a marker" : "read"}` };
  } catch (error) {
    const need = born ? "read and written (its marker goes there)" : "read";
    return { what, fault: `cannot be ${need}: ${reasonOf(error)}; is it mounted, and does this user have the right?` };
  }
}
