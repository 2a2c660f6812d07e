/**
 * How a kind of job plugs into the pusher: a strict schema of its own settings (snake_case keys of its `[[jobs]]` table
 * beside the common ones), and what one run of it does. `defineKind` closes over the settings' type, so that the
 * registry (kinds.ts) can hold kinds of every type without a cast.
 *
 *     export const zfsHealth = defineKind({
 *       settings: z.strictObject({ pool: z.string() }),
 *       programs: () => ["zpool"],
 *       run: (settings, context) => ...
 *     });
 */
import * as z from "zod/mini";
import { failed, ok, type Result } from "../../protocol/result.ts";
import type { Finding } from "../doctor/finding.ts";
import type { JobContext, JobOutcome } from "./job.ts";

/** How many snapshots to keep of each age: `[policies.NAME]` of pusher.toml. */
export interface Policy {
  readonly hourly?: number | undefined;
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
}

/** How this host gets files of a dataset out of a tier: from a folder, or by a command that prints the file `{path}`. */
export type Restorable = {
  readonly tier: string;
  /** A folder with another copy, to compare with. */
  readonly nearer?: string;
} & ({ readonly root: string } | { readonly fetch: readonly string[]; readonly env: Readonly<Record<string, string>> });

/** A job's context, and what the rest of pusher.toml says that a kind may need. */
export interface KindContext extends JobContext {
  readonly job: string;
  /** Of this run; random. */
  readonly runId: string;
  /** Tiers and datasets of a carrying job; absent for a job that only looks. */
  readonly carries?: { readonly from: string; readonly to: string; readonly datasets: readonly string[] };
  /** Folder of pusher.toml: relative paths in settings are meant against it. */
  readonly folder: string;
  /** What this host's tools write in, where that is not UTF-8 (Windows). */
  readonly codePage?: number | undefined;
  /** The policy of that name; config has checked that every name of `policies()` exists. */
  readonly policy: (name: string) => Policy | undefined;
  /** The value behind `file:PATH` or `env:NAME` (any other text is itself); it is redacted from all output from then on. */
  readonly secret: (reference: string) => Result<string, string>;
  /** A dataset in the tier that the job looks at, or why it cannot be read there. */
  readonly restorable: (dataset: string) => Result<Restorable, string>;
  /** What a former run of this job remembered; undefined when there is nothing of this shape. It can be lost at any time. */
  readonly recall: <Schema extends z.core.$ZodType>(schema: Schema) => z.core.output<Schema> | undefined;
  readonly remember: (value: object) => void;
  /** Takes a secret that no reference of pusher.toml names out of all output from now on. */
  readonly hide: (secret: string) => void;
  /** The machine that the job runs on. */
  readonly host: Machine;
  /**
   * Writes the markers into what the job carries, and notes those that came from elsewhere; true of the data as it was at
   * `asOf` (ms). It is done before the run, unless the kind `marks` itself. Answers the folders that took a marker.
   */
  readonly mark: (asOf: number) => Promise<readonly string[]>;
}

export interface Machine {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** What a kind may use to look at its preconditions on this host; what it runs has to change nothing, and be bounded in time. */
export type CheckContext = Pick<KindContext, "exec" | "secret" | "hide" | "host" | "folder" | "carries">;

/** Names and values for a program's environment, or why they are not to be had. */
export type Environment = Result<Readonly<Record<string, string>>, string>;

/** What a question to a tool that carries by itself may use. */
export type Asking = Pick<KindContext, "secret" | "hide" | "host" | "folder" | "stopping">;

interface KindDefinition<Shape extends z.core.$ZodLooseShape> {
  readonly settings: z.ZodMiniObject<Shape, z.core.$strict>;
  /** Programs that have to be on the PATH; `doctor` looks for them. */
  readonly programs: (settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>) => readonly string[];
  /** Names of the prune policies the settings refer to; config faults those that do not exist. */
  readonly policies?: (settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>) => readonly string[];
  /** The dataset that it restores from the job's `tier`; config faults one that cannot be read there. */
  readonly restores?: (settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>) => string;
  /** Its outcomes have `depths`; config faults a `depth` that no run would tell of. */
  readonly tellsDepth?: true;
  /** It calls `mark` itself, when the source is ready to be marked. */
  readonly marks?: true;
  /** It leaves the carrying to another tool, which may bring a marker at any time. */
  readonly follows?: true;
  /** A run of it that was cut off may have brought the marker, and not the data that it stands for. */
  readonly tears?: true;
  /**
   * Whether all that its tool was told of has arrived in this folder; the failure says why not. It is well, too, when the tool
   * has nothing to do with that folder.
   */
  readonly arrived?: (
    settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>,
    root: string,
    asking: Asking,
  ) => Promise<Result<null, string>>;
  /** What the tool needs in its environment; `fetch` commands of the tier that the job carries to get it too. */
  readonly environment?: (
    settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>,
    context: Pick<KindContext, "secret">,
  ) => Environment;
  /** What `doctor` should look at on this host, beside the programs. */
  readonly check?: (
    settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>,
    context: CheckContext,
  ) => Promise<readonly Finding[]>;
  /** One run. Expected failures are outcomes; a throw is a bug and is recorded as a failed run. */
  readonly run: (
    settings: z.infer<z.ZodMiniObject<Shape, z.core.$strict>>,
    context: KindContext,
  ) => Promise<JobOutcome>;
}

/** A job whose settings were checked: ready to run any number of times. */
export interface PreparedJob {
  readonly programs: readonly string[];
  readonly policies: readonly string[];
  readonly tellsDepth: boolean;
  readonly restores: string | undefined;
  readonly marks: boolean;
  readonly follows: boolean;
  readonly tears: boolean;
  readonly arrived: (root: string, asking: Asking) => Promise<Result<null, string>>;
  readonly environment: (context: Pick<KindContext, "secret">) => Environment;
  readonly check: (context: CheckContext) => Promise<readonly Finding[]>;
  readonly run: (context: KindContext) => Promise<JobOutcome>;
}

export interface JobKind {
  /** For the names of its keys and for checking. */
  readonly settings: z.ZodMiniObject<z.core.$ZodLooseShape, z.core.$strict>;
  /** Checks raw settings (the job's table without the common keys). */
  readonly prepare: (raw: unknown) => Result<PreparedJob, z.core.$ZodError>;
}

/** Makes a kind of its definition. */
export function defineKind<Shape extends z.core.$ZodLooseShape>(kind: KindDefinition<Shape>): JobKind {
  return {
    settings: kind.settings,
    prepare: (raw) => {
      const parsed = z.safeParse(kind.settings, raw);
      if (!parsed.success) return failed(parsed.error);
      return ok({
        programs: kind.programs(parsed.data),
        policies: kind.policies?.(parsed.data) ?? [],
        tellsDepth: kind.tellsDepth ?? false,
        restores: kind.restores?.(parsed.data),
        marks: kind.marks ?? false,
        follows: kind.follows ?? false,
        tears: kind.tears ?? false,
        arrived: async (root, asking) => (await kind.arrived?.(parsed.data, root, asking)) ?? ok(null),
        environment: (context) => kind.environment?.(parsed.data, context) ?? ok({}),
        check: async (context) => (await kind.check?.(parsed.data, context)) ?? [],
        run: (context) => kind.run(parsed.data, context),
      });
    },
  };
}
