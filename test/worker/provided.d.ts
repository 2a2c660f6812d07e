/** What the global setup of these tests provides (test/site/providers.ts). */
import "vitest";

declare module "vitest" {
  interface ProvidedContext {
    readonly providers: string;
  }
}
