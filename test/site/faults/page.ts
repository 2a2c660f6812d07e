/** What a person reads on the status page. */

export interface Page {
  /** The sentence that stands above everything. */
  readonly first: string;
  /** The row of a job in the table of jobs; empty when it has none. */
  readonly line: (host: string, job: string) => string;
}

/** Reads the page as it stands now. */
export async function readPage(url: string): Promise<Page> {
  const html = await (await fetch(url)).text();
  return {
    first: textOf(/<h1>(.*?)(<span class="lost">|<\/h1>)/s.exec(html)?.[1] ?? ""),
    line: (host, job) => {
      const rows = html.match(/<tr>.*?<\/tr>/gs) ?? [];
      return rows.map(textOf).find((row) => row.startsWith(`${job} on ${host} `)) ?? "";
    },
  };
}

/** Without tags and entities, in single spaces. */
function textOf(html: string): string {
  const text = html.replace(/<title>.*?<\/title>/gs, " ").replace(/<[^>]+>/g, " ");
  const plain = text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  return plain.replaceAll("&amp;", "&").replace(/\s+/g, " ").trim();
}
