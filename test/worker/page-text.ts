/** What a page says to its reader, and whether its tags close. */
/** The text a reader gets, without tags, with single spaces. */
export function textOf(html: string): string {
  const body = html.slice(html.indexOf("<body")).replaceAll("&#39;", "'").replaceAll("&gt;", ">");
  return body.replace(/<[^>]+>/g, " ").replace(/\s+/g, " ");
}

/** Tags that close nothing or are never closed. */
export function unbalanced(html: string): string[] {
  const open: string[] = [];
  const faults: string[] = [];
  for (const [, slash, name = "", end] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (end === "/" || ["meta", "link"].includes(name)) continue;
    if (slash === "") open.push(name);
    else if (open.pop() !== name) faults.push(name);
  }
  return [...faults, ...open];
}
