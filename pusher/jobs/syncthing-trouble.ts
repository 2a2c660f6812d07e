/** Why Syncthing does not carry, as sentences for the owner; pure, from what it says itself. */
import { counted } from "./few.ts";
import type { FileError } from "./syncthing-answers.ts";
import type { SyncthingSettings } from "./syncthing-settings.ts";

const SHOWN = 5;

/** Nobody answered; `failure` is what the network said. */
export function unreachedWords(origin: string, failure: string): string {
  return `Syncthing was not reached at ${origin} (${failure}): does it run? If it ends by itself, its log says why, as when a second one runs on the same home`;
}

/** It answered, and refused. */
export function refusalWords(status: number, said: string, origin: string): string {
  if (/Host check/.test(said)) {
    return `Syncthing at ${origin} does not answer to that name (${said}): write \`address\` with 127.0.0.1`;
  }
  // Without a password of its own, 2.x says 403 and "CSRF Error" of a wrong key.
  if (status === 401 || status === 403) {
    return `Syncthing at ${origin} does not take the API key (${status}, ${said}): is it the key of the Syncthing that runs there, and not of another one? Look at \`api_key\` and \`config\``;
  }
  return `Syncthing at ${origin} answered ${status}: ${firstLine(said)}`;
}

/** A folder that Syncthing has stopped or does not know, by the text of its error. */
export function folderTrouble(folder: string, error: string): string {
  if (/no such folder|No folder with given ID/.test(error)) {
    return `this host's Syncthing has no folder with the id ${folder}: the id is shown in the folder's settings, it is not its label`;
  }
  if (/folder is paused/.test(error)) return pausedHere(folder);
  if (/marker missing/.test(error)) {
    return `folder ${folder} stands still, its marker is missing (.stfolder): is its disk mounted? Only when all data is there, make the marker anew. Nothing was deleted`;
  }
  if (/path missing|no such file|not a directory|system cannot find/i.test(error)) {
    return `folder ${folder} stands still, its path is missing: is its disk mounted? Nothing was deleted`;
  }
  if (isSpace(error)) return `folder ${folder} stands still, its disk is full: make room (${firstLine(error)})`;
  if (/not running|^$/.test(error)) return `folder ${folder} is not running in Syncthing: its log says why`;
  return `folder ${folder} stands still: ${firstLine(error)}`;
}

export function pausedHere(folder: string): string {
  return `folder ${folder} is paused on this host: nothing is carried until it is resumed in Syncthing`;
}

/** Files that this side could not take, or not read. */
export function filesTrouble(errors: readonly FileError[], count: number): string {
  const shown = errors.slice(0, SHOWN).map(({ path, error }) => `${path} (${shortOf(error)})`);
  const more = count > shown.length ? ` and ${count - shown.length} more` : "";
  const space = errors.find(({ error }) => isSpace(error));
  const help =
    space === undefined
      ? ""
      : ": there is no space left for them, make room on the disk or lower the folder's minimum of free space";
  return `${counted(count, "file")} failed${help}: ${shown.join(", ")}${more}`;
}

function isSpace(error: string): boolean {
  return /insufficient space|no space left|not enough space|disk quota/i.test(error);
}

/** `syncing: opening temp file: open /srv/…: permission denied` ends with what is wrong. */
function shortOf(error: string): string {
  return firstLine(error).split(": ").at(-1) ?? error;
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.slice(0, 300) ?? "";
}

/** The job stands on the wrong host: `type` is the folder's own. */
export function sideFault(
  { side, folder }: Pick<SyncthingSettings, "side" | "folder">,
  type: string,
): string | undefined {
  if (side === "sending" && /^receive/.test(type)) {
    return `folder ${folder} only receives on this host: write side = "receiving", or run this job where the data comes from`;
  }
  if (side === "receiving" && type === "sendonly") {
    return `folder ${folder} only sends on this host: a job with side = "receiving" belongs where the data arrives`;
  }
  return undefined;
}
