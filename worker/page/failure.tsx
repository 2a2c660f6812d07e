/** The page that is shown when there is no summary to show. */
import { documentOf, Layout } from "./layout.tsx";
import { Moment } from "./time.tsx";
import { Verdict } from "./verdict.tsx";

/** It must not look like good news, nor like no news. */
export function failurePage(why: "database" | "bug", now: number): string {
  const aside = (
    <p class="checked">
      <Moment at={now} />
    </p>
  );
  const body = (
    <Layout title="Tierwatch cannot tell" renews={true} stale={true} aside={aside}>
      <Verdict headline={{ status: "pending", text: "Tierwatch cannot tell how your backups are." }} loss={null} />
      <p class="told">
        {why === "database" ? "The database did not answer." : "The Worker failed while it made this page."} That says
        nothing about the backups. The page tries again by itself.
      </p>
      <p class="told">
        If this lasts, look at the Worker's logs (<code>npx wrangler tail</code>) and at its D1 database in the
        Cloudflare dashboard. Hosts keep what they cannot deliver in their spools meanwhile.
      </p>
    </Layout>
  );
  return documentOf(body);
}
