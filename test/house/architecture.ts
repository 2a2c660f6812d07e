/** The arrows of docs/ARCHITECTURE.md as a pure function: source files in, one sentence for each broken rule out. */
import { dirname, join } from "node:path/posix";
import { type ReadImports, readImports, withoutComments } from "./imports.ts";

/** Path inside the repository (with `/`) to text. */
export type Files = ReadonlyMap<string, string>;

/** What each area may import of ours, beside itself. Areas under `FREE` may import anything, `scripts` all but tests. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  pusher: ["protocol"],
  "worker/judge": ["protocol"],
  "worker/links": ["protocol", "worker/judge"],
  "worker/settings": ["protocol", "worker/judge", "worker/channels", "worker/links"],
  "worker/store": ["protocol", "worker/judge"],
  "worker/page": ["protocol", "worker/judge"],
  "worker/feeds": ["protocol", "worker/judge"],
  "worker/channels": ["protocol", "worker/judge"],
  "worker/routes": [
    "protocol",
    "worker/judge",
    "worker/store",
    "worker/page",
    "worker/feeds",
    "worker/settings",
    "worker/links",
    "worker/last-page",
  ],
  "worker/push": ["worker/judge", "worker/store", "worker/channels"],
  "worker/deliver": [
    "worker/judge",
    "worker/store",
    "worker/channels",
    "worker/settings",
    "worker/push",
    "worker/links",
  ],
  "worker/digest": ["worker/judge", "worker/store", "worker/settings"],
  "worker/drill": ["worker/judge", "worker/store", "worker/settings"],
  "worker/watchdog": ["worker/judge", "worker/store", "worker/settings"],
  "worker/sweep": [
    "worker/judge",
    "worker/store",
    "worker/settings",
    "worker/deliver",
    "worker/digest",
    "worker/drill",
    "worker/watchdog",
  ],
  "worker/app": ["protocol", "worker/routes", "worker/page", "worker/store", "worker/settings"],
  "worker/last-page": ["worker/settings"],
  "worker/take-back": ["worker/routes", "worker/sweep"],
  "worker/clock": ["worker/store", "worker/settings", "worker/sweep", "worker/take-back"],
  "worker/index": [
    "worker/app",
    "worker/clock",
    "worker/last-page",
    "worker/store",
    "worker/settings",
    "worker/sweep",
    "worker/take-back",
  ],
};
const FREE = ["scripts", "bench"];

/** Packages that an area may use; areas that are not named may use any that no other rule forbids. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  protocol: ["zod/mini", "http-message-sig"],
  "worker/judge": ["zod/mini", "croner"],
  "worker/page": ["hono"],
};

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  readonly why: string;
  /** True for the files in which it is banned. */
  readonly where: (path: string) => boolean;
}

const isProduct = (path: string) => /^(?:protocol|worker|pusher)\//.test(path);
const isOneOf = (path: string, ...paths: string[]) => paths.includes(path);

const BANS: readonly Ban[] = [
  {
    what: "the clock",
    pattern: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.now\b/,
    why: "time is an argument",
    where: (path) => isProduct(path) && !isOneOf(path, "worker/index.ts", "worker/clock.ts", "pusher/main.ts"),
  },
  {
    what: "chance",
    pattern: /\bMath\.random\b/,
    why: "randomness is an argument, or crypto's",
    where: isProduct,
  },
  {
    what: "the network, crypto or the console",
    pattern: /\bfetch\(|\bcrypto\.|\bconsole\./,
    why: "the judge is pure",
    where: (path) => path.startsWith("worker/judge/"),
  },
  {
    what: "SQL",
    pattern: /\b(?:SELECT .+ FROM|INSERT (?:OR \w+ )?INTO|DELETE FROM)\b|\bUPDATE \w+ SET\b/,
    why: "SQL stands in worker/store alone",
    where: (path) => path.startsWith("worker/") && !path.startsWith("worker/store/"),
  },
  {
    what: "process.exit",
    pattern: /\bprocess\.(?:exit|reallyExit|abort)\b/,
    why: "only pusher/main.ts ends the process",
    where: (path) => isProduct(path) && path !== "pusher/main.ts",
  },
];

/** Every broken rule, one sentence each, the file first. */
export function violations(files: Files): string[] {
  const read = new Map([...files].map(([path, text]) => [path, readImports(text)] as const));
  return [
    ...[...read].flatMap(([path, imports]) => importFaults(path, imports)),
    ...[...files].flatMap(([path, text]) => bannedWords(path, text)),
    ...cycles(read),
  ];
}

/** `worker/judge` of worker/judge/own.ts, `worker/app` of worker/app.ts, `pusher` of anything below pusher. */
function areaOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  return top === "worker" ? `worker/${second.replace(/\.tsx?$/, "")}` : top;
}

function importFaults(path: string, { specifiers, unreadable, rest }: ReadImports): string[] {
  const area = areaOf(path);
  const allowed = MAY_IMPORT[area];
  if (allowed === undefined && !FREE.includes(area)) return [`${path} lies in no area of the design`];
  const ours = specifiers.filter((specifier) => specifier.startsWith("."));
  const packages = specifiers.filter((specifier) => !specifier.startsWith("."));
  return [
    ...unreadable.map((line) => `${path} imports in a way that is not understood: ${line}`),
    ...(specifiers.length > 0 && rest.trim() === "" ? [`${path} only hands on what others export`] : []),
    ...ours.flatMap((specifier) => arrowFault(path, targetOf(path, specifier), allowed)),
    ...packages.flatMap((name) => packageFault(path, name)),
  ];
}

function targetOf(path: string, specifier: string): string {
  return join(dirname(path), specifier);
}

function arrowFault(path: string, target: string, allowed: readonly string[] | undefined): string[] {
  const area = areaOf(target);
  if (area === areaOf(path)) return [];
  // The bench prints what the budget tests assert, by the same measure.
  const fits = allowed === undefined ? area !== "test" || areaOf(path) === "bench" : allowed.includes(area);
  return fits ? [] : [`${path} may not import ${target}`];
}

function packageFault(path: string, name: string): string[] {
  const area = areaOf(path);
  const known = PACKAGES[area]?.some((allowed) => name === allowed || name.startsWith(`${allowed}/`)) ?? true;
  const isElsewhere =
    (/^drizzle-(?:orm|kit)\b/.test(name) && area !== "worker/store") ||
    (name.startsWith("node:") && area.startsWith("worker/")) ||
    (name.startsWith("cloudflare:") && !isOneOf(area, "worker/index", "worker/clock", "worker/channels"));
  return isProduct(path) && (!known || isElsewhere) ? [`${path} may not import the package ${name}`] : [];
}

function bannedWords(path: string, text: string): string[] {
  const code = withoutComments(text);
  return BANS.filter(({ where, pattern }) => where(path) && pattern.test(code)).map(
    ({ what, why }) => `${path} may not use ${what}: ${why}`,
  );
}

/** Import cycles, each told once. */
function cycles(read: ReadonlyMap<string, ReadImports>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" → ")}`);
    if (trail.includes(path) || done.has(path)) return;
    for (const specifier of read.get(path)?.specifiers ?? []) {
      if (specifier.startsWith(".")) visit(targetOf(path, specifier), [...trail, path]);
    }
    done.add(path);
  };
  for (const path of read.keys()) visit(path, []);
  return found;
}
