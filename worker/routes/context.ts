/** What every route is handled with, and who may be asking. */
import type { Reader } from "../judge/reader.ts";
import type { LastPage } from "../last-page.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";

/** An enrolled host, as its key names it. */
export interface Sender {
  readonly site: string;
  readonly host: string;
}

/** What a request is handled with. */
export interface AppEnv {
  readonly Bindings: {
    readonly db: Database;
    readonly settings: Settings;
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** Starts a sweep after the answer is sent. */
    readonly sweepSoon: () => void;
    /** What is shown when the database does not answer; undefined when nobody keeps it. */
    readonly lastPage?: LastPage | undefined;
  };
  readonly Variables: {
    /** Who is asking, once somebody wanted to know (reader.ts). */
    readonly reader?: Promise<Reader>;
  };
}
