/** Reading one copy of a dataset: from a folder that this host sees, or file by file through a command that prints it. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readFile } from "node:fs/promises";
import { join } from "node:path";
import { failed, ok, type Result } from "../protocol/result.ts";
import type { DatasetConfig } from "./config.ts";
import type { Stream } from "./exec.ts";
import { codeOf, reasonOf } from "./files.ts";
import { FETCH_MAX_SECONDS, MARKER_MAX_BYTES } from "./limits.ts";
import { MARKER_FILE, type Marker, parseMarker } from "./marker.ts";
import { digestOf } from "./samples.ts";

/** A file as it was found. */
export interface FoundFile {
  readonly size: number;
  /** Absent where the tier does not tell it. */
  readonly mtimeMs?: number;
  readonly sha256: string;
}

export interface Copy {
  /** Its marker, or undefined when it has none; the failure says why there is none to trust. */
  readonly marker: () => Promise<Result<Marker | undefined, string>>;
  /** A file by its path inside the dataset; undefined when it is not there or cannot be read. */
  readonly file: (path: string) => Promise<FoundFile | undefined>;
}

/** How this host reads a dataset's copy in a tier, or undefined when it cannot. */
export function copyOf(dataset: DatasetConfig, tier: string, stream: Stream, folder: string): Copy | undefined {
  const root = Object.hasOwn(dataset.paths, tier) ? dataset.paths[tier] : undefined;
  if (root !== undefined) return folderCopy(dataset.name, root);
  const argv = Object.hasOwn(dataset.fetch, tier) ? dataset.fetch[tier] : undefined;
  return argv === undefined ? undefined : fetchedCopy(dataset.name, argv, stream, folder);
}

export function folderCopy(dataset: string, root: string): Copy {
  return {
    marker: async () => {
      try {
        const file = join(root, MARKER_FILE);
        const { size } = await lstat(file);
        if (size > MARKER_MAX_BYTES) return failed(`the marker of ${dataset} is too large to be one`);
        return parseMarker(await readFile(file, "utf8"), dataset);
      } catch (error) {
        return codeOf(error) === "ENOENT" ? ok(undefined) : failed(`${root} cannot be read: ${reasonOf(error)}`);
      }
    },
    file: async (path) => {
      const file = join(root, path);
      try {
        const stats = await lstat(file);
        if (!stats.isFile()) return undefined;
        return { size: stats.size, mtimeMs: stats.mtimeMs, sha256: await digestOf(createReadStream(file)) };
      } catch {
        return undefined;
      }
    },
  };
}

/** `{path}` in the command line stands for the file's path inside the dataset. */
function fetchedCopy(dataset: string, argv: readonly string[], stream: Stream, folder: string): Copy {
  const options = { cwd: folder, timeoutSeconds: FETCH_MAX_SECONDS };
  const fetch = (path: string, onChunk: (chunk: Uint8Array) => void) =>
    stream(
      argv.map((arg) => arg.replaceAll("{path}", path)),
      onChunk,
      options,
    );
  return {
    marker: async () => {
      const chunks: Uint8Array[] = [];
      const ended = await fetch(MARKER_FILE, (chunk) => chunks.push(chunk));
      if (ended.startError !== undefined) return failed(ended.startError);
      // Tools do not tell "not there" from other failures by their exit code in one way.
      return ended.exitCode === 0 ? parseMarker(Buffer.concat(chunks).toString("utf8"), dataset) : ok(undefined);
    },
    file: async (path) => {
      const hash = createHash("sha256");
      let size = 0;
      const ended = await fetch(path, (chunk) => {
        hash.update(chunk);
        size += chunk.length;
      });
      return ended.exitCode === 0 ? { size, sha256: hash.digest("hex") } : undefined;
    },
  };
}
