/** What the tests' worker environment holds beside the worker's own. */
declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    readonly CLOCK: DurableObjectNamespace;
    readonly TEST_MIGRATIONS: import("cloudflare:test").D1Migration[];
    readonly [name: string]: unknown;
  }
}
