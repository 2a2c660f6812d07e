/** What is held back now, above everything: who looks at a page that is well has to know that nobody would be told. */
import type { SiteSummary } from "../judge/summary.ts";
import { Icon } from "./icons.tsx";
import { scopeText } from "./scope.ts";
import { Moment } from "./time.tsx";

/** Silences and pauses that are written out. */
const HELD_MAX = 5;

export function HeldBack({ sites }: { sites: readonly SiteSummary[] }) {
  const held = sites.flatMap((site) => site.held.map((act) => ({ site: site.name, ...act })));
  if (held.length === 0) return null;
  return (
    <section class="notice">
      <h2>
        <Icon mark="paused" />
        {held.some(({ kind }) => kind === "silence") ? "Alerts are held back" : "Paused"}
      </h2>
      <ul>
        {held.slice(0, HELD_MAX).map(({ site, kind, scope, untilAt }) => (
          <li>
            {kind === "silence" ? "Silenced" : "Paused, so not judged"}: {scopeText(site, scope)},{" "}
            {untilAt === null ? (
              "until it is ended"
            ) : (
              <>
                until <Moment at={untilAt} />
              </>
            )}
            .
          </li>
        ))}
      </ul>
      <p>
        <a href="/owner/quiet">
          {held.length > HELD_MAX ? `All ${held.length}, and how to end them` : "End or change them"}
        </a>
      </p>
    </section>
  );
}
