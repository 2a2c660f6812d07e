/**
 * Where Syncthing keeps its config.xml, and what it says of its REST address and key.
 * https://docs.syncthing.net/users/config.html, and `lib/locations` of Syncthing 2.1.
 */
import { posix, win32 } from "node:path";
import type { Machine } from "./kind.ts";

/** Folders in which a config.xml may lie, the likeliest first; `*` stands for any one folder. */
export function homesOf({ env, platform }: Machine): readonly string[] {
  const { join } = platform === "win32" ? win32 : posix;
  const told = [env.STCONFDIR, env.STHOMEDIR];
  const below = (base: string | undefined, ...parts: string[]) => (base ? join(base, ...parts) : undefined);
  const usual =
    platform === "win32"
      ? [
          below(env.LOCALAPPDATA, "Syncthing"),
          below(env.APPDATA, "Syncthing"),
          below(env.ProgramData, "Syncthing"),
          // Where a service of the account SYSTEM has it, and where those of other users are.
          below(env.SystemRoot ?? "C:\\Windows", "System32\\config\\systemprofile\\AppData\\Local\\Syncthing"),
          below(env.SystemDrive ?? "C:", "\\Users\\*\\AppData\\Local\\Syncthing"),
        ]
      : [
          below(env.XDG_CONFIG_HOME, "syncthing"),
          ...inHome(env.HOME),
          below(env.XDG_STATE_HOME, "syncthing"),
          // Services of their own (Debian, NixOS), Docker and Synology; the pusher may be root, and Syncthing a user.
          ...inHome("/var/lib/syncthing"),
          "/var/syncthing/config",
          "/var/packages/syncthing/var",
          ...inHome("/home/*"),
          ...inHome("/root"),
        ];
  return [...new Set([...told, ...usual].filter((folder) => folder !== undefined && folder !== "") as string[])];
}

/** Since 1.27 new ones are below `.local/state`; the old place goes on to be used. */
function inHome(home: string | undefined): string[] {
  if (home === undefined || home === "") return [];
  const places = [".config/syncthing", ".local/state/syncthing", "Library/Application Support/Syncthing"];
  return places.map((place) => posix.join(home, place));
}

/** What config.xml says of the REST interface. */
export interface Gui {
  /** As in `127.0.0.1:8384`; a path where it is a Unix socket. */
  readonly address?: string;
  readonly key?: string;
  readonly tls: boolean;
}

/** The `<gui>` of a config.xml; undefined when the text is none. */
export function parseGui(xml: string): Gui | undefined {
  const [, attributes = "", inside = ""] = /<gui\b([^>]*)>([\s\S]*?)<\/gui>/.exec(xml) ?? [];
  if (inside === "") return undefined;
  const address = textOf("address", inside);
  const key = textOf("apikey", inside);
  return {
    ...(address === undefined ? {} : { address }),
    ...(key === undefined ? {} : { key }),
    tls: /\btls="true"/.test(attributes),
  };
}

/** True when a config.xml has a folder of this id. */
export function hasFolder(xml: string, folder: string): boolean {
  return [...xml.matchAll(/<folder\s[^>]*?\bid="([^"]*)"/g)].some(([, id = ""]) => decode(id) === folder);
}

function textOf(element: string, xml: string): string | undefined {
  const text = new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1]?.trim();
  return text === undefined || text === "" ? undefined : decode(text);
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}

/** The origin to ask at for a listening address; undefined for one that is no TCP port (a Unix socket, none at all). */
export function originOf(address: string, tls: boolean): string | undefined {
  const [, scheme, rest = ""] = /^(?:(\w+):\/\/)?(.*)$/.exec(address) ?? [];
  if (scheme?.startsWith("unix") || rest.startsWith("/")) return undefined;
  const [, host = "", port] = /^(.*):(\d{1,5})\/?$/.exec(rest) ?? [];
  if (port === undefined) return undefined;
  // Listening everywhere, it answers on loopback too.
  const named = ["", "0.0.0.0", "*"].includes(host) ? "127.0.0.1" : host;
  const secure = scheme === undefined ? tls : scheme === "https";
  return `${secure ? "https" : "http"}://${named === "[::]" ? "[::1]" : named}:${port}`;
}
