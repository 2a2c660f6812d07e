/** Where a code that subscribes a browser is used. In the fragment, which no browser sends to a server, no log sees it. */

export function subscribeLink(pageUrl: string, code: string): string {
  return `${new URL("/subscribe", pageUrl).href}#${code}`;
}
