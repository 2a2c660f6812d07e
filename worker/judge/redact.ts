/**
 * What looks like a secret in what a tool printed is taken out before it leaves. The pusher has already taken out every
 * secret that it knows; this is for those that it was never told of: a password in a URL, a key that a tool echoes.
 */

const GONE = "[redacted]";

/** Names whose value is a secret, as they stand before `=` or `:`, also at the end of a longer name. */
const NAMED =
  /((?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|credentials?|cookie|authorization)["']?\s*[=:]\s*)(?:(?:bearer|basic|token)\s+)?("[^"]*"|'[^']*'|[^\s,;&"']+)/gi;

const RULES: readonly (readonly [RegExp, string])[] = [
  // user:password@ of a URL; of one that has no user too.
  [/([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi, `$1${GONE}@`],
  [NAMED, `$1${GONE}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9+/._~-]{8,}=*/gi, `$1 ${GONE}`],
  // --password hush
  [/(--?(?:password|passphrase|token|secret|key)[ =])\S+/gi, `$1${GONE}`],
  // Keys by their makers' prefixes, and JSON Web Tokens.
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, GONE],
  [/\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|sk-|sk_live_|re_|tk_|whsec_)[A-Za-z0-9_-]{10,}/g, GONE],
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g, GONE],
  // What is long, mixed and without a word in it is a key: of SHA-256 in hexadecimal, which tools print, it is not one.
  [/(?<![\w/+-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[A-Za-z0-9+_-]{40,}={0,2}(?![\w/+-])/g, GONE],
];

const PEM = /-----BEGIN [A-Z ]+-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g;

/** The text without what looks like a secret. */
export function redacted(text: string): string {
  return RULES.reduce((rest, [pattern, instead]) => rest.replace(pattern, instead), text.replace(PEM, GONE));
}

const LINES_MAX = 15;
const LINE_MAX_CHARS = 300;

/** The last lines of a log, fit to be sent: at most 15, none empty, without control characters and secrets. */
export function endOfLog(log: string): string[] {
  const lines = redacted(log)
    .split(/\r\n|[\r\n\u2028\u2029]/)
    // Colours of a terminal, and what else is not text.
    .map((line) =>
      line
        .replace(/\p{Cc}\[[0-9;]*[A-Za-z]/gu, "")
        .replace(/\p{Cc}+/gu, " ")
        .trimEnd(),
    )
    .filter((line) => line.trim() !== "");
  return lines
    .slice(-LINES_MAX)
    .map((line) => (line.length > LINE_MAX_CHARS ? `${line.slice(0, LINE_MAX_CHARS)}…`.toWellFormed() : line));
}
