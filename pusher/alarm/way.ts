/** One way to tell the owner: a function from a message to whether it was taken. */
import type { Result } from "../../protocol/result.ts";
import type { Shell } from "../shell.ts";
import type { Message } from "./words.ts";

/** What a way may use beside its settings. */
export interface Means {
  readonly shell: Shell;
  /** Of pusher.toml: relative paths are against it. */
  readonly folder: string;
  /** A way gives up after this, in milliseconds. */
  readonly limitMs: number;
}

export interface Way {
  readonly name: string;
  /** Tells the owner; the failure says in words why that did not work. */
  readonly tell: (message: Message, means: Means) => Promise<Result<void, string>>;
}
