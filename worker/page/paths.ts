/** The addresses of pages. Names of sites, hosts and jobs are lower-case letters, digits and hyphens. */

export function jobPath(site: string, host: string, job: string): string {
  return `/site/${site}/job/${host}/${job}`;
}

/** The end of a run's log. */
export function logPath(site: string, host: string, job: string, run: string): string {
  return `${jobPath(site, host, job)}/log/${encodeURIComponent(run)}`;
}

/** An id is `SITE/ROOT@INSTANT`, which may stand in a path as it is. */
export function incidentPath(id: string): string {
  return `/incidents/${id.split("/").map(segment).join("/")}`;
}

/** A colon and an at sign may stand in a segment (RFC 3986, 3.3). */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":").replaceAll("%40", "@");
}
